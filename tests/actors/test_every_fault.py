"""Which test tries which fault of which game: a game that is new, or a fault that nobody tries, fails here.

A cell names a test, or says why there is nothing to try. A test of a family tries all its games, as the catalogue
has them.
"""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from actors.games.catalogue import BOARD_GAMES, INSTANT_GAMES, STEP_GAMES
from protocol.game_names import GAME_NAMES

TESTS: Final = Path(__file__).parents[1]
FAULTS: Final = (
    "out of turn",
    "out of phase",
    "twice",
    "after the end",
    "not seated",
    "another's",
    "below minimum",
    "above maximum",
    "above exposure",
    "not a multiple",
    "absurd with another bet",
    "time-out at every decision",
    "disconnect at every decision",
    "kill at every phase",
    "money in is money out",
    "replay gives the same state",
    "no view leaks",
)


class Nothing(NamedTuple):
    """There is no such fault of a game."""

    why: str


Cell = str | Nothing
"""A test, as `file::name` below the folder of tests, or the reason why there is none."""

ONE_DRAW: Final = "actors/instant/test_every_game_of_one_draw.py::test_"
STEPS: Final = "actors/instant/test_every_game_of_steps.py::test_"
ALONE: Final = Nothing("it is played alone: there are no seats")
NO_TURNS: Final = Nothing("players choose before the round, all at once")
DONE_AT_ONCE: Final = Nothing("a bet is drawn and paid in its one commit")
ANY_UNIT: Final = Nothing("every whole amount between the limits is a stake")
NO_DECISION: Final = Nothing("nobody is waited for: the clock goes on by itself")
_REFUSED: Final = f"{ONE_DRAW}a_bet_that_is_refused_uses_no_draw_and_no_money_and_stays_refused"
_EXPOSED: Final = (
    "actors/games/test_exposure.py::"
    "test_a_bet_is_taken_that_can_just_be_paid_and_refused_when_it_could_win_one_unit_more"
)
_SEAT: Final = "actors/table/test_every_seat.py::test_"
_SEATS: Final[Mapping[str, Cell]] = {
    "not seated": f"{_SEAT}who_has_no_seat_bets_nothing_and_that_stays_so",
    "another's": f"{_SEAT}nobody_takes_anothers_bets_back",
    "below minimum": f"{_SEAT}an_amount_outside_the_limits_is_refused_for_good",
    "above maximum": f"{_SEAT}an_amount_outside_the_limits_is_refused_for_good",
    "not a multiple": ANY_UNIT,
    "absurd with another bet": f"{_SEAT}bets_of_a_player_are_limited_together_though_each_is_legal",
    "replay gives the same state": f"{_SEAT}a_table_that_was_read_from_its_journal_looks_the_same_to_everybody",
    "no view leaks": f"{_SEAT}nobody_sees_anothers_bets_nor_a_seed_before_its_round_is_over",
}
_BOARD: Final = "actors/table/test_every_game.py::test_"
_CRASH: Final = "actors/table/test_crash.py::test_"
_FLIGHT: Final = "actors/games/crash/test_rounds.py::test_"
_HANDS: Final = "actors/table/test_blackjack_faults.py::test_"
_POKER: Final = "actors/poker/test_faults.py::test_"
_WRONG_MOVE: Final = f"{_POKER}nobody_acts_out_of_turn_or_against_the_rules_and_nothing_moves"

