"""Hands of poker recalled from their rounds: what everybody may see of one, and one's own cards."""

from typing import Any, Final

import msgpack

from actors.games.poker.deck import deck_of
from actors.games.poker.history import seen_by
from actors.games.poker.rules import HOLE_CARDS
from persistence.interfaces import RoundRow
from protocol.errors import Code, Refusal
from protocol.games.poker import PokerHand, PokerRecall
from protocol.ids import PlayerId

HISTORY: Final = "phh"
"""The key of a round's outcome that only hands of poker have."""


def hand_of(found: RoundRow | None, player: PlayerId | None, request: PokerRecall) -> PokerHand | Refusal:
    """The hand of a round. Refuses with `UNKNOWN_BET` what is none, or is not over."""
    refusal = Refusal(Code.UNKNOWN_BET, {"table": request.table, "hand": request.hand})
    if found is None or found.outcome is None or found.server_seed is None or found.client_seed is None:
        return refusal
    outcome: dict[str, Any] = msgpack.unpackb(found.outcome, use_list=False, strict_map_key=False)
    if HISTORY not in outcome:
        return refusal
    entrants, players = outcome["entrants"], outcome["players"]
    seen = {*outcome["shown"], *(seat for seat, one in zip(entrants, players, strict=True) if one == player)}
    deck = deck_of(found.server_seed, found.client_seed, found.round)
    count = HOLE_CARDS[outcome["variant"]]
    cards = [(seat, deck[place * count : (place + 1) * count]) for place, seat in enumerate(entrants) if seat in seen]
    return PokerHand(
        id=request.id,
        table=found.table_id,
        hand=found.round,
        phh=seen_by(outcome[HISTORY], {place for place, seat in enumerate(entrants) if seat in seen}),
        commitment=found.commitment,
        server_seed=found.server_seed,
        client_seed=found.client_seed,
        contributions=msgpack.unpackb(found.contributions or b"\x90", use_list=False),
        variant=outcome["variant"],
        entrants=entrants,
        cards=tuple(cards),
        board=outcome["board"],
    )
