"""What is wrong with a configuration: the key, where its value came from, and what is allowed there."""

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where a value is: `("tables", 0, "asset")`."""


def spelled(path: Path) -> str:
    """Return a path as people write it: `tables[0].asset`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def untagged(path: Path) -> Path:
    """A path without the name of the game by which a table's keys were looked up: `("tables", 0, "sicbo", "asset")`."""
    return (*path[:2], *path[3:]) if path[:1] == ("tables",) else path


@dataclass(frozen=True, slots=True)
class Problem:
    """One value that cannot be used."""

    key: Path
    """Empty when a whole source is at fault."""
    source: str
    """For people: a file's path, `environment CROUPIER_PORT`, `flag --port`, `default`."""
    reason: str

    def __str__(self) -> str:
        return f"{spelled(self.key)} ({self.source}): {self.reason}" if self.key else f"{self.source}: {self.reason}"


class ConfigError(Exception):
    """The configuration cannot be used; every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("the configuration cannot be used\n" + "\n".join(f"  {problem}" for problem in self.problems))
