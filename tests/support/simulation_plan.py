"""What a simulated casino is like: what is the same for all of them, and what is drawn from the seed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES, table_rules
from actors.games.interface import Limits, TableGame
from actors.games.poker.rules import Rake, Rules, Timing
from actors.jackpots.plan import Entries, Level
from actors.jackpots.plan import Plan as Jackpot
from actors.runtime.host import HostLimits
from actors.runtime.ref import Ref
from protocol.ids import TableId
from protocol.money import Asset
from tests.support.simulation_blackjack import GAME as BLACKJACK
from tests.support.simulation_blackjack import house_of

SHARDS: Final = 8
DAYBREAK_MS: Final = 1_800_000_000_000
"""The time of day when a simulation begins."""
PLAY: Final = Asset(1, "PLAY", 2)
USDT: Final = Asset(2, "USDT", 6)
ASSETS: Final = (PLAY, USDT)
DICE_LIMITS: Final = Limits(min_bet=10, max_bet=2_000, max_total=2_000, exposure_max=100_000)
ALONE: Final = {(game, one.code): DICE_LIMITS for game in (*INSTANT_GAMES, *STEP_GAMES) for one in ASSETS}
POT: Final = Jackpot(
    "pot",
    1,
    PLAY,
    ("dice", "slots", "mines", *TABLE_GAMES),
    (Level("mini", 10_001, 3_000, 500, 2_000), Level("grand", 5_003, 30_000, 5_000, 10**9)),
)
"""Won by each tenth bet or so."""
JACKPOTS: Final = Entries([POT], SHARDS)
UNATTENDED: Final = 8
"""Each so manieth simulation, by its seed, has games that players have left open."""
TABLES: Final = ("table-1", "table-2")
"""What is played there is drawn from the seed."""
Played = tuple[str, str]
"""A game with tables, and a variant of it."""
PLAYED: Final[tuple[str, ...]] = tuple(TABLE_GAMES)


def played_of(rng: Random) -> Played:
    """A game and one of its variants: every game as often as any other, however many variants it has."""
    game = rng.choice(PLAYED)
    return game, rng.choice(TABLE_GAMES[game].variants)


CARDS: Final = TableId("river")
"""The poker table, where there is one."""
CARD_TABLES: Final = 8
"""One of so many casinos has it: hands take time."""
GAMBLERS_MIN: Final = 2
"""Players, where there is one."""
TIMING: Final = Timing(act_ms=800, bank_ms_max=1_500, bank_gain_ms=200, away_ms=1_000, pause_ms=400)


def rules_of(table: str, played: Played) -> Any:
    """The rules of a table: rounds of three seconds, a seat less than there may be players."""
    game, variant = played
    settings: Mapping[str, Any] = {
        "id": table,
        "game": game,
        "variant": variant,
        "asset": PLAY.code,
        "min_bet": 10,
        "max_bet": 600,
        "max_total": 2_000,
        "exposure_max": 30_000,
        "betting_ms": 2_000,
        "closed_ms": 200,
        "spin_ms": 300,
        "settled_ms": 500,
        "seats_max": 3,
        "win_max": 3_000,
        **(house_of(table) if game == BLACKJACK else {}),
    }
    return table_rules(settings)


def rooms_of(tables: Mapping[str, Played]) -> dict[str, tuple[TableGame[Any], Any]]:
    """The game and the rules of each table."""
    return {table: (TABLE_GAMES[played[0]], rules_of(table, played)) for table, played in tables.items()}


@dataclass(slots=True)
class Weather:
    """How bad the wires to the store are: the chances of mishaps, and the longest delays."""

    commit_mishaps: float
    read_mishaps: float
    delay_seconds_max: float
    on_the_way_seconds_max: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How one simulation is shaped."""

    weather: Weather
    limits: HostLimits
    tables: Mapping[str, Played]
    players: int
    actions: int
    flurry: int
    """How many commands a player sends at one moment, now and then."""
    deaths_per_second: float
    rivals_per_second: float
    sweeps_per_second: float
    lost_messages: float
    repeated_messages: float
    unattended: bool
    """Whether all players leave games open, which the platform must finish: that is ten minutes more to simulate."""
    cards: Rules | None = None

    @property
    def standing(self) -> list[Ref]:
        """The tables there are."""
        keys = (*TABLES, *([] if self.cards is None else [CARDS]))
        return [Ref("table", key) for key in keys]


def plan_of(seed: int, rng: Random) -> Plan:
    """Some simulations are calm, most are not; some hosts have hardly any room, and some actors hardly any rest."""
    rough = rng.random()
    limits = HostLimits(
        mailbox_max=rng.choice((2, 1024)),
        batch_records_max=rng.choice((12, 60, 20_000)),
        backlog_max=rng.choice((3, 20_000)),
        lookups_max=rng.choice((2, 4096)),
        idle_ms=rng.choice((0, 300, 3_000)),
    )
    return Plan(
        weather=Weather(
            commit_mishaps=rng.choice((0.0, 0.02, 0.1)) * rough,
            read_mishaps=rng.choice((0.0, 0.0, 0.05, 0.4)) * rough,
            delay_seconds_max=rng.choice((0.005, 0.05, 0.4)),
        ),
        limits=limits,
        tables={table: played_of(rng) for table in TABLES},
        players=rng.randint(1, 4),
        actions=rng.randint(6, 20),
        flurry=rng.choice((0, 0, 0, 24)),
        deaths_per_second=rng.choice((0.0, 0.1, 0.4)) * rough,
        rivals_per_second=rng.choice((0.0, 0.0, 0.1)) * rough,
        sweeps_per_second=rng.choice((0.2, 2.0, 10.0)),
        lost_messages=rng.choice((0.0, 0.05, 0.2)) * rough,
        repeated_messages=rng.choice((0.0, 0.1, 0.3)),
        unattended=seed % UNATTENDED == 0,
    )


def with_cards(seed: int, plan: Plan) -> Plan:
    """The same, with a poker table or, mostly, without. Whatever is drawn for it is drawn apart from all else."""
    if seed % CARD_TABLES != 1:
        return plan
    rng = Random(f"{seed} cards")
    cards = Rules(
        CARDS,
        5,
        10,
        100,
        10_000,
        seats_max=rng.choice((2, 3, 6)),
        variant=rng.choice(("holdem", "holdem", "omaha")),
        asset=PLAY.code,
        rake=Rake(rng.choice((0, 50)), 30),
        timing=TIMING,
    )
    return replace(plan, cards=cards, players=max(plan.players, GAMBLERS_MIN))
