"""Which web pages may connect: those of the allow-list, exactly, and the one that was served from here."""

from collections.abc import Set

SCHEMES = ("http://", "https://")


def is_allowed_origin(origin: str | None, host: str | None, allowed: Set[str]) -> bool:
    """Whether a handshake from this `Origin` to this `Host` is taken. What sends no origin is not a browser."""
    if origin is None or origin in allowed:
        return True
    return host is not None and any(origin == scheme + host.lower() for scheme in SCHEMES)
