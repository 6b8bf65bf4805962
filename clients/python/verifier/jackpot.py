"""Jackpots: which levels a bet has won, by numbers of eight bytes that its seeds are bound to."""

import hmac
from collections.abc import Mapping
from typing import Any

LEVELS_MAX = 4


def levels_won(recorded: Mapping[str, Any], seeds: tuple[str, str, int], stake: int, bet: str | None) -> list[str]:
    """The names of the levels. `seeds` are server seed, client seed and nonce; `bet` is the id of one at a table.

    Level by level the next eight bytes of one HMAC are a number below 2**64. It wins when, times what is to be staked
    for one win on average, it is below the stake times 2**64. Raises `ValueError` for levels that cannot be.
    """
    server_seed, client_seed, nonce = seeds
    text = f"{client_seed}:{nonce}:jackpot" if bet is None else f"{client_seed}:{nonce}:jackpot:{bet}"
    digest = hmac.new(server_seed.encode(), text.encode(), "sha256").digest()
    levels = recorded["levels"]
    if len(levels) > LEVELS_MAX:
        raise ValueError(f"a jackpot with {len(levels)} levels")
    won = []
    for index, (name, _share, every) in enumerate(levels):
        number = int.from_bytes(digest[8 * index : 8 * index + 8], "big")
        if number * every < stake * 2**64:
            won.append(name)
    return won
