"""Dataclasses of a table as msgpack arrays of their fields, in order: as `astuple` has them, without its copies."""

from typing import Any, Final

import msgpack


def _fields_of(value: Any) -> list[Any]:
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is None:
        raise TypeError(f"{type(value).__name__} is not kept")
    return [getattr(value, name) for name in names]


_packer: Final = msgpack.Packer(default=_fields_of)
"""Made once; it keeps nothing between values."""


def packed(value: Any) -> bytes:
    """The bytes of plain values and of dataclasses, whatever they are in. Raises `TypeError` for anything else."""
    return _packer.pack(value)  # type: ignore[no-any-return]
