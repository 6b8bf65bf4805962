"""Saved results as a Markdown table: `croupier bench --json > X`, then `python -m server.bench.report X [PAGE]`.

It is printed, or put into a page between the lines `<!-- figures -->` and `<!-- end of figures -->`.
"""

import json
import sys
from pathlib import Path
from typing import Final

from server.bench.results import Results
from server.bench.table import as_markdown

BEGIN: Final = "<!-- figures -->"
END: Final = "<!-- end of figures -->"


def main(arguments: list[str]) -> int:
    """Make the table of the results in the first file, for the page in the second if there is one."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python -m server.bench.report RESULTS.json [PAGE.md]\n")
        return 2
    document = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    table = as_markdown(Results.from_json(document)) + "\n"
    if len(arguments) == 1:
        sys.stdout.write(table)
        return 0
    page = Path(arguments[1])
    page.write_text(with_figures(page.read_text(encoding="utf-8"), table), encoding="utf-8")
    return 0


def with_figures(page: str, table: str) -> str:
    """The page with this table in the place of its figures. Raises `ValueError` when it has no such place."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no place for figures: {BEGIN} … {END}")
    return f"{before}{begin}\n{table}{end}{after}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
