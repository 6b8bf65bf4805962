"""The poker table actor: chips through wallets, turns by the clock, and what everybody is shown.

    sit, top up ─► rules say yes ─► written down ─► wallet moves money into escrow ─► chips are on the table
                                                     └─ no: written down, and there are none
    leave ─► chips off the table, and owed ─► wallet moves money out of escrow ─► written down

What waits for a wallet is part of the state, and is asked again until it is answered; the same id has one effect. So at
every commit the escrow is what the chips on the table are, and what is owed; between hosts a commit later.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import msgpack

from actors.fairness.commitment import commitment_of, new_server_seed
from actors.fairness.entropy import client_seed_from
from actors.fairness.seal import NONCE_BYTES, Sealer, round_seed
from actors.games.poker.bound import card_commitments, deck_commitment
from actors.games.poker.deck import deck_under
from actors.games.poker.events import (
    Advance,
    BuyIn,
    ChipsAdded,
    Command,
    DealHand,
    Event,
    HandDealt,
    Moved,
    OpenHand,
    Reach,
    SeatLeft,
    SeatTaken,
    TopUp,
)
from actors.games.poker.hand import Hand
from actors.games.poker.rules import Rules
from actors.games.poker.state import replayed
from actors.games.poker.table import deadline, decide, may_deal
from actors.games.poker.view import cards_for, lobby_of, published, view
from actors.poker.journal import Bought, Buying, Owed, Paid, Raked, TableEvent, write_event
from actors.poker.memory import Memory, apply_event, dump_memory
from actors.poker.record import outcome_of
from actors.poker.requests import command_of
from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.table.waiting import WaitingRequests
from actors.wallet.digest import digest_of, digest_of_parts
from persistence.interfaces import KnownCommand
from protocol.commands import (
    AskAboutId,
    Asked,
    ChipsMoved,
    IdIsNew,
    LobbyLook,
    Look,
    MoveChips,
    NotHeld,
    Reached,
    RefuseBet,
    Wake,
)
from protocol.errors import Code, Refusal
from protocol.games.poker import (
    PokerHole,
    PokerPeek,
    PokerSit,
    PokerTopUp,
)
from protocol.ids import AccountId, CommandId, PlayerId, command_id_from
from protocol.money import Asset, Balance, player_account
from protocol.records import JournalEntry, RoundEnd, RoundOpen, Snapshot, Transfer, TransferKind
from protocol.replies import Done

GAME: Final = "poker"
SERVER_SEED_BYTES: Final = 32
ASK_AGAIN_MS: Final = 1_000
"""How often a wallet is asked again that has not answered."""
EVENTS_MAX: Final = 500
"""A table's memory is written down whole when so many events have come after the last time."""


