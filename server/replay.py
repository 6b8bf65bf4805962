"""A round played again from its record, and compared with what was written down then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from actors.fairness.verify import Report, verify
from actors.games.catalogue import VERIFIABLE
from persistence.interfaces import BetRow
from persistence.ledgers import Ledgers
from protocol.errors import Code, Refusal
from protocol.ids import COMMAND_ID_BYTES, BetId, PlayerId
from protocol.money import asset_of, balance_of, player_of
from protocol.records import BetState
from protocol.replies import PlayedRound, ProofView
from server.replay_hand import ReplayedHand, replayed_hand
from server.rounds import Recall

LoadProof = Callable[[PlayerId | None, BetId], Awaitable[ProofView | Refusal]]
REVEALED: Final = "revealed"
"""The check that fails as long as the server seed is in use."""


@dataclass(frozen=True, slots=True)
class ReplayedBet:
    """One bet: as it was played, and how it comes out again; no report of one that was not settled."""

    row: BetRow
    played: PlayedRound
    report: Report | None

    @property
    def verdict(self) -> str:
        """`agrees`, `differs`, `secret` while the seed is in use, or else the bet's state: `open` or `returned`."""
        if self.report is None:
            return BetState(self.row.state).name.lower()
        if self.report.ok:
            return "agrees"
        failed = self.report.failed
        return "secret" if failed is not None and failed.name == REVEALED else "differs"

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold, ids in hexadecimal."""
        account = self.row.account
        whose = {"player": player_of(account), "asset": asset_of(account), "balance": balance_of(account).name.lower()}
        fields = self.played.model_dump(exclude={"t", "bet", "game", "table", "round"})
        failed = [{"name": one.name, "said": one.said, "found": one.found} for one in self._failed()]
        return {"bet": self.row.id.hex(), **whose, "verdict": self.verdict, "failed": failed, **fields}

    def _failed(self) -> list[Any]:
        return [] if self.report is None else [check for check in self.report.checks if not check.ok]


@dataclass(frozen=True, slots=True)
class Replay:
    """All bets of a round."""

    id: str
    game: str
    bets: tuple[ReplayedBet, ...]

    @property
    def differs(self) -> bool:
        """Whether any bet comes out otherwise than it was recorded."""
        return any(bet.verdict == "differs" for bet in self.bets)

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold."""
        return {
            "round": self.id,
            "game": self.game,
            "ok": not self.differs,
            "bets": [bet.as_json() for bet in self.bets],
        }


async def replay(ledgers: Ledgers, round_id: str, load_proof: LoadProof) -> Replay | ReplayedHand | Refusal:
    """Find a round by `TABLE:NUMBER`, or by the id of a bet, and play its bets, or its hand, again by its rules.

    Refuses with `UNKNOWN_BET` when nothing was bet under this id, and with `ID_REUSED` when several players used it.
    """
    table, colon, number = round_id.rpartition(":")
    if colon and number.isascii() and number.isdigit():
        bets = await ledgers.round_bets(table, int(number))
        found = None if bets else await ledgers.of_table(table).find_round(table, int(number))
        if (hand := replayed_hand(round_id, found)) is not None:
            return hand
    else:
        bets = await _of_id(ledgers, round_id)
        if len(bets) > 1:
            return Refusal(Code.ID_REUSED, {"bets": len(bets)})
    if not bets:
        return Refusal(Code.UNKNOWN_BET, {"round": round_id})
    recall = Recall(ledgers)
    lines = await recall.lines_of(bets)
    again = [ReplayedBet(bet, await recall.played(bet, lines[bet.id]), await _report(bet, load_proof)) for bet in bets]
    return Replay(round_id, bets[0].game, tuple(again))


async def _of_id(ledgers: Ledgers, text: str) -> list[BetRow]:
    try:
        bet = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        return []
    return await ledgers.find_bets(BetId(bet), None) if len(bet) == COMMAND_ID_BYTES else []


async def _report(bet: BetRow, load_proof: LoadProof) -> Report | None:
    proof = await load_proof(player_of(bet.account), bet.id)
    if isinstance(proof, Refusal):
        return None
    return verify(proof, VERIFIABLE[proof.game])
