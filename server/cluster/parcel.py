"""A configuration on its way to another process, with its secrets: for pipes and calls, never for a disk or a log."""

import base64
import hmac
import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from protocol.shards import ShardRange
from server.config import Config, DatabaseSettings
from server.secrets import MADE_PREFIX, read_secrets

LOCAL_GATEWAYS_MAX: Final = 16
PORT_MAX: Final = 65_535


def packed(config: Config) -> bytes:
    """The bytes of a configuration."""
    return json.dumps(config.model_dump(), default=_plain).encode()


def unpacked(parcel: bytes) -> Config:
    """The configuration in them. Raises `ValueError`."""
    return Config.model_validate_json(parcel)


def with_local_ports(config: Config, free_port: Callable[[], int]) -> Config:
    """The same with ports for several gateways on this one machine, where the configuration leaves that open.

    They are chosen once: who takes the place of a gateway is to be found where that one was.
    """
    port = config.port or free_port()
    others = config.gateway_ports or tuple(range(port + 1, min(port + LOCAL_GATEWAYS_MAX, PORT_MAX + 1)))
    return config.model_copy(update={"port": port, "gateway_ports": others})


def process_secret(config: Config, name: str) -> bytes:
    """What the processes of the cluster of this name know each other by: the same wherever the configuration is.

    `config` is one that is `shared`. It tells nothing of the secret that it is made from.
    """
    if config.token_secret is None:
        raise ValueError("the configuration is not one that processes share")
    return hmac.digest(config.token_secret.get_secret_value().encode(), f"processes of {name}".encode(), sha256)


def shared(config: Config, *, databases: Mapping[ShardRange, str], redis_url: str) -> Config:
    """The configuration of a cluster's processes: what was made or chosen on this machine is written out in it.

    Raises `SecretError`, `OSError`.
    """
    secrets = read_secrets(config, config.data_dir, os.urandom)
    made = SecretStr(f"{MADE_PREFIX}{base64.b64encode(secrets.token_key).decode()}")
    return config.model_copy(
        update={
            "data_dir": Path(config.data_dir).absolute(),
            "guest_enabled": config.guests_allowed,
            "database_url": None,
            "database": DatabaseSettings(shards={str(part): SecretStr(url) for part, url in databases.items()}),
            "redis_url": SecretStr(redis_url),
            "seed_key": SecretStr(base64.b64encode(secrets.seed_key).decode()),
            "token_secret": config.token_secret or made,
        }
    )


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else to_jsonable_python(value)
