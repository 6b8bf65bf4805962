"""`croupier docs`: writes the reference pages and types that are made from the code, or checks that they are fresh."""

from pathlib import Path
from typing import Final

import click

from server.cli.errors import UserError
from server.cli.options import FLAGS

__all__ = ["command"]

STALE_EXIT_CODE: Final = 1
MARK: Final = "docs/README.md"
"""A file that only a checkout has."""


@click.command(name="docs")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 naming the files that are stale.")
@click.option(
    "--root", type=click.Path(path_type=Path), default=Path(), help="The checkout; by default the working folder."
)
def command(check: bool, root: Path) -> None:
    """Write docs/reference and the TypeScript types from the code."""
    from server.cli import main
    from server.reference.pages import pages, stale, write

    if not (root / MARK).is_file():
        raise UserError(f"{root.absolute()} is not a checkout: it has no {MARK}")
    wanted = pages(main, FLAGS)
    old = stale(wanted, root)
    if check:
        for path in old:
            click.echo(f"stale: {path} (run `croupier docs`)", err=True)
        if old:
            raise SystemExit(STALE_EXIT_CODE)
        click.echo(f"{len(wanted)} generated files are fresh")
        return
    write({path: wanted[path] for path in old}, root)
    for path in old:
        click.echo(f"wrote {path}")
