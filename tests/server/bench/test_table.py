"""The table: what a reader sees of the results."""

import json
from pathlib import Path

import pytest

from server.bench.report import main, with_figures
from server.bench.results import Results
from server.bench.table import as_markdown, as_text, number

MEASURED = Results(
    {"cores": 2, "runs": 3},
    {"dice_rate": [21_000.0, 19_000.0, 22_500.0], "dice_p99": [16.04, 17.0, 15.5], "rowlock_rate": [4_000.0] * 3},
)


def test_text_shows_median_range_goal_share_and_whether_it_is_met() -> None:
    lines = as_text(MEASURED).splitlines()

    assert lines[0].split() == ["what", "median", "(min", "-", "max)", "goal", "x", "goal", "met"]
    assert lines[2].endswith("21,000 bets/s (19,000 - 22,500)  >= 20,000    1.05  yes")
    assert lines[3].endswith("16.0 ms (15.5 - 17)      <= 15    0.94  NO")
    assert lines[5].startswith("dice / row-lock wallet")
    assert "5.25 times" in lines[5]


def test_text_has_aligned_columns() -> None:
    lines = as_text(MEASURED).splitlines()
    column = lines[0].index("goal")

    assert {line[column + 4 : column + 6] for line in lines if len(line) > column} == {"  "}


def test_a_failure_is_said_below_the_table() -> None:
    assert as_text(Results({}, {}, ["dice: no port"])).splitlines()[-1] == "did not work: dice: no port"
    assert as_markdown(Results({}, {}, ["dice: no port"])).splitlines()[-1] == "Did not work: dice: no port"


def test_markdown_says_where_it_was_measured_and_has_a_line_per_figure() -> None:
    lines = as_markdown(MEASURED).splitlines()

    assert lines[0] == "Measured with: cores 2; runs 3."
    assert lines[2] == "| what | median (min - max) | goal | x goal | met |"
    assert lines[3] == "|---|---:|---:|---:|---|"
    assert lines[4] == (
        "| dice, 1 bet in flight a bot: settled, durable | 21,000 bets/s (19,000 - 22,500) | >= 20,000 | 1.05 | yes |"
    )
    assert lines[5].startswith("| &emsp;latency p99 | 16.0 ms (15.5 - 17) |")
    assert {line.count("|") for line in lines[2:]} == {6}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.126, "0.13"), (9.5, "9.50"), (16.04, "16.0"), (123.4, "123"), (20_000, "20,000"), (-3.25, "-3.25")],
)
def test_a_number_has_the_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_saved_results_are_printed_as_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(MEASURED.as_json()), encoding="utf-8")

    assert main([str(saved)]) == 0
    assert capsys.readouterr().out == as_markdown(MEASURED) + "\n"


def test_the_figures_of_a_page_are_replaced_and_the_rest_of_it_is_kept(tmp_path: Path) -> None:
    saved, page = tmp_path / "saved.json", tmp_path / "page.md"
    saved.write_text(json.dumps(MEASURED.as_json()), encoding="utf-8")
    page.write_text("# Speed\n\n<!-- figures -->\nold\n<!-- end of figures -->\n\nthe end\n", encoding="utf-8")

    for _ in range(2):
        assert main([str(saved), str(page)]) == 0

    assert page.read_text(encoding="utf-8") == (
        f"# Speed\n\n<!-- figures -->\n{as_markdown(MEASURED)}\n<!-- end of figures -->\n\nthe end\n"
    )


def test_a_page_without_a_place_for_figures_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no place for figures"):
        with_figures("# Speed\n<!-- figures -->\n", "table")
