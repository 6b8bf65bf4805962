"""A Valkey that is there is waited for: a machine that stands still for a moment is not what these tests are about."""

import pytest

PATIENCE_SECONDS = 120.0


@pytest.fixture
def valkey_url(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of a Valkey without any key, which nobody gives up on soon."""
    for module in ("connect", "questions"):
        monkeypatch.setattr(f"persistence.redis.{module}.REDIS_SECONDS_MAX", PATIENCE_SECONDS)
    return valkey_url
