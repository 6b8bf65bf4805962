"""Every runtime behind one face, so that one test says what each of them promises."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Protocol

from actors.runtime.host import Host, HostLimits
from actors.runtime.local import LocalRuntime
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from persistence.interfaces import Batch
from persistence.memory.faults import Fault
from persistence.memory.ledger import MemoryLedger
from protocol.ids import ShardId
from tests.support.hand_driven import NOON_MS, SHARDS
from tests.support.nodes import Nodes
from tests.support.scripts import Act, Script, ScriptKind, script_codec

ANN: Final = Ref("puppet", "ann")
BEN: Final = next(
    ref for key in range(99) if shard_of(ref := Ref("puppet", f"ben{key}"), SHARDS) != shard_of(ANN, SHARDS)
)
"""On another shard than Ann, and so, in a cluster, on another host."""


class NextFaults:
    """The next commits that write something meet these faults, in order."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def at_commit(self, batch: Batch) -> Fault:
        """See `Faults.at_commit`."""
        return self.planned.pop(0) if self.planned and batch.records else Fault.NONE


class RuntimeUnderTest:
    """Actors that play scripts, on the one runtime or the other. `faults` are what happens to commits."""

    def __init__(self, post: Callable[[Ref, Any, Any], None], ledger: MemoryLedger, faults: NextFaults) -> None:
        self.ledger = ledger
        self.faults = faults.planned
        self._post = post
        self._loop = asyncio.get_running_loop()

    def post(self, ref: Ref, *acts: Act) -> "asyncio.Future[Any]":
        """The answer that is to come."""
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._post(ref, Script(acts), answer.set_result)
        return answer

    def written(self, ref: Ref) -> int:
        """How many events the ledger has of an actor."""
        return sum(actor == str(ref) for actor, _ in self.ledger.tables.journal)


class Runtime(Protocol):
    """Starts one."""

    def __call__(self) -> AbstractAsyncContextManager[RuntimeUnderTest]:
        """A runtime that works, and ends with the test."""


@asynccontextmanager
async def local() -> AsyncIterator[RuntimeUnderTest]:
    """One host in this process."""
    loop = asyncio.get_running_loop()
    faults = NextFaults()
    ledger = MemoryLedger(SHARDS, faults=faults)
    host = Host(
        shards=SHARDS,
        clock=lambda: NOON_MS + int(loop.time() * 1000),
        entropy=bytes,
        limits=HostLimits(),
        on_fault=lambda ref, message, fault: None,
    )
    runtime = LocalRuntime(
        host, ledger, {"puppet": ScriptKind()}, name="local", standing=[], on_event=lambda event, details: None
    )
    await runtime.start()
    try:
        yield RuntimeUnderTest(runtime.post, ledger, faults)
    finally:
        await runtime.stop()


@asynccontextmanager
async def nodes() -> AsyncIterator[RuntimeUnderTest]:
    """Two hosts with a router before them: one has Ann's shard, the other Ben's and the rest."""
    faults = NextFaults()
    ledger = MemoryLedger(SHARDS, faults=faults)
    cluster = Nodes(ledger, kinds={"puppet": ScriptKind()}, standing=(), codec=script_codec())
    anns = shard_of(ANN, SHARDS)
    async with cluster:
        await cluster.launch("anns", anns)
        await cluster.launch("bens", *(ShardId(shard) for shard in range(SHARDS) if shard != anns))
        yield RuntimeUnderTest(cluster.router.post, ledger, faults)


RUNTIMES: Final[dict[str, Runtime]] = {"local": local, "nodes": nodes}
