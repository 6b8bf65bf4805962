"""The flags that every command with a configuration takes."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from server.cli.errors import UserError
from server.config import FILE_NAME, Config, ConfigError, load

FLAGS = {
    "host": "Address to listen on.",
    "port": "Port to listen on; 0 takes a free one.",
    "data_dir": "Folder of the embedded engines and the secrets made for them.",
    "database_url": "A PostgreSQL of one's own, instead of the embedded one.",
    "redis_url": "A Redis or Valkey of one's own, instead of the embedded one.",
    "log_level": "debug, info, warning or error.",
    "log_format": "auto, text or json.",
}


def configured(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of the configuration and, as its argument `config`, what came of them.

    Ends the command with a UserError when the configuration cannot be used.
    """

    @functools.wraps(function)
    def command(
        *args: Any, config_file: Path | None, unsafe: bool, assignments: tuple[str, ...], **arguments: Any
    ) -> None:
        flags = {f"--set {key}": (key, text) for key, text in map(_assignment, assignments)}
        flags |= {_option(key): (key, text) for key in FLAGS if (text := arguments.pop(key)) is not None}
        if unsafe:
            flags["--unsafe"] = ("unsafe", "true")
        function(*args, config=_load(config_file, flags), **arguments)

    for key, explanation in reversed(FLAGS.items()):
        command = click.option(_option(key), key, metavar="VALUE", help=explanation)(command)
    command = click.option(
        "--set", "assignments", metavar="KEY=VALUE", multiple=True, help="Any other key: limits.ping_seconds=5."
    )(command)
    command = click.option("--unsafe", is_flag=True, help="Start on a PostgreSQL that may lose what it confirmed.")(
        command
    )
    return click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"TOML file; ./{FILE_NAME} is read when there is one.",
    )(command)


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _assignment(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise UserError(f"--set takes KEY=VALUE, not {text!r}")
    return key.strip(), value.strip()


def _load(file: Path | None, flags: dict[str, tuple[str, str]]) -> Config:
    default = Path(FILE_NAME)
    if file is None and default.exists():
        file = default
    try:
        return load(file=file, environ=os.environ, flags=flags)
    except ConfigError as error:
        raise UserError(str(error)) from error
