"""What every test may ask for."""

from hypothesis import settings

from tests.support.engines import (
    empty_postgres_dsn,
    engines,
    postgres_admin_dsn,
    postgres_dsn,
    valkey_url,
)

__all__ = ["empty_postgres_dsn", "engines", "postgres_admin_dsn", "postgres_dsn", "valkey_url"]

# How long an example takes says something about the machine, not about the code.
settings.register_profile("croupier", deadline=None, print_blob=True)
settings.load_profile("croupier")
