"""The secrets of a server: from its configuration, or made once and kept beside the database, not in it."""

import base64
import binascii
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.config import Config

KEY_BYTES: Final = 32
FOLDER: Final = "secrets"
MADE_PREFIX: Final = "base64:"
"""Before a token secret that is bytes: that of a data dir, for the processes of a cluster."""
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Secrets:
    """`token_key` signs access tokens, `seed_key` seals server seeds."""

    token_key: bytes = field(repr=False)
    seed_key: bytes = field(repr=False)


class SecretError(Exception):
    """A secret cannot be had. `key` is its name in the configuration."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key} {reason}")
        self.key = key
        self.reason = reason


class SecretMissing(SecretError):
    """A secret is needed that the configuration does not give, and none may be made: other servers must share it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            key, "is needed with database_url or database.shards: every server of one platform must have the same"
        )


class SecretUnreadable(SecretError):
    """The file of a secret is not as it was written."""

    def __init__(self, key: str, path: Path) -> None:
        super().__init__(key, f"cannot be read from {path}: it is not {KEY_BYTES} bytes in base64; restore the file")
        self.path = path


def read_secrets(config: Config, data_dir: Path, entropy: Callable[[int], bytes]) -> Secrets:
    """The configured secrets; for the embedded database, those of the data dir, made on the first start.

    Raises `SecretMissing` with a database of one's own (a seed key that is lost, or differs, makes seeds unreadable),
    `SecretUnreadable`, or `OSError`.
    """
    embedded = not config.databases
    token = _token_key(config.token_secret.get_secret_value()) if config.token_secret else None
    seed = config.seed_key_bytes
    if not embedded and seed is None:
        raise SecretMissing("seed_key")
    if not embedded and token is None:
        raise SecretMissing("token_secret")
    return Secrets(
        token if token is not None else _kept(data_dir, "token_secret", entropy),
        seed if seed is not None else _kept(data_dir, "seed_key", entropy),
    )


def _token_key(secret: str) -> bytes:
    """A secret is any text; one that was made, and is passed on, is bytes."""
    if secret.startswith(MADE_PREFIX):
        with contextlib.suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix(MADE_PREFIX), validate=True)
    return secret.encode()


def _kept(data_dir: Path, name: str, entropy: Callable[[int], bytes]) -> bytes:
    folder = data_dir / FOLDER
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(entropy(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync_folder(folder)
    try:
        secret = base64.b64decode(path.read_bytes(), validate=True)
    except binascii.Error:
        raise SecretUnreadable(name, path) from None
    if len(secret) != KEY_BYTES:
        raise SecretUnreadable(name, path)
    return secret


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
