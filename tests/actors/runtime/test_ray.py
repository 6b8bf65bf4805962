import asyncio
import contextlib
import os
import signal
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import psutil
import pytest

from actors.runtime.carrier import CarrierError, NodeId, ProcessName, Recipe, VersionDiffers
from actors.runtime.transport import Peer, PeerLost
from server.cluster.local_ray import CONTROL_STORE, LocalRay
from tests.support.rays import carrier, local_ray, recipe

if TYPE_CHECKING:
    from actors.runtime.ray import RayCarrier

__all__ = ["carrier", "local_ray"]

pytestmark = pytest.mark.slow(seconds=2)

LATE_SECONDS = 120.0


async def pid_of(peer: Peer) -> int:
    return int(await peer.call("pid", b""))


async def test_a_process_answers_with_its_own_name_and_configuration(carrier: "RayCarrier") -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1", config=b"how it is made"))
    assert await peer.call("name", b"") == b"echo-1"
    assert await peer.call("config", b"") == b"how it is made"
    assert await peer.call("echo", bytes(range(256)) * 4_096) == bytes(range(256)) * 4_096
    assert await pid_of(peer) != os.getpid()


async def test_processes_reach_each_other_by_name(carrier: "RayCarrier") -> None:
    first = await carrier.start(await recipe(carrier, "echo-1"))
    await carrier.start(await recipe(carrier, "echo-2"))
    assert await first.call("ask", b"echo-2") == b"echo-2"
    assert await carrier.peer(ProcessName("echo-2")).call("name", b"") == b"echo-2"
    assert await carrier.names() == {"echo-1", "echo-2"}


async def test_what_is_said_all_the_time_goes_past_ray_and_reaches_the_same_service(
    local_ray: LocalRay, carrier: "RayCarrier"
) -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1"))
    assert await peer.call("link", b"again and again") == b"again and again"
    os.kill(local_ray.find(CONTROL_STORE).pid, signal.SIGKILL)
    await asyncio.wait_for(local_ray.ended(), LATE_SECONDS)
    try:
        assert await peer.call("health", b"who needs it") == b"who needs it"
    finally:
        local_ray.restart_control_store()
    async with asyncio.timeout(LATE_SECONDS):
        assert await carrier.names() == {"echo-1"}
    os.kill(await pid_of(peer), signal.SIGKILL)
    with pytest.raises(PeerLost):
        await asyncio.wait_for(peer.call("link", b""), LATE_SECONDS)


async def test_of_a_way_that_is_let_go_of_no_connection_is_left(carrier: "RayCarrier") -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1"))
    theirs = psutil.Process(await pid_of(peer))
    before = connections_to(theirs)
    for _ in range(3):
        assert await peer.call("link", b"here") == b"here"
        assert len(connections_to(theirs) - before) == 1
        peer.close()
        async with asyncio.timeout(LATE_SECONDS):
            while connections_to(theirs) - before:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0)


def connections_to(process: psutil.Process) -> set[tuple[int, int]]:
    """Ours, by the ports of both ends. Others that we have are Ray's, which comes and goes as it likes."""
    return {(ours, theirs) for theirs, ours in ports(process)} & ports(psutil.Process())


def ports(process: psutil.Process) -> set[tuple[int, int]]:
    found = process.net_connections("tcp")
    return {(one.laddr.port, one.raddr.port) for one in found if one.status == psutil.CONN_ESTABLISHED}


async def test_an_error_of_the_service_is_a_lost_call_that_says_what_it_was(carrier: "RayCarrier") -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1"))
    with pytest.raises(PeerLost, match=r"echo-1 did not answer 'dance': .*no such method: dance"):
        await peer.call("dance", b"")
    assert await peer.call("echo", b"still here") == b"still here"


async def test_calls_to_a_killed_process_are_lost_at_once(carrier: "RayCarrier") -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1"))
    os.kill(await pid_of(peer), signal.SIGKILL)
    with pytest.raises(PeerLost, match="echo-1 did not answer"):
        await asyncio.wait_for(peer.call("echo", b""), LATE_SECONDS)
    with pytest.raises(PeerLost, match="echo-1 did not answer"):
        await carrier.peer(ProcessName("echo-1")).call("echo", b"")
    assert await carrier.names() == frozenset()


async def test_a_process_that_stands_still_is_lost_as_soon_as_it_is_ended(carrier: "RayCarrier") -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1"))
    pid = await pid_of(peer)
    os.kill(pid, signal.SIGSTOP)
    try:
        call = asyncio.create_task(peer.call("echo", b""))
        await carrier.kill(ProcessName("echo-1"))
        with pytest.raises(PeerLost):
            await asyncio.wait_for(call, LATE_SECONDS)
        assert await carrier.names() == frozenset()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


