"""Jackpots: which games feed them, with how much of each stake, and how pools are won. Amounts are in ledger units."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from actors.fairness.jackpot import LEVELS_MAX
from protocol.money import AMOUNT_MAX, JACKPOTS_MAX
from server.config.fields import Amount, AssetCode, Count, Section, Stake, Whole, at_least, refused
from server.config.play import InstantName

SHARE_MAX: Final = 500_000
"""Parts per million of a stake that all levels together may take: half of it."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
JackpotGame = InstantName | Literal["roulette", "sicbo", "baccarat", "crash"]


class LevelSettings(Section):
    """One pool of a jackpot."""

    name: Name
    share: Annotated[Whole, Field(ge=0, le=SHARE_MAX)]
    """Of each stake, in parts per million."""
    every: Annotated[Count, Field(le=AMOUNT_MAX)]
    """It is won once for so much that is staked, on average: the chance of a bet is its stake divided by this."""
    seed: Amount
    """What the house begins the pool with, now and after each win."""
    cap: Stake = AMOUNT_MAX
    """What the pool may grow to; what comes above goes to the pool after it."""

    @model_validator(mode="after")
    def _seed_fits(self) -> Self:
        at_least(self.cap, "cap", self.seed, "seed")
        return self


class JackpotSettings(Section):
    """A progressive jackpot over some games, in one asset."""

    name: Name
    number: Annotated[Count, Field(lt=JACKPOTS_MAX)]
    """Its number in the ledger, which must never change, and never be another jackpot's."""
    asset: AssetCode
    games: Annotated[tuple[JackpotGame, ...], Field(min_length=1)]
    levels: Annotated[tuple[LevelSettings, ...], Field(min_length=1, max_length=LEVELS_MAX)]

    @model_validator(mode="after")
    def _levels_agree(self) -> Self:
        names = [level.name for level in self.levels]
        if len(set(names)) != len(names):
            raise refused("each level has a name of its own", "levels")
        if sum(level.share for level in self.levels) > SHARE_MAX:
            raise refused(f"the shares add up to more than {SHARE_MAX} parts per million", "levels")
        return self


DEFAULT_JACKPOTS: Final = (
    JackpotSettings(
        name="orchards",
        number=1,
        asset="PLAY",
        games=("slots",),
        levels=(
            LevelSettings(name="mini", share=4_000, every=10_000_00, seed=20_00, cap=500_00),
            LevelSettings(name="major", share=3_000, every=250_000_00, seed=500_00, cap=10_000_00),
            LevelSettings(name="grand", share=3_000, every=5_000_000_00, seed=10_000_00, cap=1_000_000_00),
        ),
    ),
)
"""One over the slots, for play money."""
