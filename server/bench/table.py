"""Results as a table: plain text for a terminal, Markdown for a page."""

from collections.abc import Sequence
from typing import Final

from server.bench.goals import Goal
from server.bench.results import Results, Row

HEAD: Final = ("what", "median (min - max)", "goal", "x goal", "met")
_NUMERIC: Final = (False, True, True, True, False)
_MET: Final = {None: "", True: "yes", False: "NO"}


def as_text(results: Results) -> str:
    """Aligned columns, and what did not work below them."""
    lines = [HEAD, *(_cells(row) for row in results.rows())]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    text = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*text, *(f"did not work: {failure}" for failure in results.failures)])


def as_markdown(results: Results) -> str:
    """A table of a Markdown page, after a line that says where and how it was measured."""
    about = results.about
    where = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items())
    rule = "|" + "|".join("---:" if numeric else "---" for numeric in _NUMERIC) + "|"
    rows = [_markdown_line(_cells(row)) for row in results.rows()]
    failures = [f"\nDid not work: {failure}" for failure in results.failures]
    return "\n".join([f"Measured with: {where}.", "", _markdown_line(HEAD), rule, *rows, *failures])


def _markdown_line(cells: Sequence[str]) -> str:
    # Markdown drops the indent that says that a line belongs to the one above.
    what = cells[0].replace("  ", "&emsp;", 1) if cells[0].startswith(" ") else cells[0]
    return "| " + " | ".join((what, *(cell.strip() for cell in cells[1:]))) + " |"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if numeric else cell.ljust(width)
        for cell, width, numeric in zip(cells, widths, _NUMERIC, strict=True)
    ]


def _cells(row: Row) -> tuple[str, ...]:
    measured = f"{number(row.median)} {row.unit}"
    if row.runs > 1:
        measured += f" ({number(row.low)} - {number(row.high)})"
    share = "" if row.goal is None else f"{row.goal.share(row.median):.2f}"
    return row.what, measured, _goal(row.goal), share, _MET[row.met]


def _goal(goal: Goal | None) -> str:
    return "" if goal is None else f"{'>=' if goal.at_least else '<='} {number(goal.bound)}"


def number(value: float) -> str:
    """Three digits that count, whole numbers with separators."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
