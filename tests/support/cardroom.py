"""A card room on a host that a test drives by hand: wallets, and one poker table."""

from typing import Any

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.poker.rules import Rake, Rules
from actors.poker.load import PokerKind
from actors.poker.table import PokerTable
from actors.runtime.actor import Kind
from actors.runtime.host import HostLimits
from actors.runtime.ref import Ref
from actors.wallet.load import WalletKind
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, Look, OpenWallet
from protocol.games.poker import PokerAct, PokerSit, PokerSnapshot
from protocol.games.sitngo import SitngoRegister, SitngoState
from protocol.ids import PlayerId, TableId
from protocol.model import Request
from protocol.money import Balance, HouseAccount, house_kind_of, player_account
from protocol.replies import WalletSnapshot
from tests.support.casino import ASSETS, PLAY
from tests.support.hand_driven import HandDriven
from tests.support.poker import TIMING

TABLE = TableId("river")
RULES = Rules(TABLE, 50, 100, 1_000, 20_000, asset=PLAY.code, rake=Rake(50, 300), timing=TIMING)
REF = Ref("table", TABLE)


class CardRoom(HandDriven):
    """Whatever must hold of the ledger, and of chips and escrow, is checked whenever the host comes to rest."""

    def __init__(
        self, *, ledger: MemoryLedger | None = None, limits: HostLimits | None = None, rules: Rules = RULES
    ) -> None:
        kinds: dict[str, Kind] = {
            "wallet": WalletKind(ASSETS),
            "table": PokerKind({TABLE: rules}, ASSETS, Sealer(bytes(KEY_BYTES))),
        }
        super().__init__(kinds, ledger=ledger, limits=limits)

    def settle(self) -> None:
        """See `HandDriven.settle`."""
        super().settle()
        assert self.faults == []
        assert self.ledger.check_invariants() == ()
        table = self.table
        if table is not None:
            assert self.escrow == table.memory.escrow

    @property
    def table(self) -> PokerTable | None:
        """The table's actor, once it is awake."""
        cell = self.host.cells.get(REF)
        actor = cell.actor if cell is not None else None
        return actor if isinstance(actor, PokerTable) else None

    @property
    def escrow(self) -> int:
        """What the ledger has in escrow."""
        return self._posted(HouseAccount.ESCROW)

    @property
    def house(self) -> int:
        """What the house has won."""
        return self._posted(HouseAccount.HOUSE)

    def _posted(self, kind: HouseAccount) -> int:
        accounts = self.ledger.tables.accounts.values()
        return sum(one.posted for one in accounts if one.id < 0 and house_kind_of(one.id) is kind)

    def cash(self, player: PlayerId) -> int:
        """What a player has, chips not counted."""
        return self.ledger.tables.accounts[player_account(player, PLAY.number, Balance.CASH)].posted

    def open(self, player: PlayerId, cash: int = 10_000) -> None:
        """Give a player a wallet."""
        opening = OpenWallet(player, ((player_account(player, PLAY.number, Balance.CASH), cash),))
        assert isinstance(self.ask(Ref("wallet", player), opening), WalletSnapshot)

    def asks(self, player: PlayerId, request: Request) -> Any:
        """The answer to a player's request."""
        return self.ask(REF, Asked(player, f"player {player}", request))

    def sits(self, player: PlayerId, seat: int, amount: int = 1_000) -> Any:
        """The answer to one who buys in."""
        return self.asks(player, PokerSit(id=self.new_id(), table=TABLE, seat=seat, amount=amount))

    def registers(self, player: PlayerId) -> Any:
        """The answer to one who takes part in a tournament."""
        return self.asks(player, SitngoRegister(id=self.new_id(), table=TABLE))

    @property
    def tournament(self) -> SitngoState:
        """The tournament, at a table of them."""
        shown = self.seen().tournament
        assert shown is not None
        return shown

    def seen(self, viewer: PlayerId | None = None) -> PokerSnapshot:
        """The table."""
        shown = self.ask(REF, Look(viewer))
        assert isinstance(shown, PokerSnapshot)
        return shown

    def acts(self, kind: Any, to: int = 0) -> Any:
        """The answer to whose turn it is, who makes this move."""
        shown = self.seen()
        assert shown.turn is not None
        [player] = [PlayerId(one.player) for one in shown.seats if one.seat == shown.turn.seat]
        act = PokerAct(id=self.new_id(), table=TABLE, hand=shown.hand, move=shown.turn.move, kind=kind, to=to)
        return self.asks(player, act)
