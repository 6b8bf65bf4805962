"""Compares what several databases have in order, without holding more than a chunk of each."""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

__all__ = ["joined", "repeated"]

L = TypeVar("L")
R = TypeVar("R")


async def repeated(streams: Sequence[AsyncIterator[list[bytes]]]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """How many keys were looked at, and which of them came more than once, again and again until all are.

    Each stream is chunks of ascending keys.
    """
    left: dict[int, list[bytes]] = {}
    ended = dict.fromkeys(range(len(streams)), False)
    while True:
        for index, stream in enumerate(streams):
            if not ended[index] and not left.get(index):
                left[index] = await anext(stream, [])
                ended[index] = not left[index]
        waiting = {index: chunk for index, chunk in left.items() if chunk}
        if not waiting:
            return
        # Up to here every stream has said what it has.
        high = min(chunk[-1] for chunk in waiting.values())
        taken: list[list[bytes]] = []
        for index, chunk in waiting.items():
            cut = bisect_right(chunk, high)
            taken.append(chunk[:cut])
            left[index] = chunk[cut:]
        count = sum(map(len, taken))
        again: list[bytes] = []
        if len(set().union(*taken)) != count:
            again = [key for key, times in Counter(key for keys in taken for key in keys).items() if times > 1]
        yield count, again


async def joined(
    left: AsyncGenerator[list[L]],
    right: AsyncGenerator[list[R]],
    left_key: Callable[[L], Any],
    right_key: Callable[[R], Any],
) -> AsyncIterator[tuple[L, R | None]]:
    """Each row of the left with the row of the right that has its key, or nothing.

    Both are chunks of ascending keys; on the right no key is there twice.
    """
    there: list[R] = []
    at = 0
    # What is left over on the right is not read, and its connection is needed again.
    async with aclosing(left), aclosing(right):
        async for chunk in left:
            for row in chunk:
                key = left_key(row)
                while True:
                    if at == len(there):
                        there, at = await anext(right, []), 0
                        if not there:
                            break
                    if right_key(there[at]) >= key:
                        break
                    at += 1
                found = at < len(there) and right_key(there[at]) == key
                yield row, there[at] if found else None
