"""Prints saved results as a Markdown table: `croupier bench --json > X`, then `python -m server.bench.report X`."""

import json
import sys
from pathlib import Path

from server.bench.results import Results
from server.bench.table import as_markdown


def main(arguments: list[str]) -> int:
    """Print the table of the one file that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m server.bench.report RESULTS.json\n")
        return 2
    document = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    sys.stdout.write(as_markdown(Results.from_json(document)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
