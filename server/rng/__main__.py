"""`python -m server.rng`: test the draws of every game and the raw stream, and write the report."""

import sys
from pathlib import Path
from typing import Final

import click

from server.rng.raw import NoDieharder, dieharder
from server.rng.report import passes, report
from server.rng.samples import samples as of_every_game
from server.rng.scaled import examined

ROUNDS: Final = 100_000
ROUNDS_MIN: Final = 1_000
REPORT: Final = Path("docs/reference/randomness.md")
FAILED_EXIT_CODE: Final = 1


@click.command()
@click.option("--root", default="croupier", show_default=True, help="Of which all seeds are made.")
@click.option("--rounds", type=click.IntRange(ROUNDS_MIN), default=ROUNDS, show_default=True, help="Of each game.")
@click.option("--raw/--no-raw", default=True, show_default=True, help="Test the raw stream, which takes minutes.")
@click.option("--samples", type=click.IntRange(1), help="P-values of each test of the raw stream; 100 if not given.")
@click.option("--output", type=click.Path(path_type=Path), default=REPORT, show_default=True, help="The report.")
def main(root: str, rounds: int, *, raw: bool, samples: int | None, output: Path) -> None:
    """Test the draws of every game and the raw stream, write the report, and fail if a test does."""
    scaled = []
    for sample in of_every_game():
        scaled.append(examined(sample, root, rounds))
        click.echo(f"{sample.game}, {sample.what}: {scaled[-1].frequency.p_value:.4f} {scaled[-1].serial.p_value:.4f}")
    try:
        judged = dieharder(root, samples=samples) if raw else []
    except NoDieharder as error:
        raise click.ClickException(str(error)) from error
    for one in judged:
        click.echo(f"{one.test} {one.parameter}: {one.p_value:.4f} {one.judgement}")
    output.write_text(report(root, scaled, judged), encoding="utf-8")
    if not passes(scaled, judged):
        raise SystemExit(FAILED_EXIT_CODE)


if __name__ == "__main__":
    sys.exit(main())
