"""Sees who of a cluster has fallen silent, has ended, cannot reach its store, or is heard of again."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from actors.runtime.carrier import Carrier, CarrierError, ProcessName
from server.cluster.members import Members
from server.cluster.pulse import Awake


class Lookout:
    """Feels everybody's pulse. `on_change` is called when somebody is missed or is back, before that `on_return` when
    somebody is back; `on_event` is told who.
    """

    def __init__(
        self,
        carrier: Carrier,
        *,
        on_change: Callable[[], None],
        on_return: Callable[[], None],
        on_event: Callable[[str, Mapping[str, Any]], None],
        silence_seconds: float,
    ) -> None:
        self.awake = Awake(self._look)
        self.members = Members(self.awake, on_lost=self._suspect, silence_seconds=silence_seconds)
        self._carrier = carrier
        self._on_change = on_change
        self._on_return = on_return
        self._on_event = on_event
        self._missed: set[ProcessName] = set()
        self._confirming: asyncio.Task[None] | None = None

    def _look(self) -> None:
        missed = {one.name for one in self.members.all if one.pulse.is_silent or one.pulse.is_cut_off}
        if missed != self._missed:
            for name in sorted(missed - self._missed):
                self._miss(name)
            # Who is forgotten is not missed any more, and not back.
            back = sorted(name for name in self._missed - missed if self.members.find(name) is not None)
            for name in back:
                self._on_event("process is heard of again", {"process": name})
            self._missed = missed
            if back:
                self._on_return()
            self._on_change()

    def _miss(self, name: ProcessName) -> None:
        member = self.members.find(name)
        if member is not None:
            member.give_up()
        if member is not None and not member.pulse.is_silent:
            self._on_event("process cannot reach its store", {"process": name})
        else:
            self._on_event("process is silent", {"process": name})

    def _suspect(self) -> None:
        """A call was lost. Who has ended is dead at once, without being waited for."""
        if self._confirming is None or self._confirming.done():
            self._confirming = asyncio.create_task(self._confirm(), name="confirm")

    async def _confirm(self) -> None:
        with contextlib.suppress(CarrierError):
            running = await self._carrier.names()
            for member in self.members.all:
                if member.name not in running:
                    member.pulse.has_ended()
            self._look()

    def stop(self) -> None:
        """Look no more. The members' pulses are felt until they are closed."""
        self.awake.stop()
        if self._confirming is not None:
            self._confirming.cancel()
