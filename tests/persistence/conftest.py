"""What every ledger promises is tried on PostgreSQL and in memory."""

from collections.abc import AsyncIterator

import pytest

from tests.support.ledgers import LedgerUnderTest, memory_under_test, postgres_under_test


@pytest.fixture(params=["memory", "postgres"])
def dsn(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres_dsn") if request.param == "postgres" else None


@pytest.fixture
async def books(dsn: str | None) -> AsyncIterator[LedgerUnderTest]:
    if dsn is None:
        yield memory_under_test()
    else:
        async with postgres_under_test(dsn) as under_test:
            yield under_test
