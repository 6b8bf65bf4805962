"""What a player or an address uses up with all its connections together."""

from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address
from typing import Final, Generic, Protocol, TypeVar

from server.gateway.buckets import Takes

K = TypeVar("K")
SITE_BITS: Final = 64
"""An IPv6 customer has a whole network of this size at least, so one address of it is nobody."""


class Refills(Takes, Protocol):
    """What tokens are taken from, and come back to."""

    @property
    def full_at(self) -> float:
        """When (ms) all tokens will be back."""


class Quota:
    """Connections that are open, and the buckets that all of them take from."""

    __slots__ = ("connections", "logins", "messages")

    def __init__(self, messages: Refills, logins: Refills) -> None:
        self.connections = 0
        self.messages = messages
        self.logins = logins

    def is_full_again(self, now_ms: float) -> bool:
        """Whether a fresh quota would be no different."""
        return self.connections == 0 and self.messages.full_at <= now_ms and self.logins.full_at <= now_ms


class Quotas(Generic[K]):
    """A quota for each key that has connections, or had some so lately that its buckets are not full again."""

    __slots__ = ("_fresh", "_leaving", "_quotas")

    def __init__(self, fresh: Callable[[K], Quota]) -> None:
        self._fresh = fresh
        self._quotas: dict[K, Quota] = {}
        self._leaving: set[K] = set()

    def enter(self, key: K) -> Quota:
        """One connection more."""
        quota = self._quotas.get(key)
        if quota is None:
            quota = self._quotas[key] = self._fresh(key)
        quota.connections += 1
        return quota

    def leave(self, key: K) -> None:
        """One connection less."""
        quota = self._quotas[key]
        quota.connections -= 1
        if quota.connections == 0:
            self._leaving.add(key)

    def connections(self, key: K) -> int:
        """How many this key has."""
        quota = self._quotas.get(key)
        return 0 if quota is None else quota.connections

    def sweep(self, now_ms: float) -> None:
        """Forget those that are as good as new."""
        for key in tuple(self._leaving):
            quota = self._quotas[key]
            if quota.connections:
                self._leaving.discard(key)
            elif quota.is_full_again(now_ms):
                self._leaving.discard(key)
                del self._quotas[key]

    def __len__(self) -> int:
        return len(self._quotas)


def site_of(address: str) -> str:
    """Whose address this is: itself in IPv4, its network of 64 bits in IPv6."""
    try:
        whole = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    if whole.ipv4_mapped is not None:
        return str(whole.ipv4_mapped)
    return str(IPv6Address(int(whole) >> SITE_BITS << SITE_BITS))
