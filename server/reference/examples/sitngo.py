"""Examples of sit-and-gos: two players register, and the tournament of a default table takes them."""

from typing import Any

from actors.games.poker.changes import apply
from actors.games.poker.state import State
from actors.games.poker.table import decide
from actors.games.poker.tournament_events import Register
from actors.games.poker.view import published
from protocol.errors import Refusal
from protocol.games.sitngo import SitngoChanged, SitngoRegister, SitngoRegistered, SitngoUnregister
from protocol.ids import PlayerId
from protocol.model import Message
from server.config import SitngoSettings
from server.config.tables import DEFAULT_TABLES
from server.play import poker_rules
from server.reference.examples.played import EPOCH
from server.reference.examples.poker import OTHER, SAT_AFTER_MS
from server.reference.examples.story import NAME, NOW_MS, OPENING, PLAYER, STREAM_EPOCH, story_id


def sitngo_examples() -> tuple[Message, ...]:
    """One of each message of sit-and-gos."""
    settings = next(table for table in DEFAULT_TABLES if isinstance(table, SitngoSettings))
    state, table, price = State(poker_rules(settings)), settings.id, settings.structure.price
    shown = [
        *_registered(state, OTHER, "Bob", 4, price, 1),
        *_registered(state, PLAYER, NAME, 2, price, 3),
    ]
    changed = [one for one in shown if isinstance(one, SitngoChanged)]

    def at(what: str) -> dict[str, Any]:
        return {"id": story_id(what, SAT_AFTER_MS), "table": table}

    wallet: dict[str, Any] = {"available": OPENING - price, "held": 0, "epoch": STREAM_EPOCH, "seq": 2}
    return (
        SitngoRegister(**at("sitngo.register")),
        SitngoUnregister(**at("sitngo.unregister")),
        SitngoRegistered(**at("sitngo.register"), seat=2, amount=price, entry=5, **wallet),
        changed[-1],
    )


def _registered(state: State, player: PlayerId, name: str, seat: int, price: int, seq: int) -> list[Message]:
    """What everybody is told of a registration."""
    decided = decide(state, Register(player, name, seat, price, NOW_MS + SAT_AFTER_MS))
    if isinstance(decided, Refusal):
        raise TypeError(f"the example is refused: {decided}")
    shown: list[Message] = []
    for event in decided:
        apply(state, event)
        shown += published(state, event, f"table:{state.rules.table}", EPOCH, seq + len(shown))
    return shown
