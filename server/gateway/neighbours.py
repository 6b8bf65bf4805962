"""What a gateway of a cluster shares with the others."""

from dataclasses import dataclass

from persistence.presence import Presence, SharedRates


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The name that the others know this gateway by, and the stores through which they hear of each other."""

    name: str
    presence: Presence
    rates: SharedRates
