"""Which pages may connect."""

import pytest

from server.gateway.origins import is_allowed_origin

ALLOWED = frozenset({"https://play.example.org", "http://localhost:3000"})


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "casino.example"),
        ("https://play.example.org", "casino.example"),
        ("http://localhost:3000", "casino.example"),
        ("https://casino.example", "casino.example"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://casino.example", "Casino.Example"),
    ],
)
def test_may_connect(origin: str | None, host: str) -> None:
    assert is_allowed_origin(origin, host, ALLOWED)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "casino.example"),
        ("https://play.example.org.evil.example", "casino.example"),
        ("https://play.example.org:8443", "casino.example"),
        ("http://play.example.org", "casino.example"),
        ("https://sub.play.example.org", "casino.example"),
        ("https://casino.example:444", "casino.example"),
        ("ftp://casino.example", "casino.example"),
        ("null", "casino.example"),
        ("", "casino.example"),
        ("https://", None),
        ("https://casino.example", None),
    ],
)
def test_may_not_connect(origin: str, host: str | None) -> None:
    assert not is_allowed_origin(origin, host, ALLOWED)
