"""What must be true of a poker table in a simulated casino: its chips, its cards, and what anybody may see of them.

It folds what is written, and nothing else: hands are played a second time, from the seeds that were sealed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from actors.fairness.entropy import client_seed_from
from actors.fairness.seal import Sealer, round_seed
from actors.games.poker.bound import card_commitments, deck_commitment
from actors.games.poker.deck import deck_of
from actors.games.poker.events import HandDealt, HandOpened, Mixed, Moved, SeatTaken, Shown
from actors.games.poker.hand import Hand
from actors.games.poker.rules import Rules
from actors.poker.journal import Bought, Owed, read_event
from actors.poker.reader import ChipsReader
from persistence.interfaces import Batch, RoundRow
from persistence.memory.ledger import MemoryLedger
from protocol.games.poker import PokerHole, PokerSnapshot
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import PlayerId, TableId
from protocol.money import HouseAccount, house_kind_of, player_of
from protocol.records import JournalEntry, Record, RoundEnd, RoundOpen, TransferKind
from server.poker_hands import hand_of
from server.replay_hand import replayed_hand
from tests.support.poker import as_json, failed_in

Same = Callable[[str, object, Any, Any], None]


@dataclass(slots=True)
class Dealt:
    """A hand that is written: its deck, who was dealt in by seat, and who has turned cards over."""

    hand: Hand
    deck: tuple[int, ...]
    players: Mapping[int, PlayerId]
    client_seed: str
    shown: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def cards_of(self, player: PlayerId | None) -> tuple[int, ...]:
        """The hole cards of a player; none of one who was not dealt in."""
        seats = [seat for seat, one in self.players.items() if one == player]
        return self.hand.cards_of(seats[0]) if seats else ()


class CardTable:
    """One table, by its rows."""

    def __init__(self, rules: Rules, asset: int, ledger: MemoryLedger, sealer: Sealer, same: Same) -> None:
        self.checked: Counter[str] = Counter()
        self._rules = rules
        self._actor = f"table:{rules.table}"
        self._reader = ChipsReader({rules.table: asset})
        self._ledger = ledger
        self._sealer = sealer
        self._same = same
        self._seeds: dict[int, str] = {}
        self._opened: dict[int, str] = {}
        self._mixed: list[str] = []
        self._sitting: dict[int, PlayerId] = {}
        self._hands: dict[int, Dealt] = {}
        self._owed: Counter[PlayerId] = Counter()

    # --- what is written ---

    def committed(self, batch: Batch) -> None:
        """Fold what was written; then the escrow must be the chips of the journal, and those on their way."""
        for record in batch.records:
            self._written(record)
        known = self._reader.read(self._rules.table, self._ledger.load_journals_now([self._actor])[self._actor])
        accounts, commands = self._ledger.tables.accounts.values(), self._ledger.tables.commands
        done = [one for one in (*known.buying, *known.owed) if one in commands and not commands[one].code]
        wanted = known.in_escrow({one: msgpack.unpackb(commands[one].answer)["entry"] for one in done})
        posted = sum(one.posted for one in accounts if one.id < 0 and house_kind_of(one.id) is HouseAccount.ESCROW)
        self._same("escrow", self._rules.table, posted, wanted)

    def _written(self, record: Record) -> None:
        match record:
            case RoundOpen(table_id=table, round=number) if table == self._rules.table:
                self._seeds[number] = self._sealer.open(record.sealed, round_seed(TableId(table), number))
            case RoundEnd(table_id=table) if table == self._rules.table:
                self._ended(record)
            case JournalEntry(actor=self._actor):
                self._happened(read_event(record.event))

    def _happened(self, event: Any) -> None:
        table, rules = TableId(self._rules.table), self._rules
        match event:
            case SeatTaken():
                self._sitting[event.seat] = event.player
            case HandOpened(number=number, commitment=commitment):
                bound = deck_commitment(card_commitments(self._seeds[number], table, number))
                self._same("commitment", (table, number), commitment, bound)
                self._opened[number] = commitment
                self._mixed = []
            case Mixed():
                self._mixed.append(event.entropy)
            case HandDealt(deal=deal, client_seed=client_seed):
                number = deal.number
                self._same("commitment", (table, number), event.commitment, self._opened[number])
                found = client_seed_from(table, number, event.commitment, self._mixed)
                self._same("client seed", (table, number), client_seed, found)
                deck = deck_of(self._seeds[number], client_seed, number)
                players = {one.seat: self._sitting[one.seat] for one in deal.entrants}
                self._hands[number] = Dealt(Hand(rules, deal, deck), deck, players, client_seed)
            case Moved():
                self._newest.hand.play(event.move)
                self.checked["poker moves"] += 1
                self.checked["poker moves that were late"] += event.late
            case Shown():
                self._newest.shown[event.seat] = self._newest.hand.cards_of(event.seat)
                self.checked["poker shows"] += 1
            case Bought():
                self.checked["poker chips that came"] += event.is_done
                self.checked["poker chips that did not come"] += not event.is_done
            case Owed():
                self._owed[event.player] += event.amount
        if isinstance(event, Moved | HandDealt) and self._newest.hand.is_over:
            self._newest.shown |= self._newest.hand.shown()

    @property
    def _newest(self) -> Dealt:
        return self._hands[max(self._hands)]

    def _ended(self, ended: RoundEnd) -> None:
        """The record of the hand verifies for everybody, and tells each what the rows say is theirs to know."""
        number, dealt = ended.round, self._hands[ended.round]
        row = self._ledger.find_round_now(ended.table_id, number)
        self._same("contributions", number, msgpack.unpackb(ended.contributions), self._mixed)
        self._same("seed", number, ended.server_seed, self._seeds[number])
        replayed = replayed_hand(f"{ended.table_id}:{number}", row)
        self._same("hand", number, replayed and [one.name for one in replayed.checks if not one.ok], [])
        for viewer in (None, *dealt.players.values()):
            self._recalled(dealt, row, number, viewer)
        self.checked["poker hands"] += 1
        self.checked["poker hands that were mixed into"] += bool(self._mixed)
        self.checked["poker hands that were shown down"] += bool(dealt.hand.shown())
        self.checked["poker rakes"] += dealt.hand.result().rake > 0

    def _recalled(self, dealt: Dealt, row: RoundRow | None, number: int, viewer: PlayerId | None) -> None:
        record = hand_of(row, viewer, PokerRecall(id=bytes(16), table=self._rules.table, hand=number))
        if not isinstance(record, PokerHand):
            self._same("record", (number, viewer), record, "a hand")
            return
        self._same("checks of the record", (number, viewer), failed_in(as_json(record)), [])
        self._same("commitment", (number, viewer), record.commitment, self._opened[number])
        self._same("seed for players", (number, viewer), record.server_seed, None)
        own = {seat: dealt.hand.cards_of(seat) for seat, one in dealt.players.items() if one == viewer}
        seen = dealt.hand.shown() | own
        self._same("cards of the record", (number, viewer), dict(record.cards), seen)
        opened = sum(map(len, seen.values())) + len(dealt.hand.board)
        self._same("salts of the record", (number, viewer), len(record.salts), opened)

    # --- what is seen ---

    def seen(self, viewer: PlayerId | None, answer: Any) -> None:
        """What a viewer was answered: the own cards, what is on the board, and what was turned over."""
        if isinstance(answer, PokerHole):
            self._own("cards that were peeked at", viewer, answer.hand, answer.cards)
        elif isinstance(answer, PokerSnapshot):
            dealt = self._hands.get(answer.hand)
            self._own("cards in view", viewer, answer.hand, answer.cards)
            if answer.turn is not None and dealt is not None:
                self._same("cards in play", (answer.hand, viewer), answer.cards, dealt.cards_of(viewer))
            self._board(answer.hand, answer.board)
            if answer.last is not None:
                self._result(answer.last.model_dump())
            self.checked["poker views"] += 1

    def pushed(self, fields: Mapping[str, Any]) -> None:
        """What everybody is told."""
        number = fields.get("hand", 0)
        match fields["t"].split("."):
            case [_, "opened"]:
                self._same("commitment", number, fields["commitment"], self._opened.get(number))
            case [_, "dealt"]:
                dealt = self._hands.get(number)
                self._same("client seed", number, fields["client_seed"], dealt and dealt.client_seed)
            case [_, "moved"]:
                self._board(number, fields["board"])
            case [_, "ended"]:
                self._result(fields["result"])

    def _own(self, what: str, viewer: PlayerId | None, number: int, cards: tuple[int, ...]) -> None:
        dealt = self._hands.get(number)
        if cards:
            self._same(what, (number, viewer), cards, dealt and dealt.cards_of(viewer))

    def _board(self, number: int, board: tuple[int, ...]) -> None:
        dealt = self._hands.get(number)
        written = dealt.hand.board if dealt is not None else ()
        self._same("board", number, tuple(board), tuple(written[: len(board)]))

    def _result(self, result: Mapping[str, Any]) -> None:
        dealt = self._hands.get(result["hand"])
        if dealt is None:
            self._same("hand that ended", result["hand"], "told", "not written")
            return
        shown = {seat: tuple(cards) for seat, *cards in result["shown"]}
        self._same("cards turned over", result["hand"], shown, {seat: dealt.shown.get(seat) for seat in shown})
        self._board(result["hand"], result["board"])
        found = dealt.hand.result()
        said = dict(result["stacks"]), result["rake"]
        self._same("stacks", result["hand"], said, (dict(found.stacks), found.rake))

    # --- at the end ---

    @property
    def is_empty(self) -> bool:
        """Whether no chips are on the table, nor on their way."""
        known = self._reader.read(self._rules.table, self._ledger.load_journals_now([self._actor])[self._actor])
        return not known.chips and not known.buying and not known.owed

    def finished(self) -> None:
        """Everybody was paid what the table owed, once; what came in has gone out, or is the house's."""
        sums: Counter[TransferKind] = Counter()
        paid: Counter[PlayerId] = Counter()
        for one in self._ledger.tables.transfers.values():
            sums[TransferKind(one.kind)] += one.amount
            if one.kind == TransferKind.CASH_OUT:
                paid[player_of(one.credit)] += one.amount
        self._same("cash-outs", self._rules.table, paid, self._owed)
        out = sums[TransferKind.CASH_OUT] + sums[TransferKind.RAKE]
        self._same("buy-ins", self._rules.table, sums[TransferKind.BUY_IN], out)
