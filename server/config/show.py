"""Shows the effective configuration without its secrets."""

import json
from typing import Any, Final

import tomli_w
from pydantic import SecretStr

from server.config.settings import Config

MASK: Final = "***"


def _masked(config: Config) -> dict[str, Any]:
    # As Python first, where a secret can still be told from a text.
    secret = config.model_dump()
    return {name: _without(secret[name], value) for name, value in config.model_dump(mode="json").items()}


def _without(secret: Any, shown: Any) -> Any:
    """What is shown, with a mask wherever there is a secret in it."""
    if isinstance(secret, SecretStr):
        return MASK
    if isinstance(secret, dict):
        return {name: _without(secret[name], value) for name, value in shown.items()}
    return shown


def as_json(config: Config) -> str:
    """Return every key as JSON; a secret that is set is `"***"`, what is not set is null."""
    return json.dumps(_masked(config), indent=2)


def as_toml(config: Config) -> str:
    """Return every key as TOML that can be read again, secrets apart; what is not set is named in a comment."""
    values = _masked(config)
    unset = "".join(f"# {name} is not set\n" for name, value in values.items() if value is None)
    return unset + tomli_w.dumps({name: value for name, value in values.items() if value is not None})
