"""What people at a table of blackjack are shown besides what all tables say."""

from collections.abc import Mapping
from typing import Any, Final

from actors.games.blackjack.hands import Hand
from actors.games.blackjack.table import State
from actors.games.board import Words
from actors.games.interface import Progressed
from protocol.games.blackjack import (
    BlackjackBets,
    BlackjackClosed,
    BlackjackDrawn,
    BlackjackOpened,
    BlackjackPlayed,
    BlackjackSettled,
    BlackjackSnapshot,
)
from protocol.model import Message

WORDS: Final = Words(
    BlackjackOpened, BlackjackBets, BlackjackClosed, BlackjackDrawn, BlackjackSettled, BlackjackSnapshot
)


def played(state: State, event: Progressed, stream: str, epoch: int, seq: int) -> Message:
    """The steps of an event that was applied, and what comes next."""
    return BlackjackPlayed(
        stream=stream,
        epoch=epoch,
        seq=seq,
        round=state.round.number,
        now_ms=event.at,
        boxes=state.boxes,
        steps=event.steps,
        step=len(state.steps),
        until_ms=event.until,
        **_turn(state),
    )


def _turn(state: State) -> dict[str, Any]:
    """Whose turn it is, and what may be done; where insurance is offered, the first box that has not said."""
    play = state.play
    if play is None or state.round.phase != "playing":
        return {"turn": None, "player": None, "actions": ()}
    if play.stage == "insurance":
        box = next((one.number for one in play.boxes if one.insured is None), None)
    else:
        box = None if play.turn is None else play.turn[0].number
    bet = None if box is None else state.began(box)
    actions = () if box is None else play.actions(box)
    return {"turn": box, "player": None if bet is None else bet.player, "actions": actions}


def seen(state: State) -> Mapping[str, Any]:
    """Fields of the snapshot besides those that all games have."""
    play = state.play
    owners = [
        (number, bet.player, bet.name)
        for number in range(1, state.rules.boxes + 1)
        if (bet := state.began(number)) is not None
    ]
    hands = [] if play is None else [(box.number, hand) for box in play.boxes for hand in box.hands]
    outcome = state.round.outcome
    return {
        "rules": dict(state.rules.house.params),
        "boxes": state.rules.boxes,
        "owners": tuple(owners),
        "hands": tuple((number, hand.number, hand.cards, _state_of(hand)) for number, hand in hands),
        "dealer": tuple(outcome["dealer"]) if outcome is not None else () if play is None else play.dealer,
        "step": len(state.steps),
        **_turn(state),
    }


def _state_of(hand: Hand) -> str:
    if hand.total > 21:
        return "bust"
    if hand.surrendered:
        return "surrendered"
    if hand.doubled:
        return "doubled"
    return "stood" if hand.is_over else "open"
