"""Blackjack of a simulated casino: what players choose, and what must come of it by other code than the game's."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any, Final

import msgpack

from clients.python.verifier.blackjack import blackjack
from clients.python.verifier.draws import Draws
from persistence.memory.tables import StoredBet
from protocol.games.blackjack import BlackjackAct, BlackjackBet, BlackjackRaise
from protocol.games.table import Wager
from protocol.ids import CommandId, PlayerId
from protocol.money import player_of
from protocol.records import BetState

GAME: Final = "blackjack"
BOXES: Final = 3
SPOTS: Final = ("box1", "box1", "box1", "box2", "box3")
"""Often the same box, so that there are bets behind."""
FREE: Final = ("hit", "stand", "surrender", "decline")
COSTLY: Final = ("double", "split", "insure")
OUT_OF_TURN: Final = 0.1
"""How often a player acts although it is another's turn."""
RARE: Final = 0.4
"""How often a player does what few cards allow, when they do."""
ABSURD: Final = 0.1
"""How often a player whose turn it is does something else than may be done."""
_HOUSES: Final[Mapping[str, Mapping[str, Any]]] = {
    "table-1": {"decks": 6, "hits_soft_17": False, "hands_max": 4, "surrender": True, "peek": True, "natural": "3:2"},
    "table-2": {"decks": 0, "hits_soft_17": True, "hands_max": 2, "surrender": False, "peek": False, "natural": "6:5"},
}


def house_of(table: str) -> dict[str, Any]:
    """What a table's settings have besides those of all games."""
    return {**_HOUSES[table], "doubles_after_split": True, "insurance": True, "boxes": BOXES, "turn_ms": 1_500}


# --- what players choose ---


def any_act(rng: Random, id: CommandId, table: str) -> BlackjackAct | BlackjackRaise:
    """Whatever comes to mind, at any time."""
    return _act(id, table, rng.randint(1, BOXES), rng.choice((*FREE, *COSTLY)), rng.randint(0, 9))


def box_bet(rng: Random, id: CommandId, table: str) -> BlackjackBet:
    """A stake that leaves something for doubles and splits."""
    return BlackjackBet(id=id, table=table, wagers=(Wager(spot=rng.choice(SPOTS), amount=rng.choice((10, 25, 100))),))


def choice(rng: Random, player: PlayerId, id: CommandId, table: str, seen: Any) -> BlackjackAct | BlackjackRaise | None:
    """What a player does who sees the table so; mostly, but not always, what may be done."""
    if seen.phase != "playing" or (seen.player != player and rng.random() >= OUT_OF_TURN):
        return None
    if rng.random() < ABSURD or not seen.actions:
        return any_act(rng, id, table)
    rare = [action for action in ("split", "insure", "surrender") if action in seen.actions]
    action = rng.choice(rare if rare and rng.random() < RARE else seen.actions)
    return _act(id, table, seen.turn, action, seen.step)


def _act(id: CommandId, table: str, box: int, action: Any, step: int) -> BlackjackAct | BlackjackRaise:
    if action in COSTLY:
        return BlackjackRaise(id=id, table=table, box=box, action=action, step=step)
    return BlackjackAct(id=id, table=table, box=box, action=action, step=step)


# --- what must come of it ---


def recomputed(
    params: Mapping[str, Any], outcome: Mapping[str, Any], seeds: tuple[str, str, int], stake: int
) -> tuple[dict[str, Any], int]:
    """The outcome and payout of a bet by its seeds and by what was chosen in the round, as any player can check it."""
    return blackjack(Draws(*seeds), {**params, "played": outcome}, stake)


def wagers_of(bet: StoredBet) -> list[tuple[str, int]]:
    """Spots and amounts."""
    return [(spot, amount) for spot, amount in msgpack.unpackb(bet.params)["wagers"]]


def is_raise(bet: StoredBet) -> bool:
    """Whether it was put down while the round was played."""
    return bet.game == GAME and not wagers_of(bet)[0][0].startswith("box")


def spots_put_down(steps: Iterable[Sequence[Any]]) -> Counter[str]:
    """On which spots there must be money for these steps: for each double, split and insurance of a round."""
    hands: Counter[int] = Counter()
    spots: Counter[str] = Counter()
    for name, box, *_ in steps:
        if name == "split":
            hands[box] += 1
            spots[f"split{box}.{hands[box]}"] += 1
        elif name in ("insure", "double"):
            spots[f"{name}{box}"] += 1
    return spots


def broken_promise(bets: Sequence[StoredBet], outcome: Mapping[str, Any]) -> str:
    """What is not as it must be of the bets of a round that is over; nothing if all is well.

    Boxes were played that somebody had bet on, and for each double, split and insurance there is one bet that was
    settled, as high as its player's stake on that box, or half of it; what was put down for nothing was returned.
    """
    settled = [bet for bet in bets if bet.state == BetState.SETTLED]
    boxes = sorted({int(spot[3:]) for bet in settled if not is_raise(bet) for spot, _ in wagers_of(bet)})
    if boxes != list(outcome["boxes"]):
        return f"boxes {outcome['boxes']} were played, and bets are on {boxes}"
    stakes: Counter[tuple[PlayerId, str]] = Counter()
    for bet in settled:
        for spot, amount in wagers_of(bet):
            stakes[player_of(bet.account), spot] += amount
    put_down: Counter[str] = Counter()
    for bet in filter(is_raise, settled):
        ((spot, amount),) = wagers_of(bet)
        action, box = spot.rstrip(".0123456789"), spot.partition(".")[0][-1]
        stake = stakes[player_of(bet.account), f"box{box}"]
        if amount != (stake // 2 if action == "insure" else stake):
            return f"{amount} is on {spot}, for a stake of {stake}"
        put_down[f"double{box}" if action == "double" else spot] += 1
    wanted = spots_put_down(outcome["steps"])
    return "" if put_down == wanted else f"{dict(put_down)} was put down, for {dict(wanted)}"


class Told:
    """What tables have told while their rounds were played."""

    def __init__(self) -> None:
        self._steps: list[tuple[tuple[str, int], int, list[Any]]] = []

    def played(self, key: tuple[str, int], event: Mapping[str, Any]) -> None:
        """An event of some steps of a round."""
        self._steps.append((key, event["step"], [list(step) for step in event["steps"]]))

    def wrong(self, outcomes: Mapping[tuple[str, int], Mapping[str, Any]]) -> list[str]:
        """Steps that were told and did not happen, by what is written of rounds."""
        return [
            f"round {key} was told as {steps} up to step {count}, and it was {outcomes[key]['steps']}"
            for key, count, steps in self._steps
            if key in outcomes and [list(one) for one in outcomes[key]["steps"]][count - len(steps) : count] != steps
        ]
