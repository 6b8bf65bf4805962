"""Results: medians, ranges, goals, ratios, and their JSON form."""

import json
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.bench.goals import FIGURES, RATIOS, Goal
from server.bench.results import FORM, Results, UnknownForm

POSITIVE = st.floats(min_value=0.001, max_value=1e9)
FIGURE_VALUES = st.dictionaries(
    st.sampled_from([figure.key for figure in FIGURES]), st.lists(POSITIVE, min_size=1, max_size=5)
)


def results(**values: list[float]) -> Results:
    return Results({"cores": 2}, dict(values))


@given(st.lists(POSITIVE, min_size=1, max_size=9))
def test_a_row_has_the_median_and_the_range_of_its_runs(values: list[float]) -> None:
    measured = Results({})
    for value in values:
        measured.add({"dice_rate": value})

    (row,) = measured.rows()

    assert (row.median, row.low, row.high, row.runs) == (
        statistics.median(values),
        min(values),
        max(values),
        len(values),
    )


def test_a_goal_is_met_from_its_bound_on_and_on_its_own_side() -> None:
    at_least, at_most = Goal(20_000, at_least=True), Goal(15, at_least=False)

    assert [at_least.met(value) for value in (19_999, 20_000, 40_000)] == [False, True, True]
    assert [at_most.met(value) for value in (15.1, 15, 3)] == [False, True, True]


@given(bound=POSITIVE, measured=POSITIVE, at_least=st.booleans())
def test_the_share_of_a_goal_is_above_one_exactly_when_it_is_more_than_met(
    bound: float, measured: float, at_least: bool
) -> None:
    goal = Goal(bound, at_least=at_least)

    assert (goal.share(measured) >= 1) == goal.met(measured)


def test_a_ratio_is_of_the_medians_and_ranges_over_the_turns() -> None:
    measured = results(dice_rate=[100.0, 200.0, 300.0], rowlock_rate=[50.0, 20.0, 30.0])

    ratio = next(row for row in measured.rows() if row.key == "dice_over_rowlock")

    assert ratio.median == pytest.approx(200 / 30)
    assert (ratio.low, ratio.high) == (2.0, 10.0)
    assert ratio.met is True


def test_a_ratio_needs_both_of_its_figures() -> None:
    assert [row.key for row in results(dice_rate=[1.0]).rows()] == ["dice_rate"]


def test_rows_come_in_the_order_of_the_catalogue() -> None:
    measured = results(ready_new=[1.0], pgbench_rate=[1.0], dice_rate=[1.0])

    assert [row.key for row in measured.rows()] == ["dice_rate", "pgbench_rate", "ready_new", "dice_over_pgbench"]


@given(FIGURE_VALUES, st.lists(st.text(), max_size=2))
def test_results_are_the_same_after_a_way_through_json(values: dict[str, list[float]], failures: list[str]) -> None:
    before = Results({"cores": 2}, values, failures)

    after = Results.from_json(json.loads(json.dumps(before.as_json())))

    assert after.as_json() == before.as_json()
    assert after.rows() == before.rows()


def test_the_json_says_of_every_figure_what_it_should_be_and_whether_it_is() -> None:
    document = results(dice_p99=[10.0, 30.0, 20.0]).as_json()

    assert document["figures"]["dice_p99"] == {
        "what": "latency p99",
        "unit": "ms",
        "values": [10.0, 30.0, 20.0],
        "median": 20.0,
        "min": 10.0,
        "max": 30.0,
        "goal": 15,
        "goal_is": "at most",
        "share_of_goal": 0.75,
        "met": False,
    }


@pytest.mark.parametrize("document", [{}, {"croupier_bench": FORM + 1, "about": {}, "figures": {}, "failures": []}])
def test_another_form_is_not_read(document: dict[str, object]) -> None:
    with pytest.raises(UnknownForm) as caught:
        Results.from_json(document)

    assert caught.value.found == document.get("croupier_bench")


def test_no_two_figures_share_a_key_and_every_ratio_is_of_two_of_them() -> None:
    keys = [figure.key for figure in FIGURES]

    assert len(set(keys)) == len(keys)
    assert {key for ratio in RATIOS for key in (ratio.over, ratio.under)} <= set(keys)
