"""Tables for tests: rounds of a second or so, everything else as it is by default."""

from typing import Any


def quick_tables(count: int = 3, **more: Any) -> list[dict[str, Any]]:
    """The settings of tables `roulette-1` and so on, of all variants in turn."""
    return [
        {
            "id": f"roulette-{number}",
            "variant": ("european", "american", "la_partage")[(number - 1) % 3],
            "asset": "PLAY",
            "min_bet": 10,
            "max_bet": 500_00,
            "max_total": 2_000_00,
            "exposure_max": 1_000_000_00,
            "betting_ms": 600,
            "closed_ms": 50,
            "spin_ms": 150,
            "settled_ms": 100,
            **more,
        }
        for number in range(1, count + 1)
    ]


def floor() -> list[dict[str, Any]]:
    """A quick table of each game."""
    variants = {"roulette": "european", "sicbo": "macau", "baccarat": "eight_decks"}
    quick = quick_tables(1)[0]
    tables = [{**quick, "id": f"{game}-1", "game": game, "variant": variant} for game, variant in variants.items()]
    crash = {"id": "crash-1", "game": "crash", "variant": "classic", "spin_ms": 0, "win_max": 1_000_000_00}
    blackjack = {"id": "blackjack-1", "game": "blackjack", "variant": "shoe", "turn_ms": 300}
    return [*tables, {**quick, **crash}, {**quick, **blackjack}]


def quick_poker(count: int = 2, **more: Any) -> list[dict[str, Any]]:
    """The settings of tables `poker-1` and so on, of both variants in turn; bots need no time between two hands."""
    return [
        {
            "id": f"poker-{number}",
            "game": "poker",
            "variant": ("holdem", "omaha")[(number - 1) % 2],
            "asset": "PLAY",
            "seats": 6,
            "small_blind": 50,
            "big_blind": 1_00,
            "buy_in_min": 10_00,
            "buy_in_max": 100_00,
            "rake_cap": 3_00,
            "pause_ms": 150,
            **more,
        }
        for number in range(1, count + 1)
    ]


def quick_sitngo(**more: Any) -> list[dict[str, Any]]:
    """The settings of a table of two and one of three, of both variants, whose tournaments are soon over."""
    return [
        {
            "id": f"sitngo-{number}",
            "game": "sitngo",
            "variant": variant,
            "asset": "PLAY",
            "seats": seats,
            "entry": 20_00,
            "fee": 2_00,
            "chips": 1_000,
            "level_hands": 3,
            "pause_ms": 150,
            **more,
        }
        for number, (variant, seats) in enumerate((("holdem", 2), ("omaha", 3)), 1)
    ]
