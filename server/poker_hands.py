"""Hands of poker recalled from their rounds: what everybody may see of one, one's own cards, and what opens both."""

from collections.abc import Iterable
from typing import Any, Final

import msgpack

from actors.games.poker.bound import card_commitments, public_places, salt_of
from actors.games.poker.deck import BOUND, deck_under
from actors.games.poker.history import seen_by
from actors.games.poker.rules import HOLE_CARDS
from actors.games.versions import FIRST, RULES
from persistence.interfaces import RoundRow
from protocol.errors import Code, Refusal
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import PlayerId, TableId

HISTORY: Final = "phh"
"""The key of a round's outcome that only hands of poker have."""


def outcome_of(found: RoundRow | None) -> dict[str, Any] | None:
    """What is recorded of a hand that is over; nothing of other rounds."""
    if found is None or found.outcome is None or found.server_seed is None or found.client_seed is None:
        return None
    outcome: dict[str, Any] = msgpack.unpackb(found.outcome, use_list=False, strict_map_key=False)
    return outcome if HISTORY in outcome else None


def commitment_in(found: RoundRow, outcome: dict[str, Any]) -> str:
    """What everybody was shown before the hand; the round itself has the commitment to its server seed."""
    return str(outcome.get("commitment", found.commitment))


def hand_of(found: RoundRow | None, player: PlayerId | None, request: PokerRecall) -> PokerHand | Refusal:
    """The hand of a round. Refuses with `UNKNOWN_BET` what is none, or is not over."""
    outcome = outcome_of(found)
    if outcome is None or found is None or found.server_seed is None or found.client_seed is None:
        return Refusal(Code.UNKNOWN_BET, {"table": request.table, "hand": request.hand})
    entrants, players = outcome["entrants"], outcome["players"]
    seen = {*outcome["shown"], *(seat for seat, one in zip(entrants, players, strict=True) if one == player)}
    rules, commitment = outcome.get(RULES, FIRST), commitment_in(found, outcome)
    deck = deck_under(commitment, found.server_seed, found.client_seed, found.round)
    count = HOLE_CARDS[outcome["variant"]]
    dealt = {seat: range(place * count, (place + 1) * count) for place, seat in enumerate(entrants)}
    first = len(entrants) * count
    is_open = [one for seat in dealt if seat in seen for one in dealt[seat]]
    is_open += range(first, first + len(outcome["board"]))
    is_bound = rules == BOUND
    return PokerHand(
        id=request.id,
        table=found.table_id,
        hand=found.round,
        rules=rules,
        phh=seen_by(outcome[HISTORY], {place for place, seat in enumerate(entrants) if seat in seen}),
        commitment=commitment,
        server_seed=None if is_bound else found.server_seed,
        client_seed=found.client_seed,
        contributions=msgpack.unpackb(found.contributions or b"\x90", use_list=False),
        variant=outcome["variant"],
        entrants=entrants,
        cards=tuple((seat, tuple(deck[one] for one in dealt[seat])) for seat in entrants if seat in seen),
        board=outcome["board"],
        card_commitments=_commitments_of(found.table_id, found.round, found.server_seed) if is_bound else (),
        salts=_salts_of(found.server_seed, found.client_seed, found.round, is_open) if is_bound else (),
    )


def _commitments_of(table: str, hand: int, server_seed: str) -> tuple[bytes, ...]:
    return tuple(map(bytes.fromhex, card_commitments(server_seed, TableId(table), hand)))


def _salts_of(server_seed: str, client_seed: str, hand: int, cards: Iterable[int]) -> tuple[tuple[int, bytes], ...]:
    """What opens these cards of the deal, by their places."""
    places = public_places(client_seed, hand)
    return tuple((places[one], bytes.fromhex(salt_of(server_seed, hand, places[one]))) for one in cards)
