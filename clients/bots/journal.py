"""A file of everything that the server acknowledged, to be compared with what it still knows after a crash."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TextIO


class Journal:
    """One JSON object a line - `id`, `player`, `game`, `at`, `reply`; ids in hex - written out before the bot goes on.

    `at` is when it came: seconds of `clock`, which in a process of its own is that of the machine.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        """Add to what the file has."""
        self._file = self._path.open("a", encoding="utf-8", buffering=1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def acknowledged(self, player: int, game: str, reply: Mapping[str, Any]) -> None:
        """The server gave this reply to a bet, or to taking one back."""
        if self._file is None:
            raise ValueError(f"the journal {self._path} is not open")
        at = round(self._clock(), 3)
        line = {"id": reply["id"].hex(), "player": player, "game": game, "at": at, "reply": reply}
        self._file.write(json.dumps(line, default=bytes.hex, separators=(",", ":")) + "\n")
