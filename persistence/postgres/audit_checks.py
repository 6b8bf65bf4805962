"""The auditor's checks: each an invariant by its name, decided from what the questions of `audit_queries` answer."""

from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from persistence.postgres import audit_queries as queries
from persistence.postgres.audit_jackpots import jackpots
from persistence.postgres.audit_questions import Questions, Row, Surveys, told
from protocol.money import HouseAccount
from protocol.records import BetState, HoldState, TransferKind

__all__ = ["CHECKS", "Answer", "Check", "results_of"]

_GAME_KINDS: Final = frozenset({TransferKind.STAKE, TransferKind.WIN, TransferKind.REFUND})
_HOLD_OF_BET: Final = {
    BetState.OPEN: HoldState.PENDING,
    BetState.SETTLED: HoldState.CAPTURED,
    BetState.RETURNED: HoldState.RELEASED,
    BetState.DISOWNED: HoldState.DISOWNED,
}

Answer = tuple[int, list[Row]]


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant, how many rows were looked at for it, and rows that break it, each with the `problem` it shows."""

    name: str
    rows: int
    broken: list[Row]

    @property
    def ok(self) -> bool:
        """Whether the invariant holds."""
        return not self.broken


async def _double_entry(ask: Questions) -> Answer:
    found = (await ask.surveys()).transfers
    broken = await ask.evidence("the balances of an asset do not add up to zero", queries.ASSET_SUMS)
    if any(row["impossible"] for row in found):
        problem = "not a positive amount between two accounts of one asset, at most one of them a player's"
        broken += await ask.evidence(problem, queries.IMPOSSIBLE_TRANSFERS)
    return sum(row["transfers"] for row in found), broken


async def _balances(ask: Questions) -> Answer:
    found = await ask.surveys()
    wrong = [row for row in found.accounts if row["wrong_balance"]]
    broken = told("there is no such account", (row for row in wrong if row["posted"] is None))
    broken += told("the transfers make another balance", (row for row in wrong if row["posted"] is not None))
    return found.counts["accounts"], broken[: ask.evidence_max]


async def _no_negative(ask: Questions) -> Answer:
    broken = await ask.evidence("less than nothing is available or held", queries.NEGATIVE_ACCOUNTS)
    return (await ask.surveys()).counts["player_accounts"], broken


async def _holds(ask: Questions) -> Answer:
    found = await ask.surveys()
    broken = await ask.evidence("the pending holds make another held amount", queries.HELD_ACCOUNTS)
    of_bets = {
        _HOLD_OF_BET[row["state"]]: (row["bets"], row["stakes_fingerprint"]) for row in found.bets if not row["instant"]
    }
    if {row["state"]: (row["holds"], row["fingerprint"]) for row in found.holds} != of_bets:
        broken += await ask.evidence("a hold and its bet are not of one kind", queries.HOLDS_UNLIKE_BETS)
    return sum(row["holds"] for row in found.holds), broken


async def _bets(ask: Questions) -> Answer:
    found = await ask.surveys()
    broken: list[Row] = []
    if any(row["impossible"] for row in found.bets):
        broken += await ask.evidence(
            "settled without a payout, or instant and yet not settled", queries.IMPOSSIBLE_BETS
        )
    settled = [row for row in found.bets if row["state"] == BetState.SETTLED]
    stakes = [row for row in found.transfers if row["kind"] == TransferKind.STAKE]
    wins = [row for row in found.transfers if row["kind"] == TransferKind.WIN]
    if (
        _sums(settled, "bets", "stakes_fingerprint") != _sums(stakes, "transfers", "fingerprint")
        or _sums(settled, "wins", "wins_fingerprint") != _sums(wins, "transfers", "fingerprint")
        or any(row["debtor"] is not None for row in stakes)
        or any(row["creditor"] is not None for row in wins)
    ):
        problem = (
            "a settled bet has one stake and, if it pays, one win; no other bet has any, and none is without a bet"
        )
        broken += await ask.evidence(problem, queries.BETS_UNLIKE_TRANSFERS)
    if any(row["kind"] == TransferKind.REFUND for row in found.transfers):
        broken += await ask.evidence("a refund without its bet", queries.REFUNDS_WITHOUT_BETS)
    return sum(row["bets"] for row in found.bets), broken


async def _statements(ask: Questions) -> Answer:
    broken = await ask.evidence("not linked to the transfer before, or a wrong balance after it", queries.STATEMENTS)
    found = await ask.surveys()
    lost = [row for row in found.accounts if row["wrong_last"]]
    broken += told("the account names another transfer as its last", lost[: ask.evidence_max])
    return sum(row["transfers"] for row in found.transfers if row["debtor"] is None or row["creditor"] is None), broken


async def _ids(ask: Questions) -> Answer:
    broken = await ask.evidence("an id of a bet and of another command", queries.IDS)
    return (await ask.surveys()).counts["commands"], broken


async def _draws(ask: Questions) -> Answer:
    broken = await ask.evidence("nonces, seed or commitment do not agree", queries.DRAWS)
    broken += await ask.evidence("not the seed that was announced, or not after the one before", queries.SEED_CHAINS)
    broken += await ask.evidence("the account names another draw as its newest", queries.NEWEST_DRAWS)
    broken += await ask.evidence("a bet with neither table nor seed", queries.SEEDLESS_BETS)
    broken += await ask.evidence("a game of steps whose round is not its nonce", queries.MISNUMBERED_GAMES)
    found = await ask.surveys()
    return sum(row["draws"] for row in found.bets), broken


async def _rounds(ask: Questions) -> Answer:
    broken = await ask.evidence("drawn in part, or not from the seed that was committed to", queries.ROUNDS)
    broken += await ask.evidence("a bet that its round does not bear out", queries.BETS_UNLIKE_ROUNDS, ask.elsewhere)
    return (await ask.surveys()).counts["rounds"], broken


async def _batches(ask: Questions) -> Answer:
    found = await ask.surveys()
    there: Counter[int] = Counter()
    last_number: defaultdict[int, int] = defaultdict(int)
    for row in found.transfers:
        there[row["epoch"]] += row["transfers"]
        last_number[row["epoch"]] = max(last_number[row["epoch"]], row["last_number"])
    broken: list[Row] = []
    for row in found.batches:
        epoch, batches = row["epoch"], row["batches"] or 0
        if row["seq"] is None:
            broken += told("batches of an epoch that never was", [row])
        elif (batches, row["last"] or 0) != (row["seq"], row["seq"]) or (batches and row["first"] != 1):
            broken += told("the batches of an epoch are not all there", [row])
        transfers = there.pop(epoch, 0)
        if not row["transfers"] == transfers == last_number[epoch]:
            broken += told(
                "the transfers of an epoch are not all there",
                [{**row, "transfers_there": transfers, "last_number": last_number[epoch]}],
            )
    strays = ({"epoch": epoch, "transfers_there": transfers} for epoch, transfers in there.items())
    broken += told("transfers of an epoch that never was", strays)
    return sum(row["batches"] or 0 for row in found.batches), broken[: ask.evidence_max]


async def _pnl(ask: Questions) -> Answer:
    found = await ask.surveys()
    wrong = [
        {"asset": asset, "players_profit_and_loss": players, "gross_gaming_revenue": house}
        for asset, (players, house) in sorted(results_of(found).items())
        if players != -house
    ]
    played = sum(row["transfers"] for row in found.transfers if row["kind"] in _GAME_KINDS)
    return played, told("what players lost is not what the house won", wrong)


def results_of(found: Surveys) -> dict[int, tuple[int, int]]:
    """By asset: what players won in games (lost, if negative), and what the house did."""
    players: Counter[int] = Counter()
    house: Counter[int] = Counter()
    for row in found.transfers:
        if row["kind"] not in _GAME_KINDS:
            continue
        for side, amount in (("debtor", -int(row["amount"])), ("creditor", int(row["amount"]))):
            if row[side] is None:
                players[row["asset"]] += amount
            elif row[side] == HouseAccount.HOUSE:
                house[row["asset"]] += amount
    return {asset: (players[asset], house[asset]) for asset in players.keys() | house.keys()}


def _sums(rows: list[Row], count: str, fingerprint: str) -> tuple[int, int]:
    return sum(row[count] for row in rows), sum(int(row[fingerprint] or 0) for row in rows)


CHECKS: Final[dict[str, Callable[[Questions], Coroutine[None, None, Answer]]]] = {
    "double_entry": _double_entry,
    "balances": _balances,
    "no_negative": _no_negative,
    "holds": _holds,
    "bets": _bets,
    "statements": _statements,
    "ids": _ids,
    "draws": _draws,
    "rounds": _rounds,
    "batches": _batches,
    "pnl": _pnl,
    "jackpots": jackpots,
}
"""By name; the answer is how many rows were looked at, and rows that break the invariant."""