OF_ONE_DRAW: Final[Mapping[str, Cell]] = {
    "out of turn": DONE_AT_ONCE,
    "out of phase": DONE_AT_ONCE,
    "twice": f"{ONE_DRAW}a_bet_has_one_answer_for_ever_and_one_effect",
    "after the end": DONE_AT_ONCE,
    "not seated": ALONE,
    "another's": ALONE,
    "below minimum": _REFUSED,
    "above maximum": _REFUSED,
    "above exposure": _EXPOSED,
    "not a multiple": ANY_UNIT,
    "absurd with another bet": DONE_AT_ONCE,
    "time-out at every decision": DONE_AT_ONCE,
    "disconnect at every decision": (
        "integration/test_disconnects.py::test_a_bet_whose_player_is_gone_before_the_answer_is_settled_once"
    ),
    "kill at every phase": f"{ONE_DRAW}a_crash_at_a_bet_draws_nothing_anew",
    "money in is money out": f"{ONE_DRAW}whatever_is_played_what_went_in_came_out_and_follows_from_its_seed",
    "replay gives the same state": f"{ONE_DRAW}whatever_is_played_what_went_in_came_out_and_follows_from_its_seed",
    "no view leaks": (
        "actors/instant/test_instant.py::test_a_seed_is_secret_until_it_is_revealed_and_then_it_is_written"
    ),
}
OF_STEPS: Final[Mapping[str, Cell]] = {
    "out of turn": f"{STEPS}a_step_out_of_turn_is_refused_and_changes_nothing",
    "out of phase": f"{STEPS}a_step_before_the_start_or_after_the_end_is_of_no_game",
    "twice": f"{STEPS}each_request_has_one_answer_for_ever_and_its_id_no_other_use",
    "after the end": f"{STEPS}a_step_before_the_start_or_after_the_end_is_of_no_game",
    "not seated": ALONE,
    "another's": f"{STEPS}nobody_takes_anothers_step",
    "below minimum": f"{STEPS}a_start_that_is_refused_uses_no_draw_and_no_money",
    "above maximum": f"{STEPS}a_start_that_is_refused_uses_no_draw_and_no_money",
    "above exposure": _EXPOSED,
    "not a multiple": ANY_UNIT,
    "absurd with another bet": f"{STEPS}a_second_game_of_the_kind_is_not_begun_beside_the_first",
    "time-out at every decision": f"{STEPS}a_player_who_is_late_at_any_step_has_the_game_finished_by_its_rules",
    "disconnect at every decision": (
        "integration/test_disconnects.py::test_a_game_whose_player_is_gone_at_every_step_goes_on_where_it_was"
    ),
    "kill at every phase": f"{STEPS}a_crash_at_any_step_changes_nothing_of_the_game",
    "money in is money out": f"{STEPS}whatever_is_played_beside_each_other_what_went_in_came_out",
    "replay gives the same state": f"{STEPS}a_game_is_found_as_it_was_after_sleep_and_crash_at_every_step",
    "no view leaks": "actors/games/test_steps.py::test_no_view_tells_what_is_secret_before_the_end",
}
OF_A_BOARD: Final[Mapping[str, Cell]] = {
    **_SEATS,
    "out of turn": NO_TURNS,
    "out of phase": f"{_BOARD}what_comes_after_betting_is_refused_and_stays_refused_in_the_next_round",
    "twice": f"{_BOARD}a_bet_has_one_answer_for_ever_and_one_effect",
    "after the end": f"{_BOARD}what_comes_after_betting_is_refused_and_stays_refused_in_the_next_round",
    "above exposure": f"{_BOARD}illegal_amounts_hold_nothing",
    "time-out at every decision": NO_DECISION,
    "disconnect at every decision": f"{_BOARD}who_goes_away_keeps_the_bets_and_is_paid_the_same",
    "kill at every phase": f"{_BOARD}a_crash_at_any_time_changes_neither_the_outcome_nor_what_is_paid",
    "money in is money out": f"{_BOARD}whatever_happens_all_bets_are_over_in_the_end_and_what_went_in_came_out",
}
OF_CRASH: Final[Mapping[str, Cell]] = {
    **_SEATS,
    "out of turn": f"{_FLIGHT}nothing_is_cashed_out_before_it_flies",
    "out of phase": f"{_FLIGHT}no_bet_is_placed_or_taken_back_after_betting",
    "twice": f"{_CRASH}a_cash_out_has_one_answer_for_ever_and_one_effect",
    "after the end": f"{_CRASH}what_is_refused_stays_refused",
    "above exposure": f"{_FLIGHT}the_house_covers_every_bet_at_its_target_and_no_more",
    "time-out at every decision": f"{_FLIGHT}a_bet_is_cashed_out_at_its_target_whether_or_not_its_player_is_there",
    "disconnect at every decision": f"{_CRASH}a_player_who_is_gone_is_cashed_out_at_the_target_all_the_same",
    "kill at every phase": f"{_CRASH}a_crash_at_any_time_changes_neither_the_bust_nor_what_is_paid",
    "money in is money out": f"{_CRASH}whatever_happens_all_bets_are_over_in_the_end_and_what_went_in_came_out",
}
OF_BLACKJACK: Final[Mapping[str, Cell]] = {
    **_SEATS,
    "out of turn": f"{_HANDS}nobody_else_chooses_and_nothing_is_chosen_twice",
    "out of phase": f"{_HANDS}when_the_round_is_over_nothing_of_it_can_be_done",
    "twice": f"{_HANDS}an_act_that_is_repeated_after_a_restart_has_its_first_answer",
    "after the end": f"{_HANDS}when_the_round_is_over_nothing_of_it_can_be_done",
    "above exposure": f"{_HANDS}a_bet_is_refused_whose_hands_could_cost_the_house_more_than_it_is_ready_to_lose",
    "not a multiple": f"{_HANDS}half_of_the_smallest_stake_is_nothing_to_insure_with",
    "time-out at every decision": f"{_HANDS}a_player_whose_time_runs_out_is_played_for_and_puts_no_money_down",
    "disconnect at every decision": f"{_HANDS}who_left_may_come_back_and_go_on",
    "kill at every phase": f"{_HANDS}a_killed_table_goes_on_with_the_same_hands_and_comes_to_the_same",
    "money in is money out": f"{_HANDS}whatever_is_done_what_went_in_came_out_and_nobody_saw_a_card_too_early",
    "no view leaks": f"{_HANDS}whatever_is_done_what_went_in_came_out_and_nobody_saw_a_card_too_early",
}
OF_POKER: Final[Mapping[str, Cell]] = {
    "out of turn": _WRONG_MOVE,
    "out of phase": _WRONG_MOVE,
    "twice": f"{_POKER}a_move_is_made_once_however_often_it_comes",
    "after the end": f"{_POKER}when_the_hand_is_over_nothing_of_it_can_be_done",
    "not seated": _WRONG_MOVE,
    "another's": _WRONG_MOVE,
    "below minimum": f"{_POKER}a_seat_for_an_illegal_amount_is_refused_and_stays_so",
    "above maximum": f"{_POKER}a_seat_for_an_illegal_amount_is_refused_and_stays_so",
    "above exposure": Nothing("players play against each other: the house has nothing to lose"),
    "not a multiple": ANY_UNIT,
    "absurd with another bet": f"{_POKER}chips_are_not_added_to_more_than_one_may_have_though_each_amount_is_legal",
    "time-out at every decision": f"{_POKER}who_does_not_decide_in_time_puts_no_chip_in",
    "disconnect at every decision": f"{_POKER}who_goes_away_and_comes_back_may_still_decide",
    "kill at every phase": f"{_POKER}a_killed_table_comes_to_the_same_end",
    "money in is money out": (
        "actors/poker/test_reader.py::test_at_every_commit_of_random_play_with_crashes_the_chips_are_what_is_in_escrow"
    ),
    "replay gives the same state": f"{_POKER}a_killed_table_comes_to_the_same_end",
    "no view leaks": "actors/games/poker/test_view.py::test_no_view_depends_on_cards_that_its_viewer_may_not_know",
}
_SITNGO: Final = "actors/poker/test_sitngo.py::test_"
_SITNGO_WRONG: Final = f"{_SITNGO}whatever_is_wrong_is_refused_and_moves_no_money"
OF_SITNGO: Final[Mapping[str, Cell]] = {
    **OF_POKER,
    "out of phase": "actors/games/poker/test_sitngo.py::test_what_cannot_be_done_while_it_is_played_is_refused",
    "twice": f"{_SITNGO}the_same_request_again_has_the_same_answer_and_no_other_effect",
    "after the end": "actors/games/poker/test_sitngo.py::test_one_who_is_out_may_not_register_until_it_is_over",
    "not seated": _SITNGO_WRONG,
    "another's": _SITNGO_WRONG,
    "below minimum": Nothing("a place has one price"),
    "above maximum": Nothing("a place has one price"),
    "absurd with another bet": _SITNGO_WRONG,
    "time-out at every decision": f"{_SITNGO}the_absent_are_dealt_in_and_folded_until_it_is_over",
    "disconnect at every decision": (
        "actors/games/poker/test_sitngo_time.py::"
        "test_nobody_is_given_more_time_for_a_lost_connection_and_an_absent_player_loses_the_blinds"
    ),
    "kill at every phase": (
        "actors/poker/test_sitngo_crashes.py::test_wherever_the_host_dies_everybody_is_paid_once_and_nobody_twice"
    ),
    "money in is money out": (
        "actors/games/poker/test_sitngo_play.py::"
        "test_a_tournament_of_random_play_pays_what_was_paid_and_gives_everybody_a_place"
    ),
    "replay gives the same state": (
        "actors/poker/test_sitngo_crashes.py::"
        "test_a_hand_of_a_tournament_goes_on_after_a_crash_with_the_same_cards_and_turn"
    ),
}
TRIED: Final[Mapping[str, Mapping[str, Cell]]] = {
    **dict.fromkeys(INSTANT_GAMES, OF_ONE_DRAW),
    "slots": {
        **OF_ONE_DRAW,
        "not a multiple": (
            "actors/instant/test_free_spins.py::"
            "test_a_stake_that_cannot_be_shared_by_the_lines_uses_no_draw_and_stays_refused"
        ),
    },
    **dict.fromkeys(STEP_GAMES, OF_STEPS),
    **dict.fromkeys(BOARD_GAMES, OF_A_BOARD),
    "crash": OF_CRASH,
    "blackjack": OF_BLACKJACK,
    "poker": OF_POKER,
    "sitngo": OF_SITNGO,
}


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests of a file."""
    tree = ast.parse((TESTS / file).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_"))


def test_every_game_is_tried() -> None:
    assert set(TRIED) == set(GAME_NAMES)


@pytest.mark.parametrize("game", sorted(TRIED))
def test_every_fault_of_a_game_is_tried_by_a_test_that_there_is(game: str) -> None:
    cells = TRIED[game]

    assert set(cells) == set(FAULTS)
    named = [cell.partition("::") for cell in cells.values() if isinstance(cell, str)]
    assert [(file, name) for file, _, name in named if name not in names_in(file)] == []
