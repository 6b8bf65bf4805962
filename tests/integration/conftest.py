"""What the tests against a real server share."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.clusters import Cluster
from tests.support.server import no_leftovers, serving, short_folder


@pytest.fixture(scope="session")
def template_data_dir() -> Iterator[Path]:
    """A data dir that a server was started on and stopped in order: to be copied, because making one takes seconds."""

    async def make(data_dir: Path) -> None:
        async with serving(data_dir):
            pass

    with short_folder() as folder:
        asyncio.run(make(folder / "data"))
        yield folder / "data"


@pytest.fixture
def data_dir(template_data_dir: Path) -> Iterator[Path]:
    """A data dir of the test's own, with an empty ledger."""
    with short_folder() as folder:
        shutil.copytree(template_data_dir, folder / "data", symlinks=True)
        yield folder / "data"


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    """A real cluster of two hosts and a gateway; at the end nothing of it may be left."""
    with short_folder() as folder:
        cluster = Cluster(folder / "data")
        try:
            await cluster.up("--hosts", "2", "--gateways", "1")
            yield cluster
        finally:
            await cluster.do("down")
        await no_leftovers(cluster.data_dir)
