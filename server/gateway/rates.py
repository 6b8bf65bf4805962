"""Rate limits of those who have no connection that could hold their bucket."""

from collections.abc import Callable
from typing import Generic, TypeVar

from server.gateway.buckets import Bucket

K = TypeVar("K")


class Rates(Generic[K]):
    """A bucket for each key, as long as it is not full again."""

    __slots__ = ("_buckets", "_fresh")

    def __init__(self, fresh: Callable[[], Bucket]) -> None:
        self._fresh = fresh
        self._buckets: dict[K, Bucket] = {}

    def take(self, key: K, now_ms: float) -> bool:
        """Take a token of this key's, if there is one."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = self._fresh()
        return bucket.take(now_ms)

    def sweep(self, now_ms: float) -> None:
        """Forget those that are as good as new."""
        for key in [key for key, bucket in self._buckets.items() if bucket.full_at <= now_ms]:
            del self._buckets[key]

    def __len__(self) -> int:
        return len(self._buckets)
