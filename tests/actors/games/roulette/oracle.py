"""A second opinion on the layout: what a spot covers and pays, worked out from its name alone."""

from actors.games.roulette import Layout

WHEEL_RED = "32 19 21 25 34 27 36 30 23 5 16 1 14 9 18 7 12 3"
"""Every other pocket of a European wheel, clockwise from zero."""


def covered(spot: str) -> set[int]:
    """The pockets of a spot of any variant; 37 is 00."""
    kind, _, rest = spot.partition(":")
    if "-" in rest or kind == "straight":
        return {37 if text == "00" else int(text) for text in rest.split("-")}
    first = int(rest or 0)
    reds = set(map(int, WHEEL_RED.split()))
    return {
        "street": {first, first + 1, first + 2},
        "corner": {first, first + 1, first + 3, first + 4},
        "line": {first + step for step in range(6)},
        "first_four": {0, 1, 2, 3},
        "first_five": {0, 37, 1, 2, 3},
        "dozen": {n for n in range(1, 37) if (n + 11) // 12 == first},
        "column": {n for n in range(1, 37) if n % 3 == first % 3},
        "red": reds,
        "black": set(range(1, 37)) - reds,
        "odd": set(range(1, 37, 2)),
        "even": set(range(2, 37, 2)),
        "low": set(range(1, 19)),
        "high": set(range(19, 37)),
    }[kind]


def paid(layout: Layout, spot: str, amount: int, pocket: int) -> int:
    """What a wager is paid, stake included: 36 units shared by the numbers covered (35 of them for five)."""
    numbers = covered(spot)
    if pocket in numbers:
        return amount * (36 // len(numbers))
    if pocket == 0 and layout.variant == "la_partage" and len(numbers) == 18:
        return amount // 2
    return 0
