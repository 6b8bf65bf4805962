"""What is said of every live table, whatever is played at it."""

from typing import Annotated

from pydantic import Field

from server.config.fields import AssetCode, Section


class AnyTableSettings(Section):
    """A live table of any game."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    game: str
    variant: str
    asset: AssetCode