async def test_ending_a_process_that_is_not_there_is_no_error(carrier: "RayCarrier") -> None:
    await carrier.kill(ProcessName("nobody"))
    assert await carrier.names() == frozenset()


async def test_whatever_error_keeps_a_process_from_starting_is_told_in_its_own_words(carrier: "RayCarrier") -> None:
    with pytest.raises(CarrierError) as failed:
        await carrier.start(await recipe(carrier, "echo-1", "make_odd"))
    assert str(failed.value) == "echo-1 does not start: Odd: there is no room, because everybody is here"


async def test_nothing_is_left_of_a_process_whose_service_cannot_be_made(carrier: "RayCarrier") -> None:
    with pytest.raises(CarrierError, match=r"echo-1 does not start: .*there is no database here"):
        await carrier.start(await recipe(carrier, "echo-1", "make_nothing"))
    assert await carrier.names() == frozenset()


async def test_a_name_is_given_once(carrier: "RayCarrier") -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1", config=b"first"))
    with pytest.raises(CarrierError, match="echo-1 runs already"):
        await carrier.start(await recipe(carrier, "echo-1", config=b"second"))
    assert await peer.call("config", b"") == b"first"


async def test_a_node_with_another_release_is_refused(carrier: "RayCarrier", monkeypatch: pytest.MonkeyPatch) -> None:
    installed = metadata.version("croupier")
    monkeypatch.setattr("actors.runtime.ray.release", lambda: "9.9.9")
    with pytest.raises(VersionDiffers) as refused:
        await carrier.start(await recipe(carrier, "echo-1"))
    assert (refused.value.ours, refused.value.theirs) == ("9.9.9", installed)
    assert await carrier.names() == frozenset()


async def test_a_node_that_is_not_there_is_an_error_at_once(carrier: "RayCarrier") -> None:
    nowhere = NodeId("ab" * 28)
    with pytest.raises(CarrierError, match="no node"):
        await carrier.start(Recipe(ProcessName("echo-1"), nowhere, "tests.support.echo:make_echo", b""))
    assert await carrier.names() == frozenset()


async def test_namespaces_do_not_see_each_other(carrier: "RayCarrier") -> None:
    await carrier.start(await recipe(carrier, "echo-1"))
    other = type(carrier)("somebody-else")
    assert await other.names() == frozenset()
    with pytest.raises(PeerLost):
        await other.peer(ProcessName("echo-1")).call("echo", b"")


async def test_calls_go_on_without_the_control_store_and_it_comes_back_knowing_everybody(
    local_ray: LocalRay, carrier: "RayCarrier"
) -> None:
    peer = await carrier.start(await recipe(carrier, "echo-1"))
    os.kill(local_ray.find(CONTROL_STORE).pid, signal.SIGKILL)
    assert await asyncio.wait_for(local_ray.ended(), LATE_SECONDS) == CONTROL_STORE
    try:
        assert await peer.call("echo", b"who needs it") == b"who needs it"
    finally:
        local_ray.restart_control_store()
    async with asyncio.timeout(LATE_SECONDS):
        assert await carrier.names() == {"echo-1"}
    second = await carrier.start(await recipe(carrier, "echo-2"))
    assert await second.call("ask", b"echo-1") == b"echo-1"


async def test_only_loopback_is_listened_on(local_ray: LocalRay, carrier: "RayCarrier") -> None:
    await carrier.start(await recipe(carrier, "echo-1"))
    addresses = {
        connection.laddr.ip
        for process in local_ray.processes()
        for connection in process.net_connections(kind="inet")
        if connection.status == "LISTEN"
    }
    assert addresses <= {"127.0.0.1", "::ffff:127.0.0.1"}


async def test_whoever_has_no_token_is_not_let_in(local_ray: LocalRay) -> None:
    stranger = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"import ray; ray.init({local_ray.address!r}); print('let in')"),
        env={**os.environ, **local_ray.environment, "RAY_AUTH_TOKEN_PATH": "", "RAY_AUTH_TOKEN": "x" * 64},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await asyncio.wait_for(stranger.communicate(), LATE_SECONDS)
    assert b"let in" not in said
    assert b"nauthenticated" in complaint or b"token" in complaint


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1", "nobody answers at 127.0.0.1:1"),
        ("ray://127.0.0.1:1", "nobody answers at ray://127.0.0.1:1"),
        ("somewhere", "'somewhere' is no address of a Ray"),
    ],
)
async def test_an_address_where_nobody_is_is_refused_at_once(local_ray: LocalRay, address: str, reason: str) -> None:
    from actors.runtime.ray import connect

    with pytest.raises(CarrierError, match=reason):
        await asyncio.wait_for(connect(address, namespace="tests"), LATE_SECONDS)
