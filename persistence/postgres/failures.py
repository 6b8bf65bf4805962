"""What an error of the driver means for a store: whether something was done, and whether it may be tried again."""

from typing import Final

import asyncpg

from persistence.interfaces import Fenced, Rejected, StoreError, Unavailable, Unknown

__all__ = ["DRIVER_ERRORS", "PATIENCE", "commit_failure", "failure"]

DRIVER_ERRORS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""All that a call of the driver raises when the database, or the way to it, does not do what was asked."""

FENCED: Final = "CR001"
"""What the SQL function `commit_batch` says to a host that owns the shards no more."""

_ABORTED: Final = (
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,  # a deadlock: Postgres chose this one to give way
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,  # a file of the database cannot be read or written
)
"""Postgres says that it took back what it had begun, for a reason that may pass."""

_LOST: Final = (
    asyncpg.OperatorInterventionError,  # shut down, crashed, cancelled, not up yet
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # the connection is closed
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


PATIENCE: Final = {"idle_in_transaction_session_timeout": "1000"}
"""What a connection asks of PostgreSQL that locks rows in one question and goes on in the next: a process that is
stopped, or cut off, in between must not keep others from the rows. Milliseconds."""


def failure(doing: str, error: Exception) -> StoreError:
    """The store's word for an error of something that can simply be done again, or was only read."""
    if _refused(error):
        return Rejected(_told(doing, error))
    return Unavailable(_told(doing, error))


def commit_failure(error: Exception) -> StoreError:
    """The store's word for an error of a commit: lost before the answer is neither done nor undone."""
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate == FENCED:
        return Fenced(str(error))
    if _refused(error):
        return Rejected(_told("the batch is refused", error))
    if isinstance(error, _ABORTED):
        return Unavailable(_told("postgres cannot write now", error))
    return Unknown(_told("no answer to a commit", error))


def _refused(error: Exception) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        return isinstance(error, ValueError)  # a value that cannot be sent: it never left this process
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, _ABORTED + _LOST)


def _told(doing: str, error: Exception) -> str:
    sqlstate = f"{error.sqlstate} " if isinstance(error, asyncpg.PostgresError) else ""
    return f"{doing}: {sqlstate}{str(error) or type(error).__name__}"
