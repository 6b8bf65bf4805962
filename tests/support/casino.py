"""A whole casino on a host that a test drives by hand: wallets, games of one player, and a table of any game."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES, table_rules
from actors.games.interface import Limits
from actors.instant.load import InstantKind
from actors.jackpots.feeder import FeederKind
from actors.jackpots.jackpot import JackpotKind
from actors.jackpots.plan import Entries, Plan
from actors.runtime.actor import Kind
from actors.runtime.host import HostLimits
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from actors.wallet.load import WalletKind
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, Look, Move, OpenWallet
from protocol.games.dice import DiceBet
from protocol.games.roulette import RouletteBet
from protocol.games.table import Wager
from protocol.ids import AccountId, CommandId, PlayerId
from protocol.model import Request
from protocol.money import Asset, Balance, player_account
from protocol.records import TransferKind
from protocol.replies import WalletSnapshot
from tests.support.hand_driven import SHARDS, HandDriven
from tests.support.layouts import REQUESTS

PLAY: Final = Asset(1, "PLAY", 2)
USDT: Final = Asset(2, "USDT", 6)
ASSETS: Final = (PLAY, USDT)
ANN, BEN = PlayerId(1), PlayerId(2)
TABLE: Final = "wheel"
DICE_LIMITS: Final = Limits(min_bet=10, max_bet=5_000, max_total=5_000, exposure_max=1_000_000)
RULES: Final[Mapping[str, Any]] = {
    "id": TABLE,
    "game": "roulette",
    "variant": "european",
    "asset": PLAY.code,
    "min_bet": 10,
    "max_bet": 1_000,
    "max_total": 2_000,
    "exposure_max": 20_000,
    "betting_ms": 10_000,
    "closed_ms": 1_000,
    "spin_ms": 2_000,
    "settled_ms": 3_000,
    "seats_max": 2,
}
ROUND_MS: Final = 16_000


def account_of(player: PlayerId, balance: Balance = Balance.CASH, asset: Asset = PLAY) -> AccountId:
    """The account of one balance."""
    return player_account(player, asset.number, balance)


class Casino(HandDriven):
    """Ann and Ben may have wallets here. Whatever must hold of the ledger is checked after each step."""

    def __init__(
        self,
        *,
        limits: HostLimits | None = None,
        ledger: MemoryLedger | None = None,
        rules: Mapping[str, Any] = RULES,
        jackpots: Sequence[Plan] = (),
    ) -> None:
        sealer = Sealer(bytes(KEY_BYTES))
        self.sealer = sealer
        games = (*INSTANT_GAMES, *STEP_GAMES)
        alone = {(game, asset.code): DICE_LIMITS for game in games for asset in ASSETS}
        self.game: str = rules["game"]
        tables = {TABLE: (TABLE_GAMES[self.game], table_rules(rules))}
        self.entries = Entries(jackpots, SHARDS)
        kinds: dict[str, Kind] = {
            "wallet": WalletKind(ASSETS, None, self.entries),
            "instant": InstantKind(ASSETS, alone, sealer, self.entries),
            "table": TableKind(tables, ASSETS, sealer, self.entries),
            "feeder": FeederKind(self.entries.plans),
            "jackpot": JackpotKind(self.entries.plans),
        }
        super().__init__(kinds, limits=limits, ledger=ledger)

    def settle(self) -> None:
        """See `HandDriven.settle`; then no invariant may be broken and no turn have failed."""
        super().settle()
        assert self.ledger.check_invariants() == ()
        assert self.faults == []

    def restart(self) -> None:
        """The process is killed, and another one begins."""
        self.start()

    # --- commands ---

    def open(self, player: PlayerId, cash: int) -> None:
        """Give a player a wallet."""
        opening = OpenWallet(player, ((account_of(player), cash),))
        assert isinstance(self.ask(Ref("wallet", player), opening), WalletSnapshot)

    def asks(self, player: PlayerId, request: Request) -> Any:
        """The answer to a player's request."""
        return self.ask(*self.on_its_way(player, request))

    def on_its_way(self, player: PlayerId, request: Request) -> tuple[Ref, Asked]:
        """A request with the room that answers it."""
        room = type(request).room
        key: Any = request.table if room == "table" else player  # type: ignore[attr-defined]
        return Ref(room, key), Asked(player, f"player {player}", request)

    def move(
        self,
        player: PlayerId,
        amount: int,
        *,
        kind: TransferKind | None = None,
        id: CommandId | None = None,
        account: AccountId | None = None,
    ) -> Any:
        """The answer to a deposit, or a withdrawal of a negative amount, unless another kind is given."""
        kind = kind or (TransferKind.DEPOSIT if amount > 0 else TransferKind.WITHDRAWAL)
        command = Move(id or self.new_id(), account or account_of(player), amount, kind)
        return self.ask(Ref("wallet", player), command)

    def dice(self, amount: int = 100, *, id: CommandId | None = None, **fields: Any) -> DiceBet:
        """A bet on dice, of even chances if nothing else is said."""
        defaults: dict[str, Any] = {"asset": PLAY.code, "target": 5_000, "over": True}
        return DiceBet(id=id or self.new_id(), amount=amount, **{**defaults, **fields})

    def bet(self, amount: int = 100, spot: str = "red", *, id: CommandId | None = None, **fields: Any) -> RouletteBet:
        """A bet at the table."""
        return RouletteBet(id=id or self.new_id(), table=TABLE, wagers=(Wager(spot=spot, amount=amount),), **fields)

    def table_bet(self, *wagers: tuple[str, int], id: CommandId | None = None, **fields: Any) -> Any:
        """A bet at the table, in the words of its game."""
        made = tuple(Wager(spot=spot, amount=amount) for spot, amount in wagers)
        return REQUESTS[self.game][0](id=id or self.new_id(), table=TABLE, wagers=made, **fields)

    def undo(self) -> Any:
        """Take back the newest bet."""
        return REQUESTS[self.game][1](id=self.new_id(), table=TABLE)

    def clear(self) -> Any:
        """Take back all bets."""
        return REQUESTS[self.game][2](id=self.new_id(), table=TABLE)

    # --- what there is ---

    def balance(self, player: PlayerId, balance: Balance = Balance.CASH, asset: Asset = PLAY) -> tuple[int, int]:
        """Posted and held, as written."""
        row = self.ledger.tables.accounts[account_of(player, balance, asset)]
        return row.posted, row.held

    def wallet(self, player: PlayerId) -> dict[tuple[str, str], tuple[int, int]]:
        """Available and held by asset and balance, as the wallet says."""
        snapshot = self.ask(Ref("wallet", player), Look(player))
        return {(one.asset, one.balance): (one.available, one.held) for one in snapshot.balances}

    def sleep(self) -> int:
        """Put everyone to sleep who may; says how many."""
        self.now_ms += self.limits.idle_ms
        return self.host.sweep()

    def events(self, topic: str) -> list[Any]:
        """The events of a topic, as maps."""
        return [one if isinstance(one, dict) else one.model_dump() for at, one in self.pushed_events if at == topic]
