"""`croupier bench`: measures this machine's Croupier beside the usual ways, and prints a table."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final

import click

from server.cli.errors import UserError

DID_NOT_WORK_EXIT_CODE: Final = 1
SECONDS: Final = 10.0
QUICK_SECONDS: Final = 2.0
TERMINATED_EXIT_CODE: Final = 128 + signal.SIGTERM


@click.command(name="bench")
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="The table shows medians.")
@click.option("--seconds", metavar="S", type=click.FloatRange(min=1), help="How long each load is kept up.  [10; 2]")
@click.option("--only", metavar="NAME,...", help="These measurements alone; --list names all.")
@click.option("--quick", is_flag=True, help="Small sizes: shows that it works, and nothing about the goals.")
@click.option("--list", "list_wanted", is_flag=True, help="Print the names of the measurements.")
@click.option(
    "--scratch",
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where databases are made for the time of the run, if not where temporary files go.",
)
@click.option("--cluster", is_flag=True, help="Clusters, on a Ray of its own, beside dice in one process.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the results as one JSON object.")
def command(
    runs: int,
    seconds: float | None,
    only: str | None,
    quick: bool,
    list_wanted: bool,
    scratch: Path | None,
    cluster: bool,
    json_wanted: bool,
) -> None:
    """Measure everything in turns, on servers of its own in a temporary folder.

    A goal that is missed is a line of the table. The exit code is 1 when a measurement did not work.
    """
    from server.bench.plan import Plan
    from server.bench.runner import benches, cluster_benches, run
    from server.bench.table import as_text

    every = {bench.name: bench for bench in (cluster_benches() if cluster else benches())}
    if list_wanted:
        click.echo("\n".join(every))
        return
    names = list(every) if only is None else [name.strip() for name in only.split(",")]
    for name in names:
        if name not in every:
            raise UserError(f"there is no measurement {name!r}; there are: {', '.join(every)}")
    plan = Plan.quick(seconds or QUICK_SECONDS) if quick else Plan.full(seconds or SECONDS)
    # Asked to end, it stops what it started as after Ctrl-C.
    signal.signal(signal.SIGTERM, _terminate)
    results = run([every[name] for name in names], plan, runs, scratch, lambda line: click.echo(line, err=True))
    click.echo(json.dumps(results.as_json(), indent=1) if json_wanted else as_text(results))
    if results.failures:
        sys.exit(DID_NOT_WORK_EXIT_CODE)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED_EXIT_CODE)
