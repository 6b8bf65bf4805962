"""An error that the person at the keyboard can mend: one line on stderr, exit code 2, no traceback."""

import sys
from typing import IO, Any, Final

import click

USER_ERROR_EXIT_CODE: Final = 2


class UserError(click.ClickException):
    """What is wrong and what to do about it, in `message`, which may have several lines."""

    exit_code = USER_ERROR_EXIT_CODE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print `error: …` on stderr, unless another file is given."""
        click.echo(f"error: {self.message}", file=sys.stderr if file is None else file)
