"""What the local runtime promises about commits, whatever becomes of them. Its clock is virtual: nothing here waits."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from actors.runtime.actor import Actor
from actors.runtime.host import Host, HostLimits
from actors.runtime.local import RETRY_SECONDS_MAX, SWEEP_SECONDS, LocalRuntime
from actors.runtime.ref import Ref
from persistence.interfaces import Batch, KnownCommand, Ledger, Rejected, Unavailable
from persistence.memory.faults import Fault, PlannedFaults
from persistence.memory.ledger import MemoryLedger
from protocol.errors import Code, Refusal
from protocol.ids import CommandId, Epoch, ShardId
from protocol.records import JournalEntry
from tests.support.hand_driven import SHARDS, Act, PuppetKind, both, say, write
from tests.support.simulation_time import virtually

ANN, BEN = Ref("puppet", "ann"), Ref("puppet", "ben")
COMMIT_SECONDS = 0.01
READ_SECONDS = 0.005
TRY_AGAIN = Refusal(Code.TRY_AGAIN)


class SlowLedger(MemoryLedger):
    """Takes its time. `faults` meet the commits in order; `error` meets the next one; so many `reads_fail`."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(SHARDS, faults=PlannedFaults(faults))
        self.reads_fail = 0
        self.looks_at_epochs_seconds = READ_SECONDS
        self.error: Exception | None = None
        self.commits: list[Batch] = []
        self.entropy_taken = 0

    async def commit(self, batch: Batch) -> None:
        await asyncio.sleep(COMMIT_SECONDS)
        error, self.error = self.error, None
        if error is not None:
            raise error
        self.commit_now(batch)
        self.commits.append(batch)

    async def find_commands(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        await self._read()
        return self.find_commands_now(commands)

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        await self._read()
        return self.take_shards_now(host, shards)

    async def was_committed(self, epoch: Epoch, seq: int) -> bool:
        await self._read()
        assert self.tables.epochs[epoch].ended, "what became of a batch is known only when its epoch has ended"
        return self.was_committed_now(epoch, seq)

    async def is_current(self, epoch: Epoch) -> bool:
        await asyncio.sleep(self.looks_at_epochs_seconds)
        return not self.tables.epochs[epoch].ended

    async def _read(self) -> None:
        await asyncio.sleep(READ_SECONDS)
        if self.reads_fail:
            self.reads_fail -= 1
            raise Unavailable("no connection")


class Playhouse:
    """A runtime of puppets."""

    def __init__(self, ledger: SlowLedger, kind: Any = None) -> None:
        self.ledger = ledger
        self.loop = asyncio.get_running_loop()
        self.events: list[str] = []
        self.kind = kind or PuppetKind()
        self.host = Host(
            shards=SHARDS,
            clock=lambda: int(self.loop.time() * 1000),
            entropy=self._entropy,
            limits=HostLimits(),
            on_fault=lambda ref, message, fault: self.events.append(f"fault of {ref}"),
        )
        self.runtime = LocalRuntime(
            self.host,
            ledger,
            {"puppet": self.kind},
            name="playhouse",
            standing=[],
            on_event=lambda event, details: self.events.append(event),
        )

    def _entropy(self, count: int) -> bytes:
        """Bytes that no other host of the ledger gets."""
        self.ledger.entropy_taken += 1
        return self.ledger.entropy_taken.to_bytes(count, "big")

    async def __aenter__(self) -> "Playhouse":
        await self.runtime.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runtime.stop()

    def post(self, ref: Ref, act: Act) -> "asyncio.Future[Any]":
        answer: asyncio.Future[Any] = self.loop.create_future()
        self.runtime.post(ref, act, answer.set_result)
        return answer

    @property
    def written(self) -> int:
        return sum(isinstance(one, JournalEntry) for batch in self.ledger.commits for one in batch.records)


# --- when all is well ---


@virtually
async def test_an_answer_comes_when_its_batch_is_committed() -> None:
    async with Playhouse(SlowLedger()) as house:
        await house.post(ANN, say("loaded"))
        began = house.loop.time()

        assert await house.post(ANN, both(write, say("done"))) == "done"
        assert house.loop.time() - began == pytest.approx(COMMIT_SECONDS)
        assert house.written == 1


@virtually
async def test_what_comes_in_one_moment_is_one_batch_and_what_comes_during_a_commit_is_the_next() -> None:
    async with Playhouse(SlowLedger()) as house:
        await house.post(ANN, say("loaded"))
        first = [house.post(ANN, both(write, say(number))) for number in range(3)]
        await asyncio.sleep(COMMIT_SECONDS / 2)
        second = [house.post(ANN, both(write, say(number))) for number in range(3, 8)]
        await asyncio.gather(*first, *second)

        assert [len(batch.records) for batch in house.ledger.commits] == [3, 5]


@virtually
async def test_what_only_looks_does_not_wait_for_a_commit() -> None:
    async with Playhouse(SlowLedger()) as house:
        await house.post(ANN, say("loaded"))

        assert house.post(ANN, say("at once")).done()


@virtually
async def test_actors_that_are_wanted_at_one_time_are_loaded_together() -> None:
    groups: list[int] = []

    class Counting(PuppetKind):
        async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
            groups.append(len(refs))
            return await super().load(ledger, refs)

    async with Playhouse(SlowLedger(), Counting()) as house:
        await asyncio.gather(*(house.post(Ref("puppet", key), say("here")) for key in range(20)))

    assert groups == [20]


@virtually
async def test_an_actor_is_woken_at_the_time_it_asked_for() -> None:
    async with Playhouse(SlowLedger()) as house:
        await house.post(ANN, both(lambda turn: turn.wake_at(turn.now + 250), say("set")))
        woken: asyncio.Future[float] = house.loop.create_future()
        puppet: Any = house.host.cells[ANN].actor
        puppet.receive = lambda turn, command, sender: woken.set_result(house.loop.time())
        began = house.loop.time()

        assert await woken - began == pytest.approx(0.25, abs=0.002)


@virtually
async def test_the_end_writes_what_is_open_answers_it_and_refuses_the_rest() -> None:
    house = Playhouse(SlowLedger())
    async with house:
        await house.post(ANN, say("loaded"))
        answers = [house.post(ANN, both(write, say(number))) for number in range(3)]
        await house.runtime.stop()

        assert [answer.result() for answer in answers] == [0, 1, 2]
        assert house.written == 3
        assert await house.post(ANN, write) == Refusal(Code.RESTARTING)


# --- when a commit fails ---


@virtually
async def test_a_batch_whose_answer_was_lost_is_answered_as_written_when_it_was() -> None:
    async with Playhouse(SlowLedger(Fault.REPLY_LOST)) as house:
        epoch = house.host.epoch

        assert await house.post(ANN, both(write, say("done"))) == "done"
        assert house.ledger.tables.journal
        assert await house.post(ANN, both(write, say("done, too"))) == "done, too"
        assert house.host.epoch > epoch


@virtually
async def test_a_batch_whose_answer_was_lost_is_to_be_tried_again_when_it_was_not_written() -> None:
    async with Playhouse(SlowLedger(Fault.ABORTED)) as house:
        assert await house.post(ANN, both(write, say("done"))) == TRY_AGAIN
        assert not house.ledger.tables.journal
        await asyncio.sleep(1)
        assert await house.post(ANN, both(write, say("done"))) == "done"


@virtually
async def test_an_error_that_nobody_foresaw_is_taken_for_a_lost_answer() -> None:
    ledger = SlowLedger()
    async with Playhouse(ledger) as house:
        ledger.error = RuntimeError("a bug in the driver")

        assert await house.post(ANN, both(write, say("done"))) == TRY_AGAIN
        await asyncio.sleep(1)
        assert await house.post(ANN, both(write, say("done"))) == "done"


@virtually
async def test_what_comes_while_the_store_is_asked_is_to_be_tried_again() -> None:
    async with Playhouse(SlowLedger(Fault.REPLY_LOST)) as house:
        await house.post(ANN, say("loaded"))
        first = house.post(ANN, both(write, say("done")))
        await asyncio.sleep(COMMIT_SECONDS + READ_SECONDS / 2)

        assert await house.post(BEN, say("?")) == TRY_AGAIN
        assert await first == "done"


@virtually
async def test_what_had_gathered_behind_a_lost_batch_is_to_be_tried_again() -> None:
    async with Playhouse(SlowLedger(Fault.REPLY_LOST)) as house:
        await house.post(ANN, say("loaded"))
        first = house.post(ANN, both(write, say("done")))
        await asyncio.sleep(COMMIT_SECONDS / 2)
        second = house.post(ANN, both(write, say("not done")))

        assert (await first, await second) == ("done", TRY_AGAIN)
        assert house.written == 0
        assert len(house.ledger.tables.journal) == 1


@virtually
async def test_while_the_store_is_away_everyone_is_told_to_try_again_and_then_it_goes_on() -> None:
    ledger = SlowLedger(Fault.UNAVAILABLE)
    async with Playhouse(ledger) as house:
        await house.post(ANN, say("loaded"))
        ledger.reads_fail = 3

        assert await house.post(ANN, both(write, say("done"))) == TRY_AGAIN
        assert await house.post(ANN, write) == TRY_AGAIN
        await asyncio.sleep(3 * RETRY_SECONDS_MAX)
        assert await house.post(ANN, both(write, say("done"))) == "done"
        assert house.events.count("store not available") == 3


@virtually
async def test_a_rejected_batch_is_a_bug_all_memory_is_loaded_again() -> None:
    ledger = SlowLedger()
    async with Playhouse(ledger) as house:
        await house.post(ANN, say("loaded"))
        ledger.error = Rejected("the balances differ")

        assert await house.post(ANN, both(write, say("done"))) == Refusal(Code.INTERNAL)
        await asyncio.sleep(1)
        assert await house.post(ANN, both(write, say("done"))) == "done"
        assert len(house.kind.made) == 2


# --- when somebody else has the shards ---


@virtually
async def test_a_host_whose_shards_were_taken_writes_nothing_more_and_stops_for_good() -> None:
    ledger = SlowLedger()
    async with Playhouse(ledger) as old, Playhouse(ledger) as new:
        assert await old.post(ANN, both(write, say("done"))) == Refusal(Code.RESTARTING)
        assert old.runtime.fenced.is_set()
        assert not ledger.tables.journal
        assert await new.post(ANN, both(write, say("done"))) == "done"
        assert await old.post(ANN, say("?")) == Refusal(Code.RESTARTING)
        assert not new.runtime.fenced.is_set()


@virtually
async def test_a_host_that_writes_nothing_learns_that_its_shards_were_taken() -> None:
    ledger = SlowLedger()
    async with Playhouse(ledger) as old, Playhouse(ledger):
        await asyncio.wait_for(old.runtime.fenced.wait(), 2 * SWEEP_SECONDS)

        assert await old.post(ANN, say("?")) == Refusal(Code.RESTARTING)


@virtually
async def test_a_host_that_begins_a_new_epoch_itself_does_not_take_that_for_a_rival() -> None:
    ledger = SlowLedger(Fault.REPLY_LOST)
    ledger.looks_at_epochs_seconds = 2 * COMMIT_SECONDS
    async with Playhouse(ledger) as house:
        await house.post(ANN, say("loaded"))
        # While the sweep asks whose the shards are, a commit fails, and they are taken anew.
        await asyncio.sleep(SWEEP_SECONDS - house.loop.time() + READ_SECONDS)
        assert await house.post(ANN, both(write, say("done"))) == "done"
        await asyncio.sleep(1)

        assert not house.runtime.fenced.is_set()
        assert await house.post(ANN, say("here")) == "here"


# --- when reading fails ---


@virtually
async def test_an_actor_that_cannot_be_loaded_now_is_to_be_tried_again() -> None:
    class Once(PuppetKind):
        tries = 0

        async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
            self.tries += 1
            if self.tries == 1:
                raise Unavailable("no connection")
            return await super().load(ledger, refs)

    async with Playhouse(SlowLedger(), Once()) as house:
        assert await house.post(ANN, say("here")) == TRY_AGAIN
        assert await house.post(ANN, say("here")) == "here"


@virtually
async def test_one_actor_whose_rows_make_no_sense_keeps_no_other_from_being_loaded() -> None:
    class Picky(PuppetKind):
        async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
            if BEN in refs:
                raise ValueError("the seal of this seed is broken")
            return await super().load(ledger, refs)

    async with Playhouse(SlowLedger(), Picky()) as house:
        answers = [house.post(ref, say("here")) for ref in (ANN, BEN, Ref("puppet", "cid"))]

        assert await asyncio.gather(*answers) == ["here", Refusal(Code.INTERNAL), "here"]


@virtually
async def test_a_kind_that_nobody_knows_does_not_exist() -> None:
    async with Playhouse(SlowLedger()) as house:
        assert await house.post(Ref("table", "of a game to come"), say("?")) == Refusal(Code.UNKNOWN_TABLE)


@virtually
async def test_an_actor_that_was_loaded_for_an_epoch_that_is_over_is_not_used() -> None:
    release = asyncio.Event()

    class Slow(PuppetKind):
        async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
            found = await super().load(ledger, refs)
            if BEN in refs:
                await release.wait()
            return found

    async with Playhouse(SlowLedger(Fault.ABORTED), Slow()) as house:
        await house.post(ANN, say("loaded"))
        stale = house.post(BEN, say("?"))
        assert await house.post(ANN, both(write, say("done"))) == TRY_AGAIN
        assert await stale == TRY_AGAIN
        await asyncio.sleep(1)
        again = house.post(BEN, say("loaded again"))
        release.set()

        assert await again == "loaded again"
        assert len([puppet for puppet in house.kind.made if puppet.ref == BEN]) == 2
