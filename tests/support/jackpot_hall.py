"""A casino that a test drives by hand, with one jackpot."""

from typing import Any

from actors.jackpots.plan import Entries, Plan
from protocol.jackpots import JackpotSnapshot, PoolView
from tests.support.casino import ANN, BEN, Casino
from tests.support.hand_driven import SHARDS
from tests.support.jackpots import POT, check_money


class Hall(Casino):
    """A casino with one jackpot, whose actors are awake; its money is looked at whenever it comes to rest."""

    def __init__(self, plan: Plan = POT, **more: Any) -> None:
        self.plan = plan
        super().__init__(jackpots=[plan], **more)
        self.open(ANN, 1_000_000)
        self.open(BEN, 1_000_000)

    def take_shards(self) -> None:
        super().take_shards()
        for ref in Entries([self.plan], SHARDS).actors():
            self.host.wake(ref)

    def settle(self) -> None:
        super().settle()
        check_money(self.ledger, self.plan)

    def pools(self) -> dict[str, PoolView]:
        state: JackpotSnapshot = self.events(f"jackpot:{self.plan.name}")[-1]
        return {pool["level"]: PoolView(**pool) for pool in state["pools"]}  # type: ignore[index]
