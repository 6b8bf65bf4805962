"""The base of every message on the wire: frozen, strict, and closed to unknown fields."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from protocol.money import AMOUNT_MAX


class Message(BaseModel):
    """A msgpack map with a tag `t`; every class gives its tag as a `Literal` default."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    t: Any


class Request(Message):
    """What a client sends. Its `id` is a UUIDv7 that the client keeps until it is answered."""

    room: ClassVar[str] = "gateway"
    """Which room answers: `gateway`, `wallet` and `instant` (the player's own actors) or `table`."""

    id: Annotated[bytes, Field(min_length=16, max_length=16, description="sixteen bytes of a UUIDv7")]


class Reply(Message):
    """What answers a request; `id` is the request's."""

    id: bytes


class Push(Message):
    """What the server says unasked: event `seq` of a stream. Another `epoch`, or a gap: something was missed."""

    stream: str
    epoch: int
    seq: int


Amount = Annotated[int, Field(gt=0, le=AMOUNT_MAX, description="ledger units of the asset")]
TableKey = Annotated[str, Field(min_length=1, max_length=64, description="id of a table")]
AssetCode = Annotated[str, Field(min_length=1, max_length=16, description="code of an asset, such as PLAY")]
BetKey = Annotated[bytes, Field(min_length=16, max_length=16, description="id of a bet: of the request that placed it")]
