"""The poker table actor: turns by the clock, hands one after the other, and what everybody is shown."""

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
    Command,
    DealHand,
    Event,
    HandDealt,
    Moved,
    OpenHand,
    Reach,
)
from actors.games.poker.hand import Hand
from actors.games.poker.rules import Rules
from actors.games.poker.state import replayed
from actors.games.poker.table import deadline, decide, may_deal
from actors.games.poker.tournament_events import Conclude
from actors.games.poker.view import cards_for, lobby_of, published, view
from actors.poker.journal import Raked, TableEvent, write_event
from actors.poker.memory import Memory, apply_event, dump_memory
from actors.poker.record import outcome_of
from actors.poker.requests import command_of
from actors.poker.till import Purchase, Till
from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from persistence.interfaces import KnownCommand
from protocol.commands import (
    Asked,
    ChipsMoved,
    IdIsNew,
    LobbyLook,
    Look,
    NotHeld,
    Reached,
    Wake,
)
from protocol.errors import Code, Refusal
from protocol.games.poker import (
    PokerHole,
    PokerPeek,
)
from protocol.ids import CommandId
from protocol.money import Asset
from protocol.records import JournalEntry, RoundEnd, RoundOpen, Snapshot
from protocol.replies import Done

GAME: Final = "poker"
SERVER_SEED_BYTES: Final = 32
EVENTS_MAX: Final = 500
"""A table's memory is written down whole when so many events have come after the last time."""


class PokerTable(Till):
    """One table."""

    __slots__ = ("_kept", "_ref", "_sealer", "_seed", "_seq", "_stream")

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
        super().__init__(rules, memory, asset)
        self._seed = seed
        self._sealer = sealer
        self._ref = Ref("table", rules.table)
        self._stream = f"table:{rules.table}"
        self._seq = 0
        self._kept = memory.n

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
        if isinstance(request, Purchase):
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

    # --- the clock ---

    def _wake(self, turn: Turn, command: Wake, sender: Sender) -> None:
        self._ask_wallets(turn)
        self._waiting.give_up(turn)
        self._waiting.ask_again(turn)
        at = deadline(self._memory.state)
        if at is not None and turn.now >= at:
            self._decide(turn, Advance(turn.now))
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
        self._decide(turn, DealHand(state.opened, client_seed, turn.now))

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
            is_over = self._memory.state.hand is None and (type(event) is Moved or type(event) is HandDealt)
            if is_over:
                self._hand_over(turn, hand)
            for shown in published(self._memory.state, event, self._stream, turn.stream_epoch, self._seq + 1):
                self._seq += 1
                turn.push(self._stream, shown)
            self._settle(turn, event)
            if is_over:
                self._decide(turn, Conclude(turn.now))

    def _decide(self, turn: Turn, command: Command) -> None:
        """Let happen what the rules say, which may be nothing."""
        decided = decide(self._memory.state, command)
        if not isinstance(decided, Refusal):
            self._happen(turn, decided)

    def _record(self, turn: Turn, event: TableEvent) -> None:
        apply_event(self._memory, event, self._seed_of)
        turn.stage(JournalEntry(str(self._ref), self._memory.n, write_event(event)))

    def _seed_of(self, hand: int) -> str:
        if self._seed is None:
            raise LookupError(f"table {self._rules.table} has no seed for hand {hand}")
        return self._seed

    def _hand_over(self, turn: Turn, hand: Hand | None) -> None:
        """The rake goes to the house, and the hand is written down for ever, with all its cards."""
        state = self._memory.state
        if state.last is None or self._seed is None:
            return
        if hand is None:
            # All were all in by their blinds, so that it was over with its deal.
            deck = deck_under(state.commitment, self._seed, state.client_seed, state.number)
            hand = replayed(state.rules, state.last.deal, deck, state.last.moves)
        rake = state.last.result.rake
        if rake:
            self._record(turn, Raked(state.number, rake))
            self._give_house(turn, rake)
        outcome = outcome_of(state, hand, self._seed)
        contributions = msgpack.packb(state.contributions)
        turn.stage(
            RoundEnd(self._rules.table, state.number, self._seed, state.client_seed, contributions, outcome, turn.now)
        )
        self._seed = None

    # --- what may be seen ---

    def _reached(self, turn: Turn, command: Reached, sender: Sender) -> None:
        self._decide(turn, Reach(command.player, not command.is_here, turn.now))
        self._go_on(turn)

    def _look_from_lobby(self, turn: Turn, command: LobbyLook, sender: Sender) -> None:
        turn.answer(sender, lobby_of(self._memory.state))

    def _look(self, turn: Turn, command: Look, sender: Sender) -> None:
        turn.answer(
            sender,
            view(self._memory.state, command.viewer, self._stream, turn.stream_epoch, self._seq, now=turn.now),
        )
