"""The money of a poker table: what is paid for chips and tournaments, and what is paid back, through wallets.

    sit, top up, register ─► rules say yes ─► written down ─► wallet moves money into escrow ─► chips, or a place
                                                               └─ no: written down, and there is none
    leave, win a prize ─► off the table, and owed ─► wallet moves money out of escrow ─► written down

What waits for a wallet is part of the state, and is asked again until it is answered; the same id has one effect. So at
every commit the escrow is what is on the table, and what is owed; between hosts a commit later.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from actors.games.poker.events import BuyIn, ChipsAdded, Command, Event, SeatLeft, SeatTaken, TopUp
from actors.games.poker.rules import Rules
from actors.games.poker.table import decide
from actors.games.poker.tournament_events import PlayerOut, Register, TournamentBegan, Unregistered
from actors.poker.journal import Bought, Buying, Owed, Paid, TableEvent
from actors.poker.memory import Memory
from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.table.waiting import WaitingRequests
from actors.wallet.digest import digest_of, digest_of_parts
from protocol.commands import AskAboutId, Asked, ChipsMoved, IdIsNew, MoveChips, NotHeld, RefuseBet
from protocol.errors import Code, Refusal
from protocol.games.poker import PokerSit, PokerTopUp
from protocol.games.sitngo import SitngoRegister
from protocol.ids import AccountId, CommandId, PlayerId, command_id_from
from protocol.money import Asset, Balance, player_account
from protocol.records import Transfer, TransferKind

ASK_AGAIN_MS: Final = 1_000
"""How often a wallet is asked again that has not answered."""
SEAT_BYTES: Final = 8
"""Of entropy for a seat: that nine do not divide 2^64 is a bias of less than 10^-18."""
Purchase = PokerSit | PokerTopUp | SitngoRegister
"""What is paid for."""


class Till(ABC):
    """What a table does with wallets; the table itself is its subclass."""

    __slots__ = ("_asset", "_memory", "_rules", "_waiting")

    def __init__(self, rules: Rules, memory: Memory, asset: Asset) -> None:
        self._rules = rules
        self._memory = memory
        self._asset = asset
        self._waiting = WaitingRequests()

    @abstractmethod
    def _happen(self, turn: Turn, events: Sequence[Event]) -> None:
        """These things happen at the table."""

    @abstractmethod
    def _record(self, turn: Turn, event: TableEvent) -> None:
        """This is written down."""

    @abstractmethod
    def _go_on(self, turn: Turn) -> None:
        """Do what is to be done now."""

    def _buy(self, turn: Turn, asked: Asked, request: Purchase, sender: Sender) -> None:
        """Something for money. The rules are asked first; then the wallet, which knows whether the id was used."""
        wallet, command_id, digest = Ref("wallet", asked.player), CommandId(request.id), digest_of(request)
        turn.need(wallet)
        refusal = None if command_id in self._memory.buying else self._cannot_buy(turn, asked, request)
        attempt = self._waiting.add(turn, request, digest, None if refusal else asked, 0, sender)
        if attempt is None:
            return
        if refusal is not None:
            self._waiting.ask(turn, wallet, RefuseBet(command_id, digest, refusal, attempt))
        else:
            self._waiting.ask(turn, wallet, AskAboutId(command_id, digest, attempt))

    def _id_is_new(self, turn: Turn, new: IdIsNew, sender: Sender) -> None:
        """The wallet has seen no such id: what is asked for is written down, unless the rules say no by now."""
        waiting = self._waiting.find(new.id, new.attempt)
        if waiting is None or type(waiting.command) is not Asked:
            return
        asked: Asked = waiting.command
        request, wallet, before = waiting.request, Ref("wallet", asked.player), self._memory.buying.get(new.id)
        if before is not None and before[1].digest != waiting.digest:
            self._waiting.answer(turn, new.id, new.attempt, Refusal(Code.ID_REUSED))
            return
        refusal = None if before is not None else self._cannot_buy(turn, asked, request)
        if refusal is not None:
            # Another answer to the same question may be on its way, and come when the rules would say yes.
            waiting.command = None
            self._waiting.tell(turn, wallet, RefuseBet(new.id, waiting.digest, refusal, new.attempt))
            return
        if before is None:
            seat, amount = self._wanted(turn, asked, request)
            is_top_up = type(request) is PokerTopUp
            self._record(turn, Buying(new.id, waiting.digest, asked.player, asked.name, seat, amount, is_top_up))
        self._ask_wallets(turn)

    def _wanted(self, turn: Turn, asked: Asked, request: Purchase) -> tuple[int, int]:
        """The seat, and what is to be paid. The seat in a tournament is drawn from those that are left."""
        if isinstance(request, PokerSit):
            return request.seat, request.amount
        if isinstance(request, PokerTopUp):
            return self._memory.state.seat_of(asked.player) or 0, request.amount
        left = self._seats_left()
        return left[int.from_bytes(turn.entropy(SEAT_BYTES)) % len(left)], self._price

    def _seats_left(self) -> list[int]:
        """Of a tournament: nobody has them, and nobody is buying them."""
        taken = {*self._memory.state.seats, *(one.seat for _, one in self._memory.buying.values())}
        return [seat for seat in range(self._memory.state.rules.seats_max) if seat not in taken]

    @property
    def _price(self) -> int:
        structure = self._memory.state.rules.structure
        return structure.price if structure is not None else 0

    def _cannot_buy(self, turn: Turn, asked: Asked, request: Purchase) -> Refusal | None:
        player, now = asked.player, turn.now
        for _, other in self._memory.buying.values():
            if other.player == player:
                return Refusal(Code.ILLEGAL_STEP, {"reason": "you are buying already"})
            if isinstance(request, PokerSit) and other.seat == request.seat:
                return Refusal(Code.ILLEGAL_STEP, {"seat": request.seat, "reason": "this seat is not free"})
        command: Command
        if isinstance(request, PokerSit):
            command = BuyIn(player, asked.name, request.seat, request.amount, now)
        elif isinstance(request, PokerTopUp):
            command = TopUp(player, request.amount, now)
        else:
            # A seat past the last one is none that is left.
            seat = next(iter(self._seats_left()), self._memory.state.rules.seats_max)
            command = Register(player, asked.name, seat, self._price, now)
        decided = decide(self._memory.state, command)
        return decided if isinstance(decided, Refusal) else None

    def _ask_wallets(self, turn: Turn) -> None:
        """Ask for everything that no wallet has answered; one that has done it says so again."""
        memory = self._memory
        for n, one in memory.buying.values():
            tag = "poker.bought" if self._memory.state.rules.structure is None else "sitngo.registered"
            reply = {"t": tag, "id": one.id, "table": self._rules.table, "seat": one.seat, "amount": one.amount}
            self._ask(turn, one.player, MoveChips(one.id, one.digest, self._account(one.player), -one.amount, n, reply))
        for n, owed in memory.owed.values():
            digest = digest_of_parts(self._rules.table, owed.player, owed.amount)
            reply = {"t": "poker.paid", "id": owed.id, "table": self._rules.table, "amount": owed.amount}
            self._ask(turn, owed.player, MoveChips(owed.id, digest, self._account(owed.player), owed.amount, n, reply))
        if memory.buying or memory.owed:
            # In full seconds: whatever wakes the table meanwhile would else begin another row of these.
            turn.wake_at((turn.now // ASK_AGAIN_MS + 1) * ASK_AGAIN_MS)

    def _ask(self, turn: Turn, player: PlayerId, question: MoveChips) -> None:
        turn.tell(Ref("wallet", player), question)

    def _account(self, player: PlayerId) -> AccountId:
        return player_account(player, self._asset.number, Balance.CASH)

    def _chips_moved(self, turn: Turn, moved: ChipsMoved, sender: Sender) -> None:
        memory = self._memory
        owed = memory.owed.get(moved.id)
        if owed is not None and moved.is_done:
            self._record(turn, Paid(moved.id))
        waiting = memory.buying.get(moved.id)
        if waiting is None or waiting[0] != moved.entry:
            return
        self._record(turn, Bought(moved.id, moved.is_done))
        if moved.is_done:
            self._put_on_table(turn, waiting[1])
        self._waiting.answer_all(turn, moved.id, waiting[1].digest, moved.answer)
        self._go_on(turn)

    def _put_on_table(self, turn: Turn, one: Buying) -> None:
        """What was paid for. One who has left since, or finds that the table has changed, has it owed."""
        state, now = self._memory.state, turn.now
        if state.rules.structure is not None:
            decided = decide(state, Register(one.player, one.name, one.seat, one.amount, now))
            if isinstance(decided, Refusal):
                self._owe(turn, one.player, one.amount)
            else:
                self._happen(turn, decided)
        elif not one.is_top_up:
            self._happen(turn, (SeatTaken(one.seat, one.player, one.name, one.amount, now),))
        elif state.seat_of(one.player) == one.seat:
            self._happen(turn, (ChipsAdded(one.seat, one.amount, now),))
        else:
            self._owe(turn, one.player, one.amount)

    def _settle(self, turn: Turn, event: Event) -> None:
        """Pay what follows from an event that has happened."""
        match event:
            case SeatLeft(player=player, amount=amount) | Unregistered(player=player, paid=amount):
                self._owe(turn, player, amount)
            case PlayerOut(player=player, prize=prize):
                self._owe(turn, player, prize)
            case TournamentBegan(fees=fees):
                self._give_house(turn, fees)

    def _give_house(self, turn: Turn, amount: int) -> None:
        """The rake of a hand, or the fees of a tournament, are revenue from now on."""
        if amount:
            ref = command_id_from(turn.now, turn.entropy(10))
            sides = turn.escrow(self._asset.number), turn.house(self._asset.number)
            turn.stage(Transfer(turn.next_transfer(), *sides, amount, TransferKind.RAKE, ref, 0, None))

    def _owe(self, turn: Turn, player: PlayerId, amount: int) -> None:
        if amount:
            self._record(turn, Owed(command_id_from(turn.now, turn.entropy(10)), player, amount))
            self._ask_wallets(turn)

    def _known_already(self, turn: Turn, known: NotHeld, sender: Sender) -> None:
        self._waiting.answer(turn, known.id, known.attempt, known.answer)
