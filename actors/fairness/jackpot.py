"""Jackpots: the numbers that a bet draws for the levels of a jackpot, from the seeds of its outcome.

    digest    = HMAC_SHA256(key = server seed, message = "{client seed}:{nonce}:jackpot")          alone
                HMAC_SHA256(key = server seed, message = "{client seed}:{nonce}:jackpot:{bet}")    at tables
    number(i) = its bytes 8 * i to 8 * i + 7, big-endian, for level i = 0, 1, 2, 3
    level i is won when number(i) * every(i) < stake * 2**64

The bet is its id in hexadecimal: all bets of a round share its seeds. No block of the stream of an outcome has such a
message, as there is a number where these say `jackpot`.
"""

import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Final

from protocol.ids import BetId

LEVELS_MAX: Final = 4
NUMBER_BYTES: Final = 8
NUMBER_BITS: Final = 64


def jackpot_numbers(server_seed: str, client_seed: str, nonce: int, bet: BetId | None = None) -> tuple[int, ...]:
    """The numbers of all levels that there may be, 0 to 2**64 - 1 each; `bet` is that of a bet at a table."""
    message = f"{client_seed}:{nonce}:jackpot" + (f":{bet.hex()}" if bet is not None else "")
    digest = hmac.digest(server_seed.encode(), message.encode(), "sha256")
    return tuple(
        int.from_bytes(digest[at : at + NUMBER_BYTES], "big")
        for at in range(0, LEVELS_MAX * NUMBER_BYTES, NUMBER_BYTES)
    )


def is_won(number: int, stake: int, every: int) -> bool:
    """Whether a level is won that is won once for each `every` ledger units that are staked.

    The chance is ceil(stake * 2**64 / every) / 2**64, which is stake / every but for less than 2**-64; 1 at most.
    """
    return number * every < stake << NUMBER_BITS


def levels_won(
    levels: Iterable[tuple[str, int]],
    server_seed: str,
    client_seed: str,
    nonce: int,
    stake: int,
    bet: BetId | None = None,
) -> tuple[str, ...]:
    """The names of those levels, given in their order as (name, every), that a bet has won."""
    numbers = jackpot_numbers(server_seed, client_seed, nonce, bet)
    return tuple(level for (level, every), number in zip(levels, numbers, strict=False) if is_won(number, stake, every))


def recorded_levels(recorded: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The levels, as (name, every), of what is recorded of a jackpot in the parameters of a bet."""
    return [(str(level), int(every)) for level, _, every in recorded["levels"]]
