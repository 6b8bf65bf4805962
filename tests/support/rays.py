"""One small Ray for a session of tests: a head node of our own on this machine, and a namespace for each test."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from actors.runtime.carrier import ProcessName, Recipe
from server.cluster.local_ray import LocalRay

if TYPE_CHECKING:
    from actors.runtime.ray import RayCarrier

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def local_ray() -> Iterator[LocalRay]:
    """A Ray that this process has joined. Its control store may be killed, if it is started again."""
    before = dict(os.environ)
    ray = LocalRay.made()
    with asyncio.Runner() as runner:
        runner.run(ray.start())
        os.environ.update(ray.environment)
        # Ray reads the environment when it is imported.
        from actors.runtime.ray import connect, disconnect

        try:
            runner.run(connect(ray.address, namespace="tests"))
            yield ray
        finally:
            disconnect()
            os.environ.clear()
            os.environ.update(before)
            runner.run(ray.stop())


@pytest.fixture
async def carrier(local_ray: LocalRay) -> "AsyncIterator[RayCarrier]":
    """A namespace of its own, whose processes are ended after the test."""
    from actors.runtime.ray import RayCarrier

    carrier = RayCarrier(f"test-{next(_numbers)}", secret=b"of the tests")
    yield carrier
    for name in await carrier.names():
        await carrier.kill(name)


async def recipe(carrier: "RayCarrier", name: str, factory: str = "make_echo", config: bytes = b"") -> Recipe:
    """An `Echo` on the first node."""
    node = (await carrier.nodes())[0].id
    return Recipe(ProcessName(name), node, f"tests.support.echo:{factory}", config)
