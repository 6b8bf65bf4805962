"""What a cluster is at its beginning."""

from dataclasses import dataclass
from typing import Final

OTHER_CLUSTER_SILENCE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Charter:
    """`instance` is the cluster's own, from its start to its end.

    Another cluster of the database that was not heard of for `silence_seconds` is over, though nobody stopped it.
    """

    instance: str
    name: str
    release: str
    hosts: int
    gateways: int
    silence_seconds: float = OTHER_CLUSTER_SILENCE_SECONDS
