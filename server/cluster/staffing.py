"""Keeps a cluster's crew complete, and has the shards shared out anew when somebody has come or is back."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from actors.runtime.carrier import CarrierError
from persistence.clusters import ProcessKind, Superseded
from persistence.interfaces import StoreError
from server.cluster.crew import Crew
from server.cluster.members import Members
from server.cluster.operations import Operations
from server.cluster.term import Term

CREW_SECONDS: Final = 1.0
CREW_RETRY_SECONDS: Final = 5.0
LEVEL_RETRY_SECONDS: Final = 5.0
"""After shards were not evened out, because a database was away or because operators wanted something else."""


class Staffing:
    """Leaves the crew to whoever works on it: while an operation is under way only the dead are buried."""

    def __init__(
        self,
        term: Term,
        members: Members,
        crew: Crew,
        operations: Operations,
        *,
        on_event: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._term = term
        self._members = members
        self._crew = crew
        self._operations = operations
        self._on_event = on_event
        self._is_uneven = False
        self._levelling: Mapping[str, Any] | None = None
        """The state of the work that evens shards out, until its end was seen."""
        self._level_at = 0.0
        self.trouble: str | None = None
        """Why the crew is not complete, for a person."""

    @property
    def missing(self) -> Counter[ProcessKind]:
        """How many of each kind should be there and were not started."""
        return Counter(duty.kind for duty in self._crew.missing(self._term.wanted))

    def somebody_is_back(self) -> None:
        """Whoever it is has nothing yet."""
        self._is_uneven = True

    async def keep(self) -> None:
        """See to the crew for ever. Raises `Superseded` when that is another directory's to do."""
        while True:
            pause = CREW_SECONDS if await self._kept() else CREW_RETRY_SECONDS
            await asyncio.sleep(pause)

    async def _kept(self) -> bool:
        try:
            await self._crew.bury()
            if not self._operations.is_running:
                await self._fill()
        except Superseded:
            raise
        except (CarrierError, StoreError) as error:
            self.trouble = str(error)
            self._on_event("crew not complete", {"error": str(error), "again_in_seconds": CREW_RETRY_SECONDS})
            return False
        self.trouble = None
        return True

    async def _fill(self) -> None:
        """Start who is missing, as far as there is room."""
        before = {member.name for member in self._members.hosts}
        try:
            await self._crew.fill(self._term.wanted, partly=True)
        finally:
            # Though others are missing still: who came in place of somebody who died has nothing yet.
            self._is_uneven |= any(member.name not in before for member in self._members.hosts)
            self._level()

    def _level(self) -> None:
        if self._operations.is_running:
            return
        now = asyncio.get_running_loop().time()
        if self._levelling is not None and self._levelling["error"] is not None:
            self._is_uneven = True
            self._level_at = now + LEVEL_RETRY_SECONDS
        self._levelling = None
        if self._is_uneven and now >= self._level_at and self._operations.is_settled:
            self._levelling = self._operations.level()
            self._is_uneven = False