class PokerTable:
    """One table."""

    __slots__ = (
        "_asset", "_kept", "_memory", "_ref", "_rules", "_sealer", "_seed", "_seq", "_stream", "_waiting"
    )  # fmt: skip

    _handlers: ClassVar[dict[type, str]] = {
        Asked: "_asked",
        ChipsMoved: "_chips_moved",
        IdIsNew: "_id_is_new",
        NotHeld: "_known_already",
        Wake: "_wake",
        Look: "_look",
        LobbyLook: "_look_from_lobby",
        Reached: "_reached",
    }

    def __init__(self, rules: Rules, memory: Memory, seed: str | None, asset: Asset, sealer: Sealer) -> None:
        self._rules = rules
        self._memory = memory
        self._seed = seed
        self._asset = asset
        self._sealer = sealer
        self._ref = Ref("table", rules.table)
        self._stream = f"table:{rules.table}"
        self._seq = 0
        self._kept = memory.n
        self._waiting = WaitingRequests()

    @property
    def memory(self) -> Memory:
        """What the table remembers, for whoever compares it with the ledger."""
        return self._memory

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """Go on where the table stopped."""
        self._ask_wallets(turn)
        self._go_on(turn)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message. What a table does not understand means nothing to it."""
        handle = self._handlers.get(type(command))
        if handle is not None:
            getattr(self, handle)(turn, command, sender)

    def called(self, turn: Turn, command: Any) -> Any:
        """A table has no neighbours."""
        raise TypeError(f"a table is not called with {type(command).__name__}")

    def void(self, command: Any) -> None:
        """The wallet cannot say yet: the request comes again, or its player was told that it does not."""
        if type(command) is Asked:
            self._waiting.forget(command.request)

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Tables ask wallets, which remember."""

    def may_sleep(self, now: int) -> bool:
        """A table is there as long as it is configured."""
        return False

    # --- requests ---

    def _asked(self, turn: Turn, asked: Asked, sender: Sender) -> None:
        request: Any = asked.request
        if type(request) is PokerPeek:
            state = self._memory.state
            cards = cards_for(state, asked.player)
            turn.answer(sender, PokerHole(id=request.id, table=self._rules.table, hand=state.number, cards=cards))
            return
        if type(request) is PokerSit or type(request) is PokerTopUp:
            self._buy(turn, asked, request, sender)
            return
        command = command_of(asked.player, request, turn.now)
        if command is None:
            turn.answer(sender, Refusal(Code.UNKNOWN_TYPE, {"t": request.t, "game": GAME}))
            return
        decided = decide(self._memory.state, command)
        if isinstance(decided, Refusal):
            turn.answer(sender, decided)
            return
        self._happen(turn, decided)
        turn.answer(sender, Done(id=request.id))
        self._go_on(turn)

    def _buy(self, turn: Turn, asked: Asked, request: PokerSit | PokerTopUp, sender: Sender) -> None:
        """Chips for money. The rules are asked first; then the wallet, which knows whether the id was used."""
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
            self._waiting.tell(turn, wallet, RefuseBet(new.id, waiting.digest, refusal, new.attempt))
            return
        if before is None:
            is_top_up = type(request) is PokerTopUp
            seat = (self._memory.state.seat_of(asked.player) or 0) if is_top_up else request.seat
            self._record(
                turn, Buying(new.id, waiting.digest, asked.player, asked.name, seat, request.amount, is_top_up)
            )
        self._ask_wallets(turn)

    def _cannot_buy(self, turn: Turn, asked: Asked, request: PokerSit | PokerTopUp) -> Refusal | None:
        player = asked.player
        for _, other in self._memory.buying.values():
            if other.player == player:
                return Refusal(Code.ILLEGAL_STEP, {"reason": "you are buying chips already"})
            if type(request) is PokerSit and other.seat == request.seat:
                return Refusal(Code.ILLEGAL_STEP, {"seat": request.seat, "reason": "this seat is not free"})
        command: Command = (
            BuyIn(player, asked.name, request.seat, request.amount, turn.now)
            if type(request) is PokerSit
            else TopUp(player, request.amount, turn.now)
        )
        decided = decide(self._memory.state, command)
        return decided if isinstance(decided, Refusal) else None

    # --- wallets ---

    def _ask_wallets(self, turn: Turn) -> None:
        """Ask for everything that no wallet has answered; one that has done it says so again."""
        memory = self._memory
        for n, one in memory.buying.values():
            reply = {
                "t": "poker.bought", "id": one.id, "table": self._rules.table, "seat": one.seat, "amount": one.amount
            }  # fmt: skip
            self._ask(turn, one.player, MoveChips(one.id, one.digest, self._account(one.player), -one.amount, n, reply))
        for n, owed in memory.owed.values():
            digest = digest_of_parts(self._rules.table, owed.player, owed.amount)
            reply = {"t": "poker.paid", "id": owed.id, "table": self._rules.table, "amount": owed.amount}
            self._ask(turn, owed.player, MoveChips(owed.id, digest, self._account(owed.player), owed.amount, n, reply))
        if memory.buying or memory.owed:
            turn.wake_at(turn.now + ASK_AGAIN_MS)

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
        """The chips that were paid for. One who has left since, or has too many now, has them owed."""
        state, now = self._memory.state, turn.now
        if not one.is_top_up:
            self._happen(turn, (SeatTaken(one.seat, one.player, one.name, one.amount, now),))
        elif state.seat_of(one.player) == one.seat:
            self._happen(turn, (ChipsAdded(one.seat, one.amount, now),))
        else:
            self._owe(turn, one.player, one.amount)

    def _owe(self, turn: Turn, player: PlayerId, amount: int) -> None:
        if amount:
            self._record(turn, Owed(command_id_from(turn.now, turn.entropy(10)), player, amount))
            self._ask_wallets(turn)

    def _known_already(self, turn: Turn, known: NotHeld, sender: Sender) -> None:
        self._waiting.answer(turn, known.id, known.attempt, known.answer)

    # --- the clock ---

    def _wake(self, turn: Turn, command: Wake, sender: Sender) -> None:
        self._ask_wallets(turn)
        self._waiting.give_up(turn)
        self._waiting.ask_again(turn)
        at = deadline(self._memory.state)
        if at is not None and turn.now >= at:
            decided = decide(self._memory.state, Advance(turn.now))
            if not isinstance(decided, Refusal):
                self._happen(turn, decided)
        self._go_on(turn)

    def _go_on(self, turn: Turn) -> None:
        """Deal if it is time; see that the table is woken at its next deadline."""
        state = self._memory.state
        if may_deal(state):
            if not state.opened:
                self._open(turn)
            if turn.now >= state.until:
                self._deal(turn)
                if may_deal(state):
                    self._open(turn)
        if self._memory.n - self._kept >= EVENTS_MAX:
            self._keep(turn)
        at = deadline(state)
        if at is not None:
            turn.wake_at(max(at, turn.now))

    def _open(self, turn: Turn) -> None:
        """The seed of the next hand is drawn and sealed, and its cards committed to, before anybody mixes entropy in.

        What everybody sees is the commitment to the cards; the round has that to the seed, which stays with the house.
        """
        table, number = self._rules.table, self._memory.state.number + 1
        seed = new_server_seed(turn.entropy(SERVER_SEED_BYTES))
        commitment = deck_commitment(card_commitments(seed, table, number))
        decided = decide(self._memory.state, OpenHand(commitment, turn.now))
        if isinstance(decided, Refusal) or not decided:
            return
        self._seed = seed
        sealed = self._sealer.seal(seed, round_seed(table, number), turn.entropy(NONCE_BYTES))
        turn.stage(RoundOpen(table, number, GAME, commitment_of(seed), sealed, turn.now))
        self._happen(turn, decided)
        self._keep(turn)

    def _deal(self, turn: Turn) -> None:
        """The deck follows from the order that was committed to and from what players have mixed in since."""
        state = self._memory.state
        client_seed = client_seed_from(self._rules.table, state.number + 1, state.opened, state.mixed.values())
        decided = decide(state, DealHand(state.opened, client_seed, turn.now))
        if not isinstance(decided, Refusal):
            self._happen(turn, decided)

    def _keep(self, turn: Turn) -> None:
        """Write down all that the table remembers, so that it need not be told again event by event."""
        self._kept = self._memory.n
        turn.stage(Snapshot(str(self._ref), self._memory.n, dump_memory(self._memory)))

    # --- events ---

    def _happen(self, turn: Turn, events: Sequence[Event]) -> None:
        """These things happen at the table: written down, shown, and what follows from them done."""
        for event in events:
            hand = self._memory.state.hand
            self._record(turn, event)
            if self._memory.state.hand is None and (type(event) is Moved or type(event) is HandDealt):
                self._hand_over(turn, hand)
            for shown in published(self._memory.state, event, self._stream, turn.stream_epoch, self._seq + 1):
                self._seq += 1
                turn.push(self._stream, shown)
            if type(event) is SeatLeft:
                self._owe(turn, event.player, event.amount)

    def _record(self, turn: Turn, event: TableEvent) -> None:
        apply_event(self._memory, event, self._seed_of)
        turn.stage(JournalEntry(str(self._ref), self._memory.n, write_event(event)))

    def _seed_of(self, hand: int) -> str:
        if self._seed is None:
            raise LookupError(f"table {self._rules.table} has no seed for hand {hand}")
        return self._seed

    def _hand_over(self, turn: Turn, hand: Hand | None) -> None:
        """The rake goes to the house, and the hand is written down for ever, with all its cards."""
        state, asset = self._memory.state, self._asset.number
        if state.last is None or self._seed is None:
            return
        if hand is None:
            # All were all in by their blinds, so that it was over with its deal.
            deck = deck_under(state.commitment, self._seed, state.client_seed, state.number)
            hand = replayed(self._rules, state.last.deal, deck, state.last.moves)
        rake = state.last.result.rake
        if rake:
            self._record(turn, Raked(state.number, rake))
            ref = command_id_from(turn.now, turn.entropy(10))
            sides = turn.escrow(asset), turn.house(asset)
            turn.stage(Transfer(turn.next_transfer(), *sides, rake, TransferKind.RAKE, ref, 0, None))
        outcome = outcome_of(state, hand, self._seed)
        contributions = msgpack.packb(state.contributions)
        turn.stage(
            RoundEnd(self._rules.table, state.number, self._seed, state.client_seed, contributions, outcome, turn.now)
        )
        self._seed = None

    # --- what may be seen ---

    def _reached(self, turn: Turn, command: Reached, sender: Sender) -> None:
        decided = decide(self._memory.state, Reach(command.player, not command.is_here, turn.now))
        if not isinstance(decided, Refusal):
            self._happen(turn, decided)

    def _look_from_lobby(self, turn: Turn, command: LobbyLook, sender: Sender) -> None:
        turn.answer(sender, lobby_of(self._memory.state))

    def _look(self, turn: Turn, command: Look, sender: Sender) -> None:
        turn.answer(
            sender,
            view(self._memory.state, command.viewer, self._stream, turn.stream_epoch, self._seq, now=turn.now),
        )
