"""A hand of poker dealt again from its record, with all its cards: for the house, which keeps the server seed."""

from dataclasses import dataclass
from typing import Any, Final

import msgpack

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.fairness.verify import Check
from actors.games.poker.bound import card_commitments, deck_commitment
from actors.games.poker.deal import BOARD
from actors.games.poker.deck import BOUND, deck_under, rules_under, written
from actors.games.poker.history import cards_in, is_played_out
from actors.games.poker.rules import HOLE_CARDS
from actors.games.versions import FIRST, RULES
from persistence.interfaces import RoundRow
from protocol.ids import TableId
from server.poker_hands import HISTORY, commitment_in, outcome_of

GAME: Final = "poker"


@dataclass(frozen=True, slots=True)
class ReplayedHand:
    """What is recorded of a hand, beside what its seeds give; `deck` is in the order of the deal."""

    id: str
    rules: int
    deck: tuple[int, ...]
    phh: str
    checks: tuple[Check, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is recorded otherwise than it comes out again."""
        return not all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold."""
        failed = [{"name": one.name, "said": one.said, "found": one.found} for one in self.checks if not one.ok]
        return {
            "round": self.id,
            "game": GAME,
            "ok": not self.differs,
            "rules": self.rules,
            "failed": failed,
            "deck": written(self.deck),
            "phh": self.phh,
        }


def replayed_hand(round_id: str, found: RoundRow | None) -> ReplayedHand | None:
    """Deal the hand of a round again; nothing for a round that is none, or not over."""
    outcome = outcome_of(found)
    if outcome is None or found is None or found.server_seed is None or found.client_seed is None:
        return None
    table, number, seed = TableId(found.table_id), found.round, found.server_seed
    commitment = commitment_in(found, outcome)
    rules = rules_under(seed, commitment)
    bound = deck_commitment(card_commitments(seed, table, number)) if rules == BOUND else commitment_of(seed)
    mixed = client_seed_from(table, number, commitment, msgpack.unpackb(found.contributions or b"\x90"))
    deck = deck_under(commitment, seed, found.client_seed, number)
    hole, board = cards_in(outcome[HISTORY])
    count = HOLE_CARDS[outcome["variant"]]
    first = len(outcome["entrants"]) * count
    dealt = [deck[at : at + count] for at in range(0, first, count)]
    checks = (
        Check("rules", outcome.get(RULES, FIRST), rules),
        Check("seed", found.commitment, commitment_of(seed)),
        Check("commitment", commitment, bound),
        Check("client_seed", found.client_seed, mixed),
        Check("hole cards", [written(one) for one in hole], [written(one) for one in dealt]),
        Check("board", written(board), written(deck[first : first + BOARD][: len(board)])),
        Check("chips", True, is_played_out(outcome[HISTORY])),
    )
    return ReplayedHand(round_id, rules, deck, outcome[HISTORY], checks)
