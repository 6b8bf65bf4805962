"""Ann and Ben at a table of blackjack: rounds are dealt until one is as a test wants it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from actors.games.blackjack.rules import HouseRules
from actors.runtime.ref import Ref
from persistence.memory.tables import StoredBet
from protocol.commands import Look
from protocol.games.blackjack import BlackjackAct, BlackjackRaise
from protocol.ids import PlayerId
from protocol.requests import Sit
from tests.support.casino import ANN, BEN, RULES, TABLE, Casino

SEAT: Final = Ref("table", TABLE)
FUNDS: Final = 10_000
TURN_MS: Final = 5_000
HOUSE: Final = HouseRules()
BLACKJACK: Final[Mapping[str, Any]] = {
    **RULES,
    **HOUSE.params,
    "game": "blackjack",
    "variant": "shoe",
    "boxes": 5,
    "turn_ms": TURN_MS,
    "seats_max": 10,
}
ROUNDS_TRIED_MAX: Final = 60
COSTLY: Final = ("double", "split", "insure")


def seated(**rules: Any) -> Casino:
    """Ann and Ben sit at a table, and betting has begun."""
    casino = Casino(rules={**BLACKJACK, **rules})
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    return casino


def seen(casino: Casino, viewer: PlayerId | None = ANN) -> Any:
    """The table as this viewer may see it."""
    return casino.ask(SEAT, Look(viewer))


def act(casino: Casino, action: str, box: int | None = None, step: int | None = None) -> Any:
    """A request to do it with the hand whose turn it is."""
    view = seen(casino)
    kind: Any = BlackjackRaise if action in COSTLY else BlackjackAct
    return kind(
        id=casino.new_id(),
        table=TABLE,
        box=view.turn if box is None else box,
        action=action,
        step=view.step if step is None else step,
    )


def dealt(casino: Casino, *bets: tuple[PlayerId, str, int]) -> Any:
    """The table when these bets are placed and the cards are out."""
    for player, spot, amount in bets:
        assert casino.asks(player, casino.table_bet((spot, amount)))["t"] == "blackjack.placed"
    casino.wait(11_000)
    return seen(casino)


def until(casino: Casino, wanted: Callable[[Any], bool], *bets: tuple[PlayerId, str, int]) -> Any:
    """Rounds are dealt until one is as wanted; others go by without their players."""
    for _ in range(ROUNDS_TRIED_MAX):
        view = dealt(casino, *bets)
        if wanted(view):
            return view
        finish(casino)
    raise TimeoutError(f"no such round in {ROUNDS_TRIED_MAX}")


def finish(casino: Casino) -> None:
    """Let the round end, its players away, and the next one open."""
    number = seen(casino).round
    while seen(casino).round == number:
        casino.wait(1_000)


def plays(view: Any) -> bool:
    """Whether somebody has to play a hand."""
    return view.phase == "playing" and "hit" in view.actions


def rows(casino: Casino) -> list[StoredBet]:
    """All bets there are."""
    return list(casino.ledger.tables.bets.values())


def last_rows(casino: Casino, round_number: int) -> list[StoredBet]:
    """Those of one round."""
    return [bet for bet in rows(casino) if bet.round == round_number]
