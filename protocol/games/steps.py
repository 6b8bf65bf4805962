"""What the words of games of several steps share: a stake that stays open, steps that name it, and where it stands."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from protocol.model import BetKey, Reply, Request

STEP_MS_MAX = 600_000
"""A game whose player takes no step for so long is finished by the platform, as the rules of the game say."""
STEPS_MAX = 100
"""No game has more steps."""


class Step(Request):
    """Go on with the open game of `bet`, chosen when it had had `step` steps: at another step it is refused."""

    room: ClassVar[str] = "instant"
    bet: BetKey
    step: Annotated[int, Field(ge=0, lt=STEPS_MAX)]


class GameState(Reply):
    """A game after its start, or after a step: `payout` (stake included) is 0 until it is `over`.

    `closes_at_ms` is when the platform finishes it, 0 when it is over; `seed` and `nonce` are what it was bound to at
    its start. Money is told by the `wallet` stream.
    """

    bet: bytes
    stake: int
    step: int
    over: bool
    payout: int
    seed: int
    nonce: int
    closes_at_ms: int


def state_fields(
    tag: str, bet: bytes, stake: int, step: int, payout: int | None, seed: int, nonce: int, at: int
) -> dict[str, Any]:
    """The fields that the replies of all games of steps have but `id`; `payout` is nothing while it is open, and `at`
    (ms) the time of the last step."""
    return {
        "t": tag,
        "bet": bet,
        "stake": stake,
        "step": step,
        "over": payout is not None,
        "payout": payout or 0,
        "seed": seed,
        "nonce": nonce,
        "closes_at_ms": at + STEP_MS_MAX if payout is None else 0,
    }
