"""What one may do while the big blind is short and nobody has brought a whole one: a short blind lowers no call."""

from pokerkit import State

from actors.games.poker.deal import Options
from actors.games.poker.rules import Rules


def full_options(state: State, seat: int, rules: Rules) -> Options:
    """What the player whose turn it is, in `seat`, may do.

    A call makes the bet a whole big blind, a raise at least two; in pot-limit at most the pot after that call. Where
    nobody is left who could bring more than there is, the library is right: what nobody calls would come back.
    """
    player = state.actor_index
    if player is None or state.min_completion_betting_or_raising_to_amount is None:
        return Options(seat, state.checking_or_calling_amount or 0)
    blind, bet = rules.big_blind, state.bets[player]
    everything, call = bet + state.stacks[player], min(state.stacks[player], blind - bet)
    others = (
        state.bets[other] + state.stacks[other]
        for other in state.player_indices
        if other != player and state.statuses[other]
    )
    if everything <= blind or max(others) <= blind:
        return Options(seat, call)
    most = everything
    if rules.variant == "omaha":
        most = min(most, 2 * blind + state.total_pot_amount - bet)
    return Options(seat, call, min(everything, 2 * blind), most)
