"""Why a process of the platform does not start, and why it cannot go on."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import Enum

from persistence.embedded import EngineError
from persistence.interfaces import StoreError
from server.secrets import SecretError


class CannotStart(Exception):
    """Something that the platform needs is not there or not right; the message says what, for a person."""


class Ending(Enum):
    """Why a platform cannot go on."""

    FENCED = "another server has taken this database over; this one ends"
    BROKEN = "a part of this server has failed; it ends"


@contextlib.asynccontextmanager
async def whole_or_not(undo: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Start several parts, or none: what was started is undone when one of them cannot. Raises `CannotStart`."""
    try:
        yield
    except (EngineError, StoreError, SecretError, OSError) as error:
        await undo()
        raise CannotStart(str(error)) from error
    except BaseException:
        await undo()
        raise
