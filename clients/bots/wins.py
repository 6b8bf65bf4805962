"""The pools of jackpots that bets of a bot say they have won, until each is paid."""


class Wins:
    """Counts by bet. Less than none are left to be paid where the payment was heard of before the reply."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._left)

    @property
    def pools(self) -> int:
        """How many are left to be paid."""
        return sum(self._left.values())

    def left(self, bet: bytes) -> int:
        """How many this bet is to be paid."""
        return self._left.get(bet, 0)

    def count(self, bet: bytes, by: int) -> None:
        """So many more were won, or, less than none, paid."""
        left = self._left.get(bet, 0) + by
        if left:
            self._left[bet] = left
        else:
            self._left.pop(bet, None)

    def clear(self) -> None:
        """It is not known any more."""
        self._left.clear()
