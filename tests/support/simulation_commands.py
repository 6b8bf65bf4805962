"""What players of a simulated casino may want: any command, sensible or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from actors.games.catalogue import ALONE_GAMES
from actors.runtime.ref import Ref
from clients.bots.strategies import STAKED_IN, STRATEGIES
from protocol.commands import Asked, Look, Move
from protocol.errors import CATALOGUE, Code, Refusal
from protocol.games.crash import CrashBet, CrashCashout
from protocol.games.dice import DiceBet
from protocol.games.hilo import HiloBet, HiloCashOut, HiloGuess, HiloSkip
from protocol.games.mines import TILES, MinesBet, MinesCashOut, MinesReveal
from protocol.games.table import Wager
from protocol.games.videopoker import VideopokerBet, VideopokerDraw
from protocol.ids import CommandId, PlayerId
from protocol.model import Request
from protocol.money import Balance, player_account
from protocol.records import TransferKind
from protocol.requests import Balances, Leave, ListOpen, RotateSeeds, Seeds, Sit
from tests.support import simulation_blackjack
from tests.support.layouts import REQUESTS, SPOTS
from tests.support.simulation_blackjack import any_act, box_bet, choice
from tests.support.simulation_plan import ASSETS, PLAY, TABLES, USDT, Played

NO_SPOT: Final = "no-such-spot"
NO_SUCH_KIND: Final = 99
"""A kind of transfer that makes the turn that meets it raise."""
_WISHES: Final = {
    "dice": 12,
    "alone": 20,
    "table": 45,
    "game": 18,
    "move": 10,
    "undo": 3,
    "clear": 2,
    "sit": 6,
    "leave": 1,
    "rotate": 4,
    "seeds": 2,
    "balances": 2,
    "look": 2,
}
GAMES: Final = (
    "VideopokerBet",
    "VideopokerDraw",
    "HiloBet",
    "HiloGuess",
    "HiloSkip",
    "HiloCashOut",
    "MinesBet",
    "MinesReveal",
    "MinesCashOut",
)
"""Requests of games of steps."""
_ALONE: Final = tuple(sorted(ALONE_GAMES))
_IDEMPOTENT: Final = frozenset(
    (
        "DiceBet",
        *(game.request.__name__ for game in ALONE_GAMES.values()),
        *(request.__name__ for requests in REQUESTS.values() for request in requests),
        "CrashCashout",
        "PokerSit",
        "PokerTopUp",
        "BlackjackAct",
        "BlackjackRaise",
        "RotateSeeds",
        "Move",
        *GAMES,
    )
)
_SPOTS: Final = {**SPOTS, simulation_blackjack.GAME: simulation_blackjack.SPOTS}
STRAY_ACTS: Final = 0.15
"""How often somebody at a table of blackjack acts instead of betting, whatever goes on there."""
_MOVES: Final = ((TransferKind.DEPOSIT, 1), (TransferKind.WITHDRAWAL, -1), (TransferKind.ADJUSTMENT, -1))


@dataclass(frozen=True, slots=True)
class Intent:
    """A command with the id that it keeps, and where it goes."""

    id: CommandId
    ref: Ref
    command: Any

    @property
    def what(self) -> Any:
        """The request, or the command if there is none."""
        return self.command.request if isinstance(self.command, Asked) else self.command

    @property
    def name(self) -> str:
        """Its kind."""
        return type(self.what).__name__

    @property
    def body(self) -> Any:
        """What tells it from another command with the same id."""
        what = self.what
        return self.name, what.model_dump(exclude={"id"}) if isinstance(what, Request) else what[1:]

    @property
    def is_idempotent(self) -> bool:
        """Whether its id has one answer for ever; the others only look, or make so what they ask for."""
        return self.name in _IDEMPOTENT and not is_poison(self.command)

    def __str__(self) -> str:
        return f"{self.name} {self.id.hex()[-8:]} {self.ref} {self.body[1]}"


def is_poison(command: Any) -> bool:
    """Whether a turn must fail by it."""
    return isinstance(command, Move) and command.kind == NO_SUCH_KIND


def may_retry(answer: Any) -> bool:
    """Whether the answer says to ask again."""
    return isinstance(answer, Refusal) and CATALOGUE[answer.code].may_retry


def is_refused(answer: Any, code: Code) -> bool:
    """Whether it is refused for this reason."""
    return isinstance(answer, Refusal) and answer.code is code


def _made(kind: Any, **fields: Any) -> Request:
    made: Request = kind(**fields)
    return made


class Wishes:
    """What one player may want."""

    def __init__(self, player: PlayerId, rng: Random, tables: Mapping[str, Played]) -> None:
        self._player = player
        self._rng = rng
        self._games = {table: game for table, (game, _) in tables.items()}

    def asks(self, request: Request) -> Intent:
        """A request on its way to the room that answers it."""
        room = type(request).room
        key: str | int = request.table if room == "table" else self._player  # type: ignore[attr-defined]
        return Intent(CommandId(request.id), Ref(room, key), Asked(self._player, f"player {self._player}", request))

    def some(self, id: CommandId) -> Intent:
        """Anything, with this id."""
        table = self._rng.choice(TABLES)
        [wish] = self._rng.choices(tuple(_WISHES), weights=tuple(_WISHES.values()))
        if wish == "move":
            return self._move(id)
        if wish == "look":
            return self.look_at(id, table)
        return self.asks(self._request(wish, id, table))

    def look_at(self, id: CommandId, table: str) -> Intent:
        """See a table."""
        return Intent(id, Ref("table", table), Look(self._player))

    def box(self, id: CommandId, table: str) -> Intent:
        """Bet at blackjack once more."""
        return self.asks(box_bet(self._rng, id, table))

    def hand(self, id: CommandId, table: str, seen: Any) -> Intent | None:
        """Play a hand of blackjack at a table that is seen so, if there is something to be chosen."""
        request = choice(self._rng, self._player, id, table, seen)
        return None if request is None else self.asks(request)

    def poison(self, id: CommandId) -> Intent:
        """What makes a turn of the wallet raise."""
        account = player_account(self._player, PLAY.number, Balance.CASH)
        return Intent(id, Ref("wallet", self._player), Move(id, account, 5, NO_SUCH_KIND))

    def cash_out(self, id: CommandId, placed: Mapping[str, Any]) -> Intent:
        """End a bet of crash."""
        return self.asks(CrashCashout(id=id, table=placed["table"], bet=placed["id"]))

    def regret(self, id: CommandId, table: str) -> Intent:
        """Take bets back."""
        _, *kinds = REQUESTS[self._games[table]]
        return self.asks(self._rng.choice(kinds)(id=id, table=table))

    def _request(self, wish: str, id: CommandId, table: str) -> Request:
        match wish:
            case "dice":
                return self._dice_bet(id)
            case "alone":
                return self._alone_bet(id)
            case "table":
                return self._table_bet(id, table)
            case "game":
                return self._start(id)
            case "undo":
                return _made(REQUESTS[self._games[table]][1], id=id, table=table)
            case "clear":
                return _made(REQUESTS[self._games[table]][2], id=id, table=table)
            case "sit":
                return Sit(id=id, table=table)
            case "leave":
                return Leave(id=id, table=table)
            case "rotate":
                return RotateSeeds(id=id, client_seed=self._rng.choice(("mine", "yours", "ours")))
            case "seeds":
                return Seeds(id=id)
        return Balances(id=id)

    def _dice_bet(self, id: CommandId) -> DiceBet:
        rng = self._rng
        return DiceBet(
            id=id,
            asset=rng.choices((PLAY.code, USDT.code), weights=(6, 1))[0],
            balance=rng.choices(("cash", "bonus"), weights=(3, 1))[0],
            amount=rng.choices((5, 10, 100, 250, 700, 2_000, 9_000), weights=(1, 5, 5, 5, 3, 2, 1))[0],
            target=rng.choices((5_000, 9_000, 2_500, 0), weights=(6, 6, 6, 1))[0],
            over=rng.random() < 0.5,
        )

    def _alone_bet(self, id: CommandId) -> Request:
        rng, game = self._rng, self._rng.choice(_ALONE)
        amount = rng.choices((5, 20, 100, 700, 9_000), weights=(1, 5, 5, 3, 1))[0]
        if rng.random() < 0.9:
            amount -= amount % STAKED_IN.get(game, 1)
        chosen = STRATEGIES[game].choose(rng.random)
        wager = {key: tuple(value) if isinstance(value, list) else value for key, value in chosen.items()}
        return _made(ALONE_GAMES[game].request, id=id, asset=PLAY.code, amount=max(1, amount), **wager)

    def _start(self, id: CommandId) -> Request:
        """Begin a game of steps; or take a step in one that there is not."""
        rng = self._rng
        if rng.random() < 0.1:
            return MinesCashOut(id=id, bet=rng.randbytes(16), step=0)
        amount = rng.choices((5, 10, 100, 700, 9_000), weights=(1, 5, 5, 3, 1))[0]
        if (kind := rng.choice((HiloBet, VideopokerBet, MinesBet))) is not MinesBet:
            return _made(kind, id=id, asset=PLAY.code, amount=amount)
        return MinesBet(id=id, asset=PLAY.code, amount=amount, mines=rng.choice((1, 3, 10)))

    def begin(self, id: CommandId) -> Intent:
        """Begin a game of steps that is open until somebody goes on with it."""
        return self.asks(VideopokerBet(id=id, asset=PLAY.code, amount=10))

    def step(self, id: CommandId, state: Mapping[str, Any]) -> Intent:
        """Go on with an open game, sensibly or not."""
        rng, place = self._rng, {"id": id, "bet": state["bet"], "step": state["step"]}
        if state["t"] == "videopoker.state":
            return self.asks(VideopokerDraw(**place, hold=tuple(rng.choices(range(5), k=rng.randint(0, 3)))))
        is_enough = rng.random() < 0.3 + 0.1 * state["step"]
        if state["t"] == "hilo.state":
            guess = (
                HiloGuess(**place, side=rng.choice(("higher", "lower"))) if rng.random() < 0.8 else HiloSkip(**place)
            )
            return self.asks(HiloCashOut(**place) if is_enough else guess)
        if is_enough:
            return self.asks(MinesCashOut(**place))
        return self.asks(MinesReveal(**place, tile=rng.randrange(TILES)))

    def open_games(self, id: CommandId) -> Intent:
        """Ask for them."""
        return self.asks(ListOpen(id=id))

    def _table_bet(self, id: CommandId, table: str) -> Request:
        rng, game = self._rng, self._games[table]
        if game == "crash":
            amount = rng.choices((10, 50, 200, 600, 601), weights=(30, 30, 10, 4, 1))[0]
            target = rng.choice((None, None, 101, 150, 200, 700))
            return CrashBet(id=id, table=table, amount=amount, target=target, entropy=rng.choice((None, "luck")))
        if game == simulation_blackjack.GAME and rng.random() < STRAY_ACTS:
            return any_act(rng, id, table)
        wagers = tuple(
            Wager(
                spot=rng.choice(_SPOTS[game]) if rng.random() < 0.97 else NO_SPOT,
                amount=rng.choices((10, 50, 200, 600, 601), weights=(30, 30, 10, 4, 1))[0],
            )
            for _ in range(rng.randint(1, 3))
        )
        entropy = rng.choice((None, "luck", "chance"))
        return _made(REQUESTS[game][0], id=id, table=table, wagers=wagers, entropy=entropy)

    def _move(self, id: CommandId) -> Intent:
        rng = self._rng
        balance = rng.choice((Balance.CASH, Balance.CASH, Balance.BONUS))
        account = player_account(self._player, rng.choice(ASSETS).number, balance)
        kind, sign = rng.choice(_MOVES)
        return Intent(
            id, Ref("wallet", self._player), Move(id, account, sign * rng.choice((1, 300, 1_500, 4_000)), kind)
        )
