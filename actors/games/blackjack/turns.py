"""What follows from a command while a round is played: steps until a player must choose, or until it is over."""

from collections.abc import Mapping
from typing import Any

from actors.fairness.verify import NotAWager
from actors.games.blackjack.cards import Shoe
from actors.games.blackjack.play import COSTS, Play, Step, cautious, deal, dealer_hand, peeked, step_of
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.settle import spot_of
from actors.games.blackjack.table import State
from actors.games.interface import Act, BetPlaced
from protocol.errors import Code, Refusal
from protocol.ids import PlayerId


def opening(state: State, shoe: Shoe) -> tuple[tuple[Step, ...], Play]:
    """The deal, and what follows from it."""
    step, play = deal(state.rules.house, state.played_boxes(), shoe)
    return _until_a_choice(state, play, (step,), shoe, frozenset())


def acted(state: State, play: Play, act: Act, shoe: Shoe) -> tuple[tuple[Step, ...], Play]:
    """An action that `refusal` found in order, and what follows from it."""
    step = step_of(play, act.action, act.box, shoe)
    return _until_a_choice(state, play.after(step), (step,), shoe, state.away)


def timed_out(state: State, play: Play, shoe: Shoe) -> tuple[tuple[Step, ...], Play, frozenset[PlayerId]]:
    """Who was to choose did not: insurance is declined, and a turn's player is away for the rest of the round."""
    steps: tuple[Step, ...] = ()
    away = state.away
    if play.stage == "insurance":
        while (choice := cautious(play)) is not None and choice[0] == "decline":
            step = step_of(play, *choice, shoe)
            play, steps = play.after(step), (*steps, step)
    elif play.turn is not None and (bet := state.began(play.turn[0].number)) is not None:
        away |= {bet.player}
    return (*_until_a_choice(state, play, steps, shoe, away), away)


def _until_a_choice(
    state: State, play: Play, steps: tuple[Step, ...], shoe: Shoe, away: frozenset[PlayerId]
) -> tuple[tuple[Step, ...], Play]:
    """What nobody chooses: the dealer's look under the card, and the hands of players who are away."""
    while True:
        if play.stage == "peek":
            step = peeked(play, shoe)
        elif play.turn is not None and _owner(state, play.turn[0].number) in away:
            choice = cautious(play)
            if choice is None:
                return steps, play
            step = step_of(play, *choice, shoe)
        else:
            return steps, play
        play, steps = play.after(step), (*steps, step)


def _owner(state: State, box: int) -> PlayerId | None:
    bet = state.began(box)
    return None if bet is None else bet.player


def refusal(state: State, act: Act) -> Refusal | None:
    """Why an action is not in order: `OUT_OF_TURN` and `ILLEGAL_STEP` say `why`."""
    play, bets = state.play, state.round.bets
    if act.bet in bets.standing or act.bet in bets.returned:
        return Refusal(Code.ID_REUSED)
    if play is None or state.round.phase != "playing":
        return _out_of_turn(state, act, "not_playing")
    if _owner(state, act.box) != act.player:
        return _illegal(act, "not_yours")
    if act.step != len(state.steps):
        return _out_of_turn(state, act, "step_is_past")
    if act.now >= state.round.until:
        return _out_of_turn(state, act, "time_is_up")
    actions = play.actions(act.box)
    if not actions:
        return _out_of_turn(state, act, "not_your_turn")
    if act.action not in actions:
        return _illegal(act, "not_allowed")
    if act.action in COSTS and raised_by(state, act) < 1:
        return _illegal(act, "stake_too_small")
    return None


def _illegal(act: Act, why: str) -> Refusal:
    return Refusal(Code.ILLEGAL_STEP, {"step": [act.action, act.box, act.step], "why": why})


def _out_of_turn(state: State, act: Act, why: str) -> Refusal:
    return Refusal(Code.OUT_OF_TURN, {"step": act.step, "steps": len(state.steps), "why": why})


def raised_by(state: State, act: Act) -> int:
    """What an action costs: the stake again, or half of it for insurance."""
    stake = state.stake_of(act.box, act.player)
    return stake // 2 if act.action == "insure" else stake


def raise_of(state: State, play: Play, act: Act) -> BetPlaced | None:
    """The bet that an action places, from the account of the one that the box began with; none if it costs nothing.

    Its entropy is that bet's, which is in the shuffle already: nothing that is done in a round changes its cards.
    """
    began = state.began(act.box)
    if act.action not in COSTS or began is None:
        return None
    box, hand = play.turn or (None, None)
    match act.action:
        case "double" if hand is not None:
            spot = spot_of("double", act.box, hand.number)
        case "split" if box is not None:
            spot = spot_of("split", act.box, len(box.hands))
        case _:
            spot = spot_of("insure", act.box)
    amount = raised_by(state, act)
    return BetPlaced(act.bet, act.player, act.name, began.account, ((spot, amount),), amount, began.entropy, act.now)


def outcome_of(boxes: tuple[int, ...], steps: tuple[Step, ...], play: Play, shoe: Shoe) -> Mapping[str, Any]:
    """What is recorded of a round that is over."""
    return {"boxes": boxes, "steps": steps, "dealer": dealer_hand(play, shoe), "natural": play.rules.natural}


def replayed(rules: HouseRules, played: object, shoe: Shoe) -> tuple[Mapping[str, Any], Play]:
    """A recorded round played again: what was chosen is taken from it, every card from the shoe.

    Raises `NotAWager` if it was not played by the rules, or not to its end.
    """
    boxes = played.get("boxes") if isinstance(played, Mapping) else None
    steps = played.get("steps") if isinstance(played, Mapping) else None
    if not isinstance(boxes, list | tuple) or not all(type(one) is int for one in boxes):
        raise NotAWager("boxes", boxes)
    if not boxes or list(boxes) != sorted(set(boxes)) or not isinstance(steps, list | tuple) or not steps:
        raise NotAWager("steps", steps)
    numbers = tuple(boxes)
    first, play = deal(rules, numbers, shoe)
    again = [first]
    for step in steps[1:]:
        if not isinstance(step, list | tuple) or len(step) < 2 or type(step[0]) is not str or type(step[1]) is not int:
            raise NotAWager("steps", step)
        if play.stage == "peek" and step[0] == "peek":
            taken = peeked(play, shoe)
        elif step[0] in play.actions(step[1]):
            taken = step_of(play, step[0], step[1], shoe)
        else:
            raise NotAWager("steps", step)
        play = play.after(taken)
        again.append(taken)
    if play.stage != "over":
        raise NotAWager("steps", steps)
    return outcome_of(numbers, tuple(again), play, shoe), play
