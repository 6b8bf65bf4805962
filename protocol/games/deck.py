"""Cards as the words of games write them: numbers from 0, the two of diamonds, to 51, the ace of clubs."""

from typing import Final

RANKS: Final = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A")
SUITS: Final = ("diamond", "heart", "spade", "club")
"""In the order that is widely published: card `n` has rank `n // 4` and suit `n % 4`."""
DECK: Final = len(RANKS) * len(SUITS)


def card_name(card: int) -> str:
    """Such as `10-heart`."""
    return f"{RANKS[card // len(SUITS)]}-{SUITS[card % len(SUITS)]}"
