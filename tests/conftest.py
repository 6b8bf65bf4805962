"""What every test may ask for."""

from tests.support.engines import (
    empty_postgres_dsn,
    engines,
    postgres_admin_dsn,
    postgres_dsn,
    valkey_url,
)

__all__ = ["empty_postgres_dsn", "engines", "postgres_admin_dsn", "postgres_dsn", "valkey_url"]
