"""Everything that can be configured, with its default."""

import base64
import binascii
import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from protocol.shards import ShardRange
from server.config.databases import POSTGRES_SCHEMES, DatabasePart, DatabaseSettings
from server.config.fields import Count, Whole, refused
from server.config.jackpots import DEFAULT_JACKPOTS, JackpotSettings
from server.config.limits import Limits
from server.config.play import (
    DEFAULT_ASSETS,
    DEFAULT_INSTANT,
    AssetSettings,
    InstantSettings,
)
from server.config.tables import DEFAULT_TABLES, AnyTable

ENVIRONMENT_PREFIX: Final = "CROUPIER_"
NESTED_DELIMITER: Final = "__"
SEED_KEY_BYTES: Final = 32
TOKEN_SECRET_CHARACTERS_MIN: Final = 32

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def _comma_separated(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Config(BaseSettings):
    """The configuration of a process, read once at its start.

    Constructing it looks at its arguments alone: `server.config.load` is what reads files and the environment.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter=NESTED_DELIMITER,
    )

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=0, le=65_535)] = 8080
    """0 takes a free one."""
    gateway_ports: tuple[Annotated[Whole, Field(ge=1, le=65_535)], ...] = ()
    """For several gateways of a cluster on one machine: each takes the first that is free of `port` and these."""
    metrics_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Where the processes of a cluster answer `/healthz`, `/readyz` and `/metrics`: never where players come."""
    metrics_port: Annotated[Whole, Field(ge=0, le=65_535)] | Literal["off"] = 0
    """For the first process of a machine; each takes the first free one from there. 0 takes any, `off` none."""
    data_dir: Path = Path(".croupier")
    """Where the embedded engines and the secrets that were made for them live; relative to the working folder."""
    database_url: SecretStr | None = None
    """A PostgreSQL of one's own; without it (and without `database.shards`) the embedded one is used."""
    redis_url: SecretStr | None = None
    unsafe: bool = False
    """Start even when PostgreSQL says that it may lose what it has confirmed."""
    shards: Annotated[Count, Field(le=4_096)] = 256
    """Fixed when the database is made, or the first of several."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"
    """`auto` is text on a terminal and JSON everywhere else."""

    guest_enabled: bool | None = None
    """Whether anyone may play as a guest; unset, only where the database is the embedded one."""
    telegram_bot_token: SecretStr | None = None
    telegram_auth_age_seconds_max: Count = 86_400
    token_secret: SecretStr | None = None
    """Signs access tokens; without it one is made in the data dir."""
    seed_key: SecretStr | None = None
    """32 bytes in base64 that encrypt server seeds at rest; without it one is made in the data dir."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = ()
    """Exact origins of pages on other hosts that may connect, `https://example.org`; our own may always."""

    assets: tuple[AssetSettings, ...] = DEFAULT_ASSETS
    tables: tuple[AnyTable, ...] = DEFAULT_TABLES
    instant: tuple[InstantSettings, ...] = DEFAULT_INSTANT
    jackpots: tuple[JackpotSettings, ...] = DEFAULT_JACKPOTS
    limits: Limits = Limits()
    database: DatabaseSettings = DatabaseSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave the process's environment alone."""
        return (init_settings,)

    @property
    def guests_allowed(self) -> bool:
        """Whether anyone may play as a guest."""
        return not self.databases if self.guest_enabled is None else self.guest_enabled

    @property
    def jackpots_played(self) -> tuple[JackpotSettings, ...]:
        """The jackpots in assets that there are: of the default ones there may be none."""
        codes = {asset.code for asset in self.assets}
        return tuple(one for one in self.jackpots if one.asset in codes)

    @property
    def databases(self) -> tuple[DatabasePart, ...]:
        """The databases of one's own, by their shards; none where the embedded one is used."""
        if self.database_url is not None:
            return (DatabasePart(ShardRange.whole(self.shards), self.database_url),)
        return self.database.parts(self.shards) if self.database.shards else ()

    @property
    def seed_key_bytes(self) -> bytes | None:
        """The 32 bytes of `seed_key`."""
        return None if self.seed_key is None else _decoded_seed_key(self.seed_key)

    @field_validator("allowed_origins")
    @classmethod
    def _origins_are_exact(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise refused(f"{origin!r} is not an origin: a scheme, a lower-case host, a port if any, and no more")
        return origins

    @field_validator("database_url")
    @classmethod
    def _database_is_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        return _with_scheme(url, *POSTGRES_SCHEMES)

    @field_validator("redis_url")
    @classmethod
    def _redis_is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        return _with_scheme(url, "redis://", "rediss://", "unix://")

    @field_validator("token_secret")
    @classmethod
    def _token_secret_is_long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < TOKEN_SECRET_CHARACTERS_MIN:
            raise refused(f"must have at least {TOKEN_SECRET_CHARACTERS_MIN} characters")
        return secret

    @field_validator("seed_key")
    @classmethod
    def _seed_key_is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            _decoded_seed_key(key)
        return key

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        _each_once("assets", "code", (asset.code for asset in self.assets))
        _each_once("assets", "number", (asset.number for asset in self.assets))
        _each_once("tables", "id", (table.id for table in self.tables))
        _each_once("instant", "game", ((one.game, one.asset) for one in self.instant))
        _each_once("jackpots", "name", (one.name for one in self.jackpots))
        _each_once("jackpots", "number", (one.number for one in self.jackpots))
        fed: set[tuple[str, str]] = set()
        for index, jackpot in enumerate(self.jackpots):
            for game in jackpot.games:
                if (game, jackpot.asset) in fed:
                    raise refused(f"{game} is in a jackpot in this asset already", "jackpots", index, "games")
                fed.add((game, jackpot.asset))
        if self.database.shards:
            if self.database_url is not None:
                raise refused("database_url is set too, and would hold all of them", "database", "shards")
            self.database.parts(self.shards)
        codes = {asset.code for asset in self.assets}
        _each_of("tables", "asset", (table.asset for table in self.tables), codes)
        if "jackpots" in self.model_fields_set:
            _each_of("jackpots", "asset", (one.asset for one in self.jackpots), codes)
        _each_of("instant", "asset", (one.asset for one in self.instant), codes)
        return self


def _decoded_seed_key(key: SecretStr) -> bytes:
    try:
        decoded = base64.b64decode(key.get_secret_value(), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != SEED_KEY_BYTES:
        raise refused(f"must be {SEED_KEY_BYTES} bytes in base64")
    return decoded


def _with_scheme(url: SecretStr | None, *schemes: str) -> SecretStr | None:
    if url is not None and not url.get_secret_value().startswith(schemes):
        raise refused(f"must start with {' or '.join(schemes)}")
    return url


def _each_once(section: str, key: str, values: Iterable[object]) -> None:
    seen: set[object] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise refused(f"{value!r} is taken by another of the {section}", section, index, key)
        seen.add(value)


def _each_of(section: str, key: str, values: Iterable[str], known: Set[str]) -> None:
    for index, value in enumerate(values):
        if value not in known:
            raise refused(f"{value!r} is not one of: {', '.join(sorted(known))}", section, index, key)
