"""What must be true of a simulated casino: at every commit, when anything leaves a host, and at the end.

It looks at the rows and at what is said, never into actors.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgpack

from actors.fairness.seal import Sealer
from actors.games.catalogue import BOARD_GAMES
from actors.instant.journal import journal_of
from persistence.interfaces import Batch
from persistence.memory.ledger import MemoryLedger
from persistence.memory.tables import StoredBet
from protocol.errors import CATALOGUE, Code, Refusal
from protocol.ids import BetId, CommandId, PlayerId
from protocol.money import player_of
from protocol.records import BetEnd, BetState, CommandRecord, HoldState, JournalEntry, Snapshot, TransferKind
from tests.support.jackpots import check_money, moved, pools_won
from tests.support.simulation_blackjack import Told
from tests.support.simulation_cards import CardTable
from tests.support.simulation_draws import Draws
from tests.support.simulation_plan import PLAY, POT, Plan

_NO_ROWS: Final = (JournalEntry, Snapshot)
"""What actors remember: a batch of nothing else changes no row that an invariant is about, but for its own."""
_UNSEEN: Final = ("epoch", "seq")
"""Positions in a stream, which answers after a restart do not repeat."""


def plain(answer: Any) -> Any:
    """An answer as it would be compared on the wire: without stream positions, arrays as lists."""
    if isinstance(answer, Refusal):
        return ("refused", answer.code.name, plain(answer.evidence))
    if isinstance(answer, Mapping):
        return {key: plain(value) for key, value in answer.items() if key not in _UNSEEN}
    if isinstance(answer, tuple | list):
        return [plain(value) for value in answer]
    return answer


class Oracle:
    """Compares. `fail` is told what does not hold."""

    def __init__(self, ledger: MemoryLedger, sealer: Sealer, plan: Plan, fail: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._tables = ledger.tables
        self._fail = fail
        self._draws = Draws(self._tables, sealer, plan.tables, self._same)
        self._answers: dict[CommandId, Any] = {}
        self._taken_back: set[BetId] = set()
        self._promised: dict[BetId, int] = {}
        """By bet of crash: what its player was told at the cash-out."""
        self._told = Told()
        self._positions: dict[tuple[str, int], int] = {}
        self.checked: Counter[str] = self._draws.checked
        self.cards = None if plan.cards is None else CardTable(plan.cards, PLAY.number, ledger, sealer, self._same)

    def _same(self, what: str, whose: object, said: Any, found: Any) -> None:
        if said != found:
            self._fail(f"{what} of {whose}: {said} is not {found}")

    # --- at every commit ---

    def committed(self, batch: Batch) -> None:
        """Every invariant of the rows; and of this batch's draws that they are what was bound before."""
        if not all(type(record) in _NO_ROWS for record in batch.records):
            self._check_invariants()
        for record in batch.records:
            self._draws.written(record)
            if isinstance(record, CommandRecord) and not record.code:
                self._taken_back.update(msgpack.unpackb(record.answer).get("bets", ()))
        for record in batch.records:
            # Nothing else returns a bet than its player's taking it back.
            if isinstance(record, BetEnd) and record.state == BetState.RETURNED and record.id not in self._taken_back:
                self._fail(f"bet {record.id.hex()} is returned, and nobody took it back")
        if self.cards is not None:
            self.cards.committed(batch)
        self.checked["commits"] += 1

    def _check_invariants(self) -> None:
        for broken in self._ledger.check_invariants():
            self._fail(f"invariant {broken.invariant}: {broken.evidence}")

    # --- when something leaves a host ---

    def answered(self, command: CommandId, answer: Any) -> None:
        """An answer to a command with an id: what it says is written, and it is what was said before."""
        if isinstance(answer, Refusal):
            meaning = CATALOGUE[answer.code]
            if meaning.may_retry:
                return
            row = self._tables.commands.get(command)
            tables_row = self._tables.bets.get(command)
            disowned = tables_row is not None and tables_row.state == BetState.DISOWNED
            if answer.code is Code.BET_NOT_TAKEN:
                self._same("bet that was not taken", command.hex(), disowned, True)
            elif meaning.sticky:
                self._same("refusal", command.hex(), answer.code.value, row and row.code)
        else:
            self._check_written(command, answer)
        said = self._answers.setdefault(command, plain(answer))
        self._same("answer", command.hex(), plain(answer), said)
        self.checked["answers"] += 1

    def _check_written(self, command: CommandId, answer: Mapping[str, Any]) -> None:
        tables = self._tables
        bet = tables.bets.get(command)
        written: Any = tables.commands.get(command) or bet
        told: Any = True
        match answer["t"]:
            case str() as tag if tag.endswith(".settled") and bet is not None:
                names = ("stake", "payout", "seed", "nonce", "available", "held")
                written = (bet.state, *(getattr(bet, name) for name in names))
                told = (BetState.SETTLED, *(answer[name] for name in names))
            case str() as tag if tag.endswith((".placed", ".raised")) and bet is not None:
                written = (bet.stake, bet.table_id, bet.round, bet.available, bet.held)
                told = tuple(answer[name] for name in ("stake", "table", "round", "available", "held"))
            case str() as tag if tag.endswith(".returned") and written:
                written = {tables.bets[one].state for one in answer["bets"]}
                told = {BetState.RETURNED}
            case str() as tag if tag.endswith(".state") and written:
                game, step = tables.bets[answer["bet"]], answer["step"]
                paid = game.payout if answer["over"] else 0
                written = (
                    game.stake,
                    game.seed,
                    game.nonce,
                    paid,
                    step == 0 or (journal_of(game.id), step) in tables.journal,
                )
                told = (*(answer[name] for name in ("stake", "seed", "nonce", "payout")), True)
            case "poker.bought" | "blackjack.acted" if written:
                written, told = plain(msgpack.unpackb(written.answer)), plain(answer)
            case "crash.cashed" if written:
                written, told = plain(msgpack.unpackb(written.answer)), plain(answer)
                self._promised[answer["bet"]] = answer["payout"]
            case "moved" if written:
                written = [one.ref for one in tables.transfers.values() if one.ref == command]
                told = [command]
            case "seeds.rotated" if written:
                commitment = answer["revealed_commitment"]
                revealed = (one for one in tables.seeds.values() if one.commitment == commitment)
                written = [(one.server_seed, one.nonces) for one in revealed]
                told = [(answer["revealed_server_seed"], answer["revealed_bets"])]
        self._same("answer that should be written", command.hex(), told, written)

    def pushed(self, topic: str, event: Any) -> None:
        """An event: it is the next of its stream, and what it says is written."""
        fields = event if isinstance(event, dict) else event.model_dump()
        position = (topic, fields["epoch"])
        before = self._positions.get(position)
        if before is not None and fields["seq"] != before + 1:
            self._fail(f"event {fields['seq']} of {position} follows {before}")
        self._positions[position] = fields["seq"]
        self.checked["events"] += 1
        if self.cards is not None and fields["t"].startswith("poker."):
            self.cards.pushed(fields)
            return
        key = topic.removeprefix("table:"), fields.get("round", 0)
        row = self._tables.rounds.get(key)
        match fields["t"].split("."):
            case [_, "opened"]:
                self._same("commitment", key, fields["commitment"], row and row.commitment)
            case [game, "spun" | "rolled" | "dealt"]:
                shown = BOARD_GAMES[game].shown(msgpack.unpackb(row.outcome)) if row and row.outcome else {}
                said = fields["server_seed"], {name: plain(fields[name]) for name in shown}
                self._same("outcome", key, said, (row and row.server_seed, plain(shown)))
            case ["blackjack", "played"]:
                self._told.played(key, fields)
            case ["blackjack", "drawn"]:
                recorded = plain(msgpack.unpackb(row.outcome)) if row and row.outcome else {}
                said = fields["server_seed"], {name: plain(fields[name]) for name in recorded}
                self._same("outcome", key, said, (row and row.server_seed, recorded))
            case ["crash", "crashed"]:
                recorded = msgpack.unpackb(row.outcome) if row and row.outcome else {}
                said = fields["server_seed"], fields["bust"]
                self._same("outcome", key, said, (row and row.server_seed, recorded.get("bust")))
            case ["wallet", "changed"]:
                known = fields["ref"] in self._tables.bets or fields["ref"] in self._tables.commands
                self._same("reference of an event", fields["ref"].hex(), known, True)

    # --- at the end ---

    def finished(self, given: Mapping[PlayerId, int]) -> None:
        """Every bet is over; what was refused is nowhere; players have what they were given, plus what they won."""
        self._check_invariants()
        tables = self._tables
        for bet in tables.bets.values():
            if bet.state == BetState.OPEN:
                self._fail(f"bet {bet.id.hex()} at {bet.table_id} {bet.round} is open still")
        for promised, payout in self._promised.items():
            self._same("payout that was promised", promised.hex(), payout, tables.bets[promised].payout)
        for hold in tables.holds.values():
            if hold.state == HoldState.PENDING:
                self._fail(f"hold {hold.id.hex()} is pending still")
        self._draws.finished()
        self._check_told()
        for command, said in self._answers.items():
            if isinstance(said, dict) and said["t"].endswith((".placed", ".raised")):
                row = tables.bets.get(command)
                if row is None or row.state == BetState.DISOWNED:
                    self._fail(f"bet {command.hex()} was said to be placed, and its table never took it")
        self._check_refused()
        for player, amount in given.items():
            self._check_balance(player, amount)
        check_money(self._ledger, POT)
        paid = len(moved(self._ledger, TransferKind.JACKPOT_WIN))
        if self.cards is not None:
            self.cards.finished()
            self.checked += self.cards.checked
        self._same("pools won", "of one draw", pools_won(self._ledger) <= paid, True)
        self.checked["pools won"] += paid

    def _check_refused(self) -> None:
        """What was refused moved nothing."""
        tables = self._tables
        referred = {one.ref for one in tables.transfers.values()}
        for command, said in self._answers.items():
            bet_row = tables.bets.get(command)
            stands = bet_row is not None and bet_row.state != BetState.DISOWNED
            if isinstance(said, tuple) and (stands or command in referred):
                self._fail(f"{command.hex()} was refused, {said}, and is there all the same")

    def _check_balance(self, player: PlayerId, given: int) -> None:
        """What a player has is what was given, and what was won or lost since."""
        tables = self._tables
        won = sum(_result(bet) for bet in tables.bets.values() if player_of(bet.account) == player)
        has = sum(one.posted for one in tables.accounts.values() if one.id > 0 and player_of(one.id) == player)
        jackpots = sum(
            one.amount
            for one in tables.transfers.values()
            if one.kind == TransferKind.JACKPOT_WIN and player_of(one.credit) == player
        )
        self._same("money", player, has, given + won + jackpots + self._at_cards(player))

    def _at_cards(self, player: PlayerId) -> int:
        """What a player has won at the poker table, or lost."""
        rows = self._tables.transfers.values()
        bought = sum(one.amount for one in rows if one.kind == TransferKind.BUY_IN and player_of(one.debit) == player)
        paid = sum(one.amount for one in rows if one.kind == TransferKind.CASH_OUT and player_of(one.credit) == player)
        return paid - bought

    def _check_told(self) -> None:
        """What was told of rounds while they were played has happened."""
        rounds = self._tables.rounds.items()
        outcomes = {key: msgpack.unpackb(row.outcome) for key, row in rounds if row.outcome is not None}
        for wrong in self._told.wrong(outcomes):
            self._fail(wrong)


def _result(bet: StoredBet) -> int:
    return (bet.payout or 0) - bet.stake if bet.state == BetState.SETTLED else 0
