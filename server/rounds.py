"""Rounds recalled from their record: what was played, when each phase was, and the funds before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgpack

from actors.games.catalogue import STEP_GAMES
from actors.games.crash import phases_of, recorded_of
from actors.games.versions import FIRST, RULES
from actors.instant.journal import StepTaken, journal_of, read_steps
from persistence.interfaces import BetRow, RoundRow, StatementLine
from persistence.ledgers import Ledgers
from protocol.ids import AccountId, BetId, CommandId
from protocol.money import player_of
from protocol.records import BetState, TransferKind
from protocol.replies import PlayedRound

LINES_AT_ONCE: Final = 200
PLAYED_KINDS: Final = frozenset({TransferKind.STAKE.value, TransferKind.WIN.value})
CLOCKS_MS_MAX: Final = 60_000
"""Two hosts' clocks may differ by as much, one of which took the bet, and the other wrote its transfers."""

Lines = Mapping[CommandId, list[StatementLine]]
"""An account's transfers of each bet, oldest first."""


@dataclass(frozen=True, slots=True)
class Page:
    """Bets that were paid with one account, newest first, their transfers, and the cursor of the next page."""

    bets: tuple[BetRow, ...]
    lines: Lines
    following: int | None


class Recall:
    """Reads what was played from the ledgers; nobody is asked who plays."""

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers

    async def page(self, account: AccountId, before: int | None, limit: int) -> Page:
        """The newest bets of an account, or those before the cursor `before`. A bet's transfers are neighbours."""
        ledger = self._ledgers.of_player(player_of(account))
        found: dict[CommandId, list[StatementLine]] = {}
        cursor, more = before, True
        following: int | None = None
        while more:
            lines, cursor = await ledger.statement(account, cursor, LINES_AT_ONCE)
            for line in lines:
                if line.kind in PLAYED_KINDS:
                    if line.ref not in found and len(found) == limit:
                        following = line.id
                        break
                    found.setdefault(line.ref, []).insert(0, line)
            more = cursor is not None and following is None
        bets = [await ledger.find_bet(BetId(ref)) for ref in found]
        return Page(tuple(bet for bet in bets if bet is not None), found, following)

    async def lines_of(self, bets: Iterable[BetRow]) -> dict[BetId, list[StatementLine]]:
        """The transfers of these bets, found by walking back over those of their accounts."""
        found: dict[BetId, list[StatementLine]] = {}
        accounts: dict[AccountId, list[BetRow]] = {}
        for bet in bets:
            accounts.setdefault(bet.account, []).append(bet)
            found[bet.id] = []
        for account, own in accounts.items():
            oldest = min(bet.placed_at for bet in own) - CLOCKS_MS_MAX
            ledger = self._ledgers.of_player(player_of(account))
            cursor, more = None, True
            while more:
                lines, cursor = await ledger.statement(account, cursor, LINES_AT_ONCE)
                for line in lines:
                    if BetId(line.ref) in found and line.kind in PLAYED_KINDS:
                        found[BetId(line.ref)].insert(0, line)
                more = cursor is not None and lines[-1].at_ms >= oldest
        return found

    async def played(self, bet: BetRow, lines: list[StatementLine]) -> PlayedRound:
        """A bet with its phases and funds. One that is open, or was taken back, was paid nothing."""
        params: dict[str, Any] = msgpack.unpackb(bet.params)
        steps = await self._steps(bet)
        found = await self._round(bet)
        drawn = _outcome(bet, steps, found)
        phases = _phases(bet, steps, found, phases_of(bet.id, drawn))
        params, outcome = recorded_of(bet.id, params, drawn)
        available_before, held_before = _funds_before(bet)
        return PlayedRound(
            bet=bet.id,
            game=bet.game,
            rules=params.get(RULES, FIRST),
            table=bet.table_id,
            round=bet.round if bet.table_id is not None else None,
            stake=bet.stake,
            payout=bet.payout or 0,
            params=params,
            outcome=outcome,
            steps=tuple(one.step for one in steps),
            phases=tuple(name for name, _ in phases),
            phases_at_ms=tuple(at for _, at in phases),
            available_before=available_before,
            held_before=held_before,
            available_after=bet.available,
            held_after=bet.held,
            posted_before=lines[0].after - lines[0].amount if lines else available_before + held_before,
            posted_after=lines[-1].after if lines else bet.available + bet.held,
        )

    async def _steps(self, bet: BetRow) -> tuple[StepTaken, ...]:
        if bet.game not in STEP_GAMES:
            return ()
        name = journal_of(bet.id)
        journals = await self._ledgers.of_player(player_of(bet.account)).load_journals([name])
        return read_steps(journals[name].events)

    async def _round(self, bet: BetRow) -> RoundRow | None:
        if bet.table_id is None or bet.round is None:
            return None
        return await self._ledgers.of_table(bet.table_id).find_round(bet.table_id, bet.round)


def _outcome(bet: BetRow, steps: tuple[StepTaken, ...], found: RoundRow | None) -> dict[str, Any]:
    """What was drawn, once it is public; nothing of a game that is not over."""
    if bet.game in STEP_GAMES:
        return dict((steps[-1].outcome if steps else None) or {})
    packed = found.outcome if found is not None else bet.outcome
    return dict(msgpack.unpackb(packed)) if packed is not None else {}


def _phases(
    bet: BetRow, steps: tuple[StepTaken, ...], found: RoundRow | None, own: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, int], ...]:
    """`own` are those of the game between betting and the draw."""
    phases = [("placed", bet.placed_at), *((str(one.step[0]), one.at) for one in steps)]
    if found is not None:
        phases.insert(0, ("opened", found.opened_at))
        if found.drawn_at is not None and bet.state != BetState.RETURNED:
            phases += [*own, ("drawn", found.drawn_at)]
    if bet.settled_at is not None:
        phases.append((BetState(bet.state).name.lower(), bet.settled_at))
    return tuple(phases)


def _funds_before(bet: BetRow) -> tuple[int, int]:
    """Available and held before the bet was placed: its stake was held, or all of it was paid at once."""
    if bet.table_id is None and bet.game not in STEP_GAMES:
        return bet.available + bet.stake - (bet.payout or 0), bet.held
    return bet.available + bet.stake, bet.held - bet.stake
