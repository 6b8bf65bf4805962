"""The address of an actor."""

from typing import NamedTuple


class Ref(NamedTuple):
    """One actor: `kind` says its class, `key` which one. `affinity` decides the shard it lives on."""

    kind: str
    key: str | int

    @property
    def affinity(self) -> str | int:
        """Actors with the same affinity key share a shard: a player's own things have the player's number."""
        return self.key

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"
