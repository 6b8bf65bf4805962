"""What every runtime promises, whether its actors are in one process or on hosts that speak over links."""

import asyncio

import pytest

from actors.runtime.ref import Ref
from persistence.memory.faults import Fault
from protocol.errors import Code, Refusal
from tests.support.runtimes import ANN, BEN, RUNTIMES, Runtime
from tests.support.scripts import ask, count, fail, say, tell, wake_in, write
from tests.support.simulation_time import virtually

BOTH = [ANN, BEN]


@pytest.fixture(params=list(RUNTIMES))
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return RUNTIMES[request.param]


@virtually
async def test_an_answer_comes_when_what_it_tells_of_is_written(runtime: Runtime) -> None:
    async with runtime() as actors:
        for ref in BOTH:
            assert await actors.post(ref, write(), say("done")) == "done"
            assert actors.written(ref) == 1


@virtually
async def test_messages_of_one_sender_are_handled_in_their_order(runtime: Runtime) -> None:
    async with runtime() as actors:
        answers = [actors.post(ref, write(), count()) for _ in range(20) for ref in BOTH]

        assert await asyncio.gather(*answers) == [n for n in range(1, 21) for _ in BOTH]


@virtually
async def test_an_actor_hears_another_wherever_that_is(runtime: Runtime) -> None:
    async with runtime() as actors:
        assert await actors.post(ANN, write(), ask(BEN, write(), say("from Ben"))) == "from Ben"
        assert [actors.written(ref) for ref in BOTH] == [1, 1]


@virtually
async def test_what_an_actor_is_told_comes_in_the_order_in_which_it_was_said(runtime: Runtime) -> None:
    async with runtime() as actors:
        answers = [actors.post(ANN, ask(BEN, write(), write(), say(number))) for number in range(10)]

        assert await asyncio.gather(*answers) == list(range(10))
        assert await actors.post(BEN, count()) == 20


@virtually
async def test_of_a_turn_that_raises_nothing_is_left_and_nobody_is_told(runtime: Runtime) -> None:
    async with runtime() as actors:
        assert await actors.post(ANN, write(), tell(BEN, write()), fail()) == Refusal(Code.INTERNAL)
        assert await actors.post(ANN, count()) == 0
        assert await actors.post(BEN, count()) == 0


@virtually
async def test_a_turn_that_raises_elsewhere_does_not_undo_what_told_it(runtime: Runtime) -> None:
    async with runtime() as actors:
        assert await actors.post(ANN, write(), tell(BEN, write(), fail()), say("done")) == "done"
        assert await actors.post(BEN, count()) == 0
        assert actors.written(ANN) == 1


@virtually
async def test_an_actor_is_woken_at_the_time_it_asked_for(runtime: Runtime) -> None:
    async with runtime() as actors:
        await actors.post(BEN, wake_in(250, write()), say("set"))
        await asyncio.sleep(0.2)
        assert actors.written(BEN) == 0
        await asyncio.sleep(0.1)
        assert actors.written(BEN) == 1


@pytest.mark.parametrize("fault", [Fault.REPLY_LOST, Fault.ABORTED, Fault.UNAVAILABLE])
@virtually
async def test_what_is_asked_again_until_it_is_answered_is_written_whatever_becomes_of_a_commit(
    runtime: Runtime, fault: Fault
) -> None:
    async with runtime() as actors:
        assert await actors.post(ANN, count()) == 0
        actors.faults.append(fault)
        for _ in range(20):
            answer = await actors.post(ANN, write(), count())
            if answer != Refusal(Code.TRY_AGAIN):
                break
            await asyncio.sleep(0.1)

        assert answer == actors.written(ANN) == 1
        assert await actors.post(BEN, count()) == 0


@virtually
async def test_what_was_told_to_others_in_a_commit_that_failed_never_happened(runtime: Runtime) -> None:
    async with runtime() as actors:
        assert await actors.post(ANN, count()) == 0
        actors.faults.append(Fault.ABORTED)
        answer = actors.post(ANN, write(), tell(BEN, write()))
        await asyncio.sleep(2)

        assert not answer.done() or answer.result() == Refusal(Code.TRY_AGAIN)
        assert await actors.post(BEN, count()) == actors.written(BEN) == actors.written(ANN)


@virtually
async def test_a_kind_that_nobody_knows_does_not_exist(runtime: Runtime) -> None:
    async with runtime() as actors:
        assert await actors.post(Ref("table", "of a game to come"), say("?")) == Refusal(Code.UNKNOWN_TABLE)


@virtually
async def test_a_thousand_actors_answer_each_for_itself(runtime: Runtime) -> None:
    async with runtime() as actors:
        refs = [Ref("puppet", number) for number in range(1_000)]
        answers = await asyncio.gather(*(actors.post(ref, write(), say(ref.key)) for ref in refs))

        assert answers == list(range(1_000))
