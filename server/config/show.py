"""Shows the effective configuration without its secrets."""

import json
from typing import Any, Final

import tomli_w
from pydantic import SecretStr

from server.config.settings import Config

MASK: Final = "***"


def _masked(config: Config) -> dict[str, Any]:
    secrets = {name for name, value in config if isinstance(value, SecretStr)}
    values = config.model_dump(mode="json")
    return {name: MASK if name in secrets else value for name, value in values.items()}


def as_json(config: Config) -> str:
    """Return every key as JSON; a secret that is set is `"***"`, what is not set is null."""
    return json.dumps(_masked(config), indent=2)


def as_toml(config: Config) -> str:
    """Return every key as TOML that can be read again, secrets apart; what is not set is named in a comment."""
    values = _masked(config)
    unset = "".join(f"# {name} is not set\n" for name, value in values.items() if value is None)
    return unset + tomli_w.dumps({name: value for name, value in values.items() if value is not None})
