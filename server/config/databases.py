"""Which PostgreSQL holds which shards, when one is not enough."""

from typing import NamedTuple

from pydantic import Field, SecretStr, field_validator

from protocol.shards import NotAPartition, NotARange, Partition, ShardRange
from server.config.fields import Section, refused

POSTGRES_SCHEMES = ("postgresql://", "postgres://")


class DatabasePart(NamedTuple):
    """One database, and the shards that are in it."""

    shards: ShardRange
    url: SecretStr


class DatabaseSettings(Section):
    """Several PostgreSQLs, each with its own shards, instead of the one of `database_url`."""

    shards: dict[str, SecretStr] = Field(default_factory=dict)
    """From ranges to addresses: `0-127 = "postgresql://…"`. Together they hold each shard once; fixed for good."""

    @field_validator("shards")
    @classmethod
    def _each_is_a_range_of_its_own_database(cls, shards: dict[str, SecretStr]) -> dict[str, SecretStr]:
        seen: dict[str, str] = {}
        for text, url in shards.items():
            try:
                ShardRange.parse(text)
            except NotARange as error:
                raise refused(str(error), text) from None
            address = url.get_secret_value()
            if not address.startswith(POSTGRES_SCHEMES):
                raise refused(f"must start with {' or '.join(POSTGRES_SCHEMES)}", text)
            if address in seen:
                raise refused(f"is the database of the shards {seen[address]} already", text)
            seen[address] = text
        return shards

    def parts(self, shards: int) -> tuple[DatabasePart, ...]:
        """The databases, by their shards. Raises the error of a validator when they do not hold each shard once."""
        texts = {ShardRange.parse(text): text for text in self.shards}
        if len(texts) < len(self.shards):
            raise refused("a range is there twice", "database", "shards")
        ranges = tuple(sorted(texts))
        try:
            Partition(shards, ranges)
        except NotAPartition as error:
            culprit = (texts[error.culprit],) if error.culprit is not None else ()
            raise refused(error.reason, "database", "shards", *culprit) from None
        return tuple(DatabasePart(one, self.shards[texts[one]]) for one in ranges)
