"""What the configuration's sections share: a closed, frozen section, exact numbers and errors that name a key."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from protocol.money import AMOUNT_MAX


class Section(BaseModel):
    """A frozen part of the configuration that refuses keys it does not know and never quotes what it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def refused(reason: str, *key: str | int) -> PydanticCustomError:
    """Return the error for a value, or for the key below the validated section, to raise in a validator."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "key": key})


def _exact(value: object) -> object:
    # Pydantic would take 10.0 and true for whole numbers; in front of money that hides a mistake.
    if isinstance(value, float | bool):
        raise refused("must be a whole number")
    return value


Whole = Annotated[int, BeforeValidator(_exact)]
"""An integer that was written as one."""
Count = Annotated[Whole, Field(ge=1)]
Amount = Annotated[Whole, Field(ge=0, le=AMOUNT_MAX)]
"""An amount of money in the asset's ledger unit."""
Stake = Annotated[Whole, Field(ge=1, le=AMOUNT_MAX)]
"""An amount of money that is more than nothing."""
Seconds = Annotated[float, Field(gt=0, le=366 * 86_400, allow_inf_nan=False)]
Milliseconds = Annotated[Whole, Field(ge=0, le=3_600_000)]
AssetCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,11}$")]


def at_least(value: int, key: str, other: int, other_key: str) -> None:
    """Raise what names `key` unless its value is at least that of another key."""
    if value < other:
        raise refused(f"is {value}, must be at least {other_key}, which is {other}", key)
