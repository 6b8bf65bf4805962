"""Whether a directory and its hosts reach a store: who alone does not is cut off, and when nobody does it is away."""

from collections.abc import Iterable
from typing import Final

from server.cluster.pulse import CUT_OFF_SECONDS, Awake, Pulse

STORE_SECONDS_MAX: Final = 0.5
"""A store that takes longer to say who owns what is not well."""


class StoreWatch:
    """What a directory knows of its own way to a store."""

    def __init__(self, awake: Awake) -> None:
        self._awake = awake
        self._asked_at = 0.0
        self._missed_at = 0.0
        self._unheard_since: float | None = None

    def asks(self) -> None:
        """The store is asked now."""
        self._asked_at = self._awake.seconds
        if self._unheard_since is None:
            self._unheard_since = self._asked_at

    def answered(self) -> None:
        """It has answered."""
        self._unheard_since = None

    def failed(self) -> None:
        """It could not be reached."""
        self._missed_at = self._awake.seconds

    def is_well(self) -> bool:
        """Whether it answers at once, and has done so for a while.

        After an outage everybody needs a moment: who is the first to reach it again must not fence the others.
        """
        now = self._awake.seconds
        if now - self._asked_at > STORE_SECONDS_MAX:
            self._missed_at = now
        return now - self._missed_at > CUT_OFF_SECONDS

    def is_cut_off(self, hosts: Iterable[Pulse]) -> bool:
        """Whether it was not reached for a while, though hosts do: a directory elsewhere could do better."""
        since = self._unheard_since
        missed = since is not None and self._awake.seconds - since > CUT_OFF_SECONDS
        return missed and any(pulse.is_alive and not pulse.is_cut_off for pulse in hosts)
