"""Distinct types for every identity that crosses a room, and the one clock that hides in a UUIDv7."""

from typing import Final, NewType

PlayerId = NewType("PlayerId", int)
"""A positive number of at most 55 bits, given by the store when a player is first seen: accounts are made of it."""
AccountId = NewType("AccountId", int)
"""A balance in the ledger; see `protocol.money` for how it is composed."""
CommandId = NewType("CommandId", bytes)
"""Sixteen bytes of a UUIDv7 made by the client; the same id has one effect and one answer."""
BetId = CommandId
"""A bet is identified by the command that placed it."""
TableId = NewType("TableId", str)
SessionId = NewType("SessionId", str)
ShardId = NewType("ShardId", int)
Epoch = NewType("Epoch", int)
"""One tenure of one host over its shards; never reused."""

PLAYER_ID_MAX: Final = 2**55 - 1
"""An account's number is a player's with eight more bits (`protocol.money`), and must fit in an int64."""
COMMAND_ID_BYTES: Final = 16
_VERSION_7: Final = 0x70
_VARIANT_RFC: Final = 0x80
_UNIX_MS_BYTES: Final = 6


def is_command_id(value: bytes) -> bool:
    """Whether these are the sixteen bytes of a UUID of version 7 (RFC 9562)."""
    return len(value) == COMMAND_ID_BYTES and value[6] & 0xF0 == _VERSION_7 and value[8] & 0xC0 == _VARIANT_RFC


def unix_ms_of(command_id: bytes) -> int:
    """The milliseconds since 1970 that the maker of this UUIDv7 wrote into it."""
    return int.from_bytes(command_id[:_UNIX_MS_BYTES], "big")


def command_id_from(unix_ms: int, entropy: bytes) -> CommandId:
    """Compose a UUIDv7 from a time and ten random bytes (74 of their bits are used)."""
    if len(entropy) != COMMAND_ID_BYTES - _UNIX_MS_BYTES:
        raise ValueError(f"a UUIDv7 takes 10 bytes of entropy, not {len(entropy)}")
    return CommandId(
        unix_ms.to_bytes(_UNIX_MS_BYTES, "big")
        + bytes((_VERSION_7 | entropy[0] & 0x0F, entropy[1], _VARIANT_RFC | entropy[2] & 0x3F))
        + entropy[3:]
    )
