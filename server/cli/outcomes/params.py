"""What is said of a bet on a command line."""

from collections.abc import Iterable
from typing import Any, Final

from server.cli.errors import UserError

Seeds = tuple[str, str, int]
"""Server seed, client seed and nonce."""

_TRUTHS: Final = {"true": True, "false": False}


class Params:
    """KEY=VALUE of a command line; each is asked for once, and what nobody asked for is an error."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._left: dict[str, str] = {}
        for text in texts:
            key, separator, value = text.partition("=")
            if not separator or not key:
                raise UserError(f"--param takes KEY=VALUE, not {text!r}")
            if key in self._left:
                raise UserError(f"--param {key} is given twice")
            self._left[key] = value

    def word(self, key: str) -> str | None:
        """The value, if it was given."""
        return self._left.pop(key, None)

    def is_word(self, key: str, word: str) -> bool:
        """Whether this very word was given; then it is used up."""
        return self._left.get(key) == word and self._left.pop(key) == word

    def whole(self, key: str, least: int, most: int) -> int | None:
        """A whole number between these."""
        text = self.word(key)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise UserError(f"--param {key} takes a whole number from {least} to {most}, not {text!r}")
        return int(text)

    def truth(self, key: str) -> bool | None:
        """True or false."""
        text = self.word(key)
        if text is not None and text not in _TRUTHS:
            raise UserError(f"--param {key} takes true or false, not {text!r}")
        return None if text is None else _TRUTHS[text]

    def choice(self, key: str, known: Iterable[Any]) -> Any:
        """One of what is known, or the first of it."""
        choices = {str(one): one for one in known}
        text = self.word(key)
        if text is not None and text not in choices:
            raise UserError(f"--param {key} takes {', '.join(choices)}, not {text!r}")
        return next(iter(choices.values())) if text is None else choices[text]

    def numbers(self, key: str, most: int, count_max: int) -> list[int] | None:
        """Different whole numbers from 1, with commas between them, in ascending order."""
        found = self._different(key, 1, most, count_max)
        return None if found is None else sorted(found)

    def places(self, key: str, count: int) -> list[int] | None:
        """Different whole numbers from 0, less than `count`, with commas between them, as they are given."""
        return self._different(key, 0, count - 1, count)

    def _different(self, key: str, least: int, most: int, count_max: int) -> list[int] | None:
        text = self.word(key)
        if text is None:
            return None
        texts = text.split(",")
        found = [int(one) for one in texts if one.isascii() and one.isdigit() and least <= int(one) <= most]
        if len(set(found)) != len(texts) or len(found) > count_max:
            said = f"up to {count_max} different numbers from {least} to {most}"
            raise UserError(f"--param {key} takes {said}, not {text!r}")
        return found

    def end(self, game: str) -> None:
        """Refuse what is left."""
        if self._left:
            raise UserError(f"{game} has no --param {', '.join(sorted(self._left))}")
