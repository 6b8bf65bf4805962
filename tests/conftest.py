"""What every test may ask for, and which tests begin first."""

from collections import defaultdict
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from tests.support.engines import (
    empty_postgres_dsn,
    engines,
    postgres_admin_dsn,
    postgres_dsn,
    valkey_url,
)

__all__ = ["empty_postgres_dsn", "engines", "postgres_admin_dsn", "postgres_dsn", "valkey_url"]

SLOW_SECONDS: Final = 10.0
"""What a slow test takes that does not say so."""

# How long an example takes, or to think of one, says something about the machine, not about the code.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# The same examples in every run, so that what fails after a change fails for the change. To look further for yourself:
# pytest --hypothesis-profile=explore
settings.register_profile("croupier", settings.get_profile("explore"), derandomize=True)
settings.load_profile("croupier")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: of several workers none is then left alone with one of them at the end.

    All others stay in their order.
    """
    seconds: defaultdict[object, float] = defaultdict(float)
    for item in items:
        if (slow := item.get_closest_marker("slow")) is not None:
            seconds[item.path] += slow.kwargs.get("seconds", SLOW_SECONDS)
    items.sort(key=lambda item: -seconds[item.path])
