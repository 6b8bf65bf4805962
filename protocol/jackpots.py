"""The words of jackpots: what is in their pools, and what was won of them."""

from typing import Literal

from protocol.model import Message, Push, Reply, Request


class PoolView(Message):
    """One pool of a jackpot: what it holds now, and which games' stakes in this asset feed it and may win it.

    It is won once for `every` ledger units staked. `share` of each stake feeds it, in parts per million. It begins with
    `seed`, and is full with `cap`. `last_amount` was won last, at `last_at_ms`: 0 before any.
    """

    t: Literal["pool"] = "pool"
    jackpot: str
    level: str
    asset: str
    games: tuple[str, ...]
    amount: int
    seed: int
    cap: int
    share: int
    every: int
    wins: int
    last_amount: int
    last_at_ms: int


class JackpotSnapshot(Push):
    """All pools of a jackpot; it replaces what was known. Said once a second at most, and when a pool is won."""

    t: Literal["jackpot.snapshot"] = "jackpot.snapshot"
    pools: tuple[PoolView, ...]


class JackpotDraw(Message):
    """What a settled bet says of its jackpot: its name, and the levels that the bet has won.

    What is paid for them comes in the `wallet` stream: the reason is `jackpot_win`, and `ref` the bet.
    """

    t: Literal["jackpot.draw"] = "jackpot.draw"
    jackpot: str
    won: tuple[str, ...]


class ListJackpots(Request):
    """Ask what is in the pools of all jackpots."""

    t: Literal["jackpots.list"] = "jackpots.list"


class Jackpots(Reply):
    """The pools of all jackpots, as of the last second."""

    t: Literal["jackpots"] = "jackpots"
    pools: tuple[PoolView, ...]
