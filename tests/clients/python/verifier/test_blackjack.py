"""The verifier and the server play every round of blackjack twice, and come to the same."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import pytest

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.fairness.verify import NotAWager
from actors.games.blackjack.cards import Shoe
from actors.games.blackjack.play import COSTS, Play, deal, peeked, step_of
from actors.games.blackjack.rules import rules_of
from actors.games.catalogue import VERIFIABLE
from clients.python.verifier import check_proof
from protocol.ids import TableId

ROUNDS: Final = 400
SERVER_SEED: Final = "seed of the house"
CONTRIBUTIONS: Final = ["somebody's", "mine"]


def client_seed(number: int) -> str:
    return client_seed_from(TableId("one"), number, commitment_of(SERVER_SEED), CONTRIBUTIONS)


def rules_drawn(chance: Random) -> dict[str, Any]:
    flags = ("hits_soft_17", "doubles_after_split", "surrender", "insurance", "peek")
    numbers = {"decks": chance.randint(0, 8), "hands_max": chance.randint(1, 4)}
    return {**{flag: chance.random() < 0.5 for flag in flags}, **numbers, "natural": chance.choice(("3:2", "6:5"))}


def spot_of(play: Play, action: str, box: int) -> str:
    if action == "insure" or play.turn is None:
        return f"insure{box}"
    turn, hand = play.turn
    return f"double{box}.{hand.number}" if action == "double" else f"split{box}.{len(turn.hands)}"


def played(params: Mapping[str, Any], number: int, chance: Random) -> tuple[dict[str, Any], list[list[Any]]]:
    """A round of random choices, as it is recorded, and every wager that lies on the table at its end."""
    rules = rules_of(params)
    boxes = tuple(sorted(chance.sample(range(1, 8), chance.randint(1, min(3, rules.boxes_max)))))
    shoe = Shoe(rules.decks, SERVER_SEED, client_seed(number), number)
    first, play = deal(rules, boxes, shoe)
    steps, wagers = [first], [[f"box{box}", 35 + box] for box in boxes]
    while play.stage != "over":
        if play.stage == "peek":
            step = peeked(play, shoe)
        else:
            box = next(box for box in chance.sample(boxes, len(boxes)) if play.actions(box))
            action = chance.choice(play.actions(box))
            if "split" in play.actions(box) and chance.random() < 0.7:
                action = "split"
            if action in COSTS:
                wagers.append([spot_of(play, action, box), 17])
            step = step_of(play, action, box, shoe)
        steps.append(step)
        play = play.after(step)
    return {"boxes": list(boxes), "steps": [list(step) for step in steps]}, wagers


def proof(params: Mapping[str, Any], round_: Mapping[str, Any], wagers: list[list[Any]], number: int) -> dict[str, Any]:
    """As the server would prove it; `NotAWager` where it would not."""
    stake = sum(amount for _, amount in wagers)
    bet = {**params, "wagers": wagers, "entropy": "mine"}
    outcome, payout = VERIFIABLE["blackjack"].recompute(
        SERVER_SEED, client_seed(number), number, params={**bet, "played": round_}, stake=stake
    )
    seeds = {"server_seed": SERVER_SEED, "commitment": commitment_of(SERVER_SEED), "client_seed": client_seed(number)}
    where = {"table": "one", "round": number, "nonce": number, "contributions": CONTRIBUTIONS}
    listed = {**outcome, "boxes": list(outcome["boxes"]), "steps": [list(step) for step in outcome["steps"]]}
    listed["dealer"] = list(outcome["dealer"])
    return {"game": "blackjack", **seeds, **where, "params": bet, "stake": stake, "outcome": listed, "payout": payout}


def failed(one: Mapping[str, Any]) -> list[str]:
    return [check.name for check in check_proof(one) if not check.ok]


def test_whatever_is_chosen_by_whatever_rules() -> None:
    chance, kinds = Random(11), set()
    for number in range(1, ROUNDS):
        params = rules_drawn(chance)
        round_, wagers = played(params, number, chance)
        kinds |= {spot.rstrip("0123456789.") for spot, _ in wagers}
        kinds |= {step[0] for step in round_["steps"]}
        assert failed(proof(params, round_, wagers, number)) == []
    assert kinds >= {"box", "insure", "double", "split", "hit", "stand", "surrender", "decline", "peek"}


def test_steps_that_the_server_would_not_take_are_refused_and_no_others() -> None:
    chance, refused, taken = Random(12), 0, 0
    for number in range(1, ROUNDS):
        params = rules_drawn(chance)
        round_, wagers = played(params, number, chance)
        honest = proof(params, round_, wagers, number)
        steps = [list(step) for step in round_["steps"]]
        at = chance.randrange(len(steps))
        if chance.random() < 0.3:
            del steps[at]
        else:
            name = chance.choice(("hit", "stand", "double", "split", "surrender", "insure", "decline", "peek", "fold"))
            steps[at] = [name, chance.choice((*round_["boxes"], 9)), *steps[at][2:]]
        changed = {**round_, "steps": steps}
        dishonest = {**honest, "outcome": {**honest["outcome"], "steps": steps}}
        try:
            again = proof(params, changed, wagers, number)
        except NotAWager:
            assert failed(dishonest) == ["wager"]
            refused += 1
        else:
            assert failed(again) == []
            taken += 1
    assert refused > 100
    assert taken > 20


@pytest.mark.parametrize("place", ["card", "dealer"])
def test_a_card_that_did_not_come_from_the_shoe_is_found(place: str) -> None:
    chance = Random(13)
    params = rules_drawn(chance)
    round_, wagers = played(params, 1, chance)
    one = proof(params, round_, wagers, 1)
    cards = one["outcome"]["steps"][0] if place == "card" else one["outcome"]["dealer"]
    cards[1] = "2c" if cards[1] != "2c" else "3c"

    assert failed(one) == ["outcome"]


@pytest.mark.parametrize(
    "spot",
    [
        "",
        "box",
        "box0",
        "box9",
        "box01",
        "box1.0",
        "insure1",
        "double1",
        "double1.",
        "double1.0",
        "split1.0",
        "split1.4",
    ],
)
def test_a_spot_that_there_is_not_is_no_wager(spot: str) -> None:
    params = {**rules_drawn(Random(1)), "decks": 6, "insurance": False, "hands_max": 1}
    for number in range(1, 60):
        round_, wagers = played(params, number, Random(number))
        if "double" not in str(wagers) and round_["boxes"] == [1]:
            break
    one = proof(params, round_, wagers, number)
    bad = {**one, "params": {**one["params"], "wagers": [[spot, one["stake"]]]}}

    with pytest.raises(NotAWager):
        proof(params, round_, [[spot, one["stake"]]], number)
    assert failed(bad) == ["wager"]


@pytest.mark.parametrize(
    "rule", [{"decks": 9}, {"decks": True}, {"hands_max": 0}, {"peek": 1}, {"natural": "2:1"}, {"surrender": None}]
)
def test_rules_that_no_table_has_are_no_wager(rule: dict[str, Any]) -> None:
    chance = Random(14)
    params = rules_drawn(chance)
    round_, wagers = played(params, 1, chance)
    one = proof(params, round_, wagers, 1)

    assert failed({**one, "params": {**one["params"], **rule}}) == ["wager"]
