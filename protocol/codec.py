"""Messages to bytes and back: msgpack, one map a message, nothing that could mean two things."""

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import msgpack
from pydantic import BaseModel, ValidationError

from protocol.errors import Code, ProtocolError
from protocol.model import Message

MESSAGE_BYTES_MAX: Final = 4096
NESTING_MAX: Final = 4
FIELDS_MAX: Final = 64
EVIDENCE_CHARS_MAX: Final = 120
_SCALARS: Final = frozenset({str, bytes, int, bool, float, type(None)})
_flat: Final = _SCALARS.issuperset
_FIXMAP: Final = 0x80

M = TypeVar("M", bound=Message)


def encode(message: BaseModel) -> bytes:
    """The bytes of a message; nested models become maps, tuples become arrays."""
    return _pack(message)  # type: ignore[no-any-return]


def encode_map(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a message that is a map already."""
    return _pack(fields)  # type: ignore[no-any-return]


def _fields_of(value: object) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return value.__dict__
    raise TypeError(f"{type(value).__name__} does not go on the wire")


_packer: Final = msgpack.Packer(default=_fields_of)
"""Made once: making one costs twice what packing a message does. It keeps nothing between messages."""
_pack: Final = _packer.pack


def _map_of(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ProtocolError(Code.MALFORMED, reason="a key stands twice")
    return fields


def _refuse_extension(code: int, data: bytes) -> Any:
    raise ProtocolError(Code.MALFORMED, reason="extension types are not spoken here", extension=code, bytes=len(data))


def decode(data: bytes) -> dict[str, Any]:
    """The map in these bytes, checked for form and size, not yet for meaning.

    Raises `ProtocolError` with `TOO_LARGE` (bytes or nesting) or `MALFORMED` (anything else that is not one msgpack
    map with keys of text or bytes, each once, without extension types and without bytes after it).
    """
    if len(data) > MESSAGE_BYTES_MAX:
        raise ProtocolError(Code.TOO_LARGE, bytes=len(data), bytes_max=MESSAGE_BYTES_MAX)
    try:
        fields = msgpack.unpackb(data, ext_hook=_refuse_extension, use_list=False)
        # The common message: a small map of plain values, or of rows of them, which has no other map in it, and no key
        # twice if it is as long as its header says.
        if type(fields) is dict and len(fields) == data[0] - _FIXMAP and _is_plain(fields):
            return fields
        fields = msgpack.unpackb(data, object_pairs_hook=_map_of, ext_hook=_refuse_extension, use_list=False)
    except ProtocolError:
        raise
    except msgpack.exceptions.StackError:
        raise ProtocolError(Code.TOO_LARGE, reason="nested too deep", nesting_max=NESTING_MAX) from None
    except (ValueError, TypeError, msgpack.exceptions.UnpackException) as error:
        raise ProtocolError(Code.MALFORMED, reason=str(error)[:EVIDENCE_CHARS_MAX]) from None
    if type(fields) is not dict:
        raise ProtocolError(Code.MALFORMED, reason="a message is a map", got=type(fields).__name__)
    if len(fields) > FIELDS_MAX:
        raise ProtocolError(Code.TOO_LARGE, fields=len(fields), fields_max=FIELDS_MAX)
    _check_values(fields)
    return fields


def _is_plain(fields: dict[str, Any]) -> bool:
    """Whether there are plain values and rows of them alone."""
    if _flat(map(type, fields.values())):
        return True
    for value in fields.values():
        kind = type(value)
        if kind not in _SCALARS and not (kind is tuple and _flat(map(type, value))):
            return False
    return True


def _check_values(fields: dict[str, Any]) -> None:
    """Refuse containers nested too deep and what is no plain value; breadth is bounded by the size of the message."""
    level: list[Any] = [fields]
    for _ in range(NESTING_MAX):
        values = [inner for outer in level for inner in (outer.values() if type(outer) is dict else outer)]
        level = [value for value in values if type(value) not in _SCALARS]
        for value in level:
            if type(value) is not dict and type(value) is not tuple:
                # msgpack reads timestamps, an extension, by itself.
                raise ProtocolError(Code.MALFORMED, reason="extension types are not spoken here")
        if not level:
            return
    raise ProtocolError(Code.TOO_LARGE, reason="nested too deep", nesting_max=NESTING_MAX)


class Dialect(Generic[M]):
    """The messages that may come from one side, by tag."""

    def __init__(self, models: tuple[type[M], ...]) -> None:
        self.models = {model.model_fields["t"].default: model for model in models}
        if len(self.models) != len(models):
            raise ValueError("two messages share a tag")
        self._validate = {tag: model.__pydantic_validator__.validate_python for tag, model in self.models.items()}

    def parse(self, fields: dict[str, Any]) -> M:
        """The message in this map. Raises `ProtocolError`: `UNKNOWN_TYPE`, or `INVALID_FIELD` naming the first one."""
        tag = fields.get("t")
        validate = self._validate.get(tag) if type(tag) is str else None
        if validate is None:
            raise ProtocolError(Code.UNKNOWN_TYPE, t=str(tag)[:EVIDENCE_CHARS_MAX])
        try:
            return validate(fields)  # type: ignore[no-any-return]
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise ProtocolError(
                Code.INVALID_FIELD,
                field=".".join(str(part) for part in first["loc"])[:EVIDENCE_CHARS_MAX],
                reason=first["msg"][:EVIDENCE_CHARS_MAX],
            ) from None

    def read(self, data: bytes) -> M:
        """Decode and parse in one."""
        return self.parse(decode(data))
