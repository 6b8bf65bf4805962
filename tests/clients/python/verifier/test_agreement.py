"""The verifier and the server compute every wager of every game twice, and come to the same."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import cycle, islice
from random import Random
from typing import Any

import pytest

from actors.fairness.chain import seed_in_chain
from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.fairness.verify import NotAWager
from actors.games.catalogue import BOARD_GAMES, VERIFIABLE
from actors.games.sheets import SAMPLES
from actors.games.videopoker import hand_of as server_hand_of
from clients.python.verifier import check_proof
from clients.python.verifier.crash import bust_of
from clients.python.verifier.steps import hand_of
from protocol.games.sicbo import PAYS_KEYS
from protocol.ids import TableId
from tests.vectors.read import read_vectors

ONE_DRAW = sorted({"dice", "limbo", "plinko", "keno", "wheel", "slots"})
SEEDS = 8
"""For each wager."""
MANY_SEEDS = 400
STAKE = 1_980


def proof(game: str, seed: int, params: Any, stake: int = STAKE, table: str | None = None) -> dict[str, Any]:
    """As the server would prove it."""
    server_seed, client_seed = f"{game} {seed}", "words"
    round_: dict[str, Any] = {}
    if table is not None:
        contributions = ["somebody's", "mine"]
        mixed = client_seed_from(TableId(table), seed, commitment_of(server_seed), contributions)
        client_seed, params = mixed, {**params, "entropy": "mine"}
        round_ = {"table": table, "round": seed, "contributions": contributions}
    outcome, payout = VERIFIABLE[game].recompute(server_seed, client_seed, seed, params=params, stake=stake)
    fields: dict[str, Any] = {"game": game, "commitment": commitment_of(server_seed), "server_seed": server_seed}
    fields |= {"client_seed": client_seed, "nonce": seed, "params": params, "stake": stake}
    return {**fields, **round_, "outcome": dict(outcome), "payout": payout}


def assert_agreed(one: dict[str, Any]) -> None:
    assert [check for check in check_proof(one) if not check.ok] == []


@pytest.mark.parametrize("game", ONE_DRAW)
def test_every_wager_on_a_game_of_one_draw(game: str) -> None:
    wagers = SAMPLES[game]
    for seed, params in enumerate(islice(cycle(wagers), max(MANY_SEEDS, SEEDS * len(wagers)))):
        assert_agreed(proof(game, seed, params))


def board_wagers() -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    for game in BOARD_GAMES.values():
        for variant in game.variants:
            layout = game.layout({"variant": variant})
            recorded = {**layout.params, **game.first(layout)}
            yield game.name, recorded, sorted(layout.returns)
    pays = {key: 3 + number for number, key in enumerate(PAYS_KEYS)}
    custom = {"variant": "custom", "pays": pays}
    yield "sicbo", custom, sorted(BOARD_GAMES["sicbo"].layout(custom).returns)


@pytest.mark.parametrize(("game", "recorded", "spots"), list(board_wagers()))
def test_every_spot_of_every_layout(game: str, recorded: dict[str, Any], spots: list[str]) -> None:
    for seed in range(SEEDS * 5):
        amounts = [1 + number % 7 for number in range(len(spots))]
        wagers = [[spot, amount] for spot, amount in zip(spots, amounts, strict=True)]
        stake = sum(amounts)
        assert_agreed(proof(game, seed, {**recorded, "wagers": wagers}, stake, table="one"))


@pytest.mark.parametrize("game", sorted(BOARD_GAMES))
def test_a_spot_that_there_is_not_is_no_wager(game: str) -> None:
    [(_, recorded, spots), *_] = [one for one in board_wagers() if one[0] == game]
    one = proof(game, 1, {**recorded, "wagers": [[spots[0], 5]]}, 5, table="one")
    for spot in ("", "nowhere", "straight:38", "total:3", "total:04", "single:7", "combo:5-2", "double:0", "triple:x"):
        params = {**one["params"], "wagers": [[spot, 5]]}
        assert [check.name for check in check_proof({**one, "params": params}) if not check.ok] == ["wager"]


def test_every_shoe_that_a_round_can_begin_with() -> None:
    chance = Random(3)
    for seed in range(MANY_SEEDS):
        left = "".join(str(chance.choice((0, 1, 4, 8))) for _ in range(52))
        params = {"variant": "eight_decks", "shoe": 2, "left": left, "wagers": [["banker", 9], ["tie", 1]]}
        assert_agreed(proof("baccarat", seed, params, 10, table="one"))


def crash_proof(number: int, spot: str, stake: int, cashed_out: int | None) -> dict[str, Any]:
    """Of a round of a chain that the verifier has to walk."""
    server_seed, entropy = sha256(f"crash {number}".encode()).hexdigest(), f"entropy {number}"
    commitment, terminating = commitment_of(server_seed), seed_in_chain(server_seed, number, 0)
    mixed = client_seed_from(TableId("one"), number, commitment, [entropy])
    params: dict[str, Any] = {"variant": "classic", "wagers": [[spot, stake]], "entropy": entropy}
    params["chain"] = [1, terminating]
    if cashed_out is not None:
        params["cashed_out"] = cashed_out
    outcome, payout = VERIFIABLE["crash"].recompute(server_seed, mixed, number, params=params, stake=stake)
    seeds = {"server_seed": server_seed, "commitment": commitment, "client_seed": mixed, "nonce": number}
    round_ = {"table": "one", "round": number, "contributions": [entropy]}
    return {"game": "crash", **seeds, **round_, "params": params, "stake": stake, "outcome": outcome, "payout": payout}


def test_flights_at_every_kind_of_target_and_by_hand() -> None:
    chance, paid = Random(11), 0
    for number in range(1, MANY_SEEDS):
        target = chance.choice((101, 150, 200, chance.randint(102, 5_000), 1_000_000))
        by_hand = chance.choice((None, chance.randint(100, target - 1)))
        one = crash_proof(number, f"{chance.choice(('auto', 'hand'))}:{target}", chance.randint(1, 10**9), by_hand)
        assert_agreed(one)
        paid += one["payout"] > 0
        assert [check.name for check in check_proof({**one, "payout": one["payout"] + 1}) if not check.ok] == ["payout"]
    assert MANY_SEEDS // 5 < paid < MANY_SEEDS


@pytest.mark.parametrize("changes", [
    {"wagers": [["auto:200", 7], ["auto:300", 3]]}, {"wagers": [["red", 10]]}, {"wagers": [["auto:100", 10]]},
    {"wagers": [["auto:0200", 10]]}, {"wagers": [["auto:1000001", 10]]}, {"wagers": [["auto:200", 9]]}, {"wagers": []},
    {"wagers": [["spot:200", 10]]}, {"cashed_out": 99}, {"cashed_out": 201}, {"cashed_out": "150"},
    {"variant": "other"},
])  # fmt: skip
def test_a_bet_that_crash_does_not_have_is_no_wager(changes: dict[str, Any]) -> None:
    one = crash_proof(3, "auto:200", 10, None)
    params = {**one["params"], **changes}

    assert [check.name for check in check_proof({**one, "params": params}) if not check.ok] == ["wager"]
    with pytest.raises(NotAWager):
        VERIFIABLE["crash"].recompute(one["server_seed"], one["client_seed"], 3, params=params, stake=10)


def test_published_busts_are_those_of_the_verifier() -> None:
    published = read_vectors("pf_bustabit")
    salt = published["era_classic_1_to_10M"]["salt"]

    found = [bust_of(one["hash"], salt) for one in published["vectors"]]
    assert found == [round(one["bust"] * 100) for one in published["vectors"]]
    assert found


def steps_played(game: str, seed: int, chance: Random) -> Iterator[dict[str, Any]]:
    """Wagers with steps that lead to an end, as far as chance finds any."""
    if game == "mines":
        mines, most = chance.randint(1, 24), chance.choice((3_000, 10**9))
        tiles = [["reveal", tile] for tile in chance.sample(range(25), chance.randint(1, 25))]
        wager = {"mines": mines, "payout_max": max(most, STAKE * 25)}
        for end in range(len(tiles) + 1):
            for last in ([], [["cash_out"]], [["late"]]):
                yield {**wager, "steps": tiles[:end] + last}
    elif game == "hilo":
        said = [["skip"], ["guess", "higher"], ["guess", "lower"]]
        steps = [chance.choice(said) for _ in range(chance.choice((1, 3, 6, 52)))]
        for end in range(len(steps) + 1):
            for last in ([], [["cash_out"]], [["late"]]):
                yield {"payout_max": 10**6, "steps": steps[:end] + last}
    else:
        for held in ([], [0], [1, 3], [4, 0, 2], [0, 1, 2, 3, 4]):
            yield {"payout_max": STAKE * 800, "steps": [["draw", *held]]}
        yield {"payout_max": STAKE * 800, "steps": [["late"]]}


@pytest.mark.parametrize("game", ["mines", "hilo", "videopoker"])
def test_whatever_steps_the_server_takes_the_verifier_takes_and_no_others(game: str) -> None:
    chance, taken, refused = Random(5), 0, 0
    for seed in range(60):
        for params in steps_played(game, seed, chance):
            try:
                one = proof(game, seed, params)
            except NotAWager:
                seeds = {"server_seed": f"{game} {seed}", "commitment": commitment_of(f"{game} {seed}")}
                made_up = {"game": game, **seeds, "client_seed": "words", "nonce": seed, "params": params}
                made_up |= {"stake": STAKE, "outcome": {}, "payout": 0}
                assert [check.name for check in check_proof(made_up) if not check.ok] == ["wager"], params
                refused += 1
            else:
                assert_agreed(one)
                taken += 1
    assert taken > 100
    assert refused > 100 or game == "videopoker"


def test_hands_of_poker_have_the_same_name() -> None:
    chance = Random(7)
    hands = [chance.sample(range(52), 5) for _ in range(5_000)]
    hands += [[4 * rank + 2 for rank in ranks] for ranks in ((8, 9, 10, 11, 12), (0, 1, 2, 3, 12), (3, 4, 5, 6, 7))]
    hands += [[0, 1, 2, 3, 50], [0, 1, 2, 48, 49], [4, 9, 14, 19, 20]]

    for hand in hands:
        assert hand_of(hand).replace(" ", "_") == server_hand_of(hand)
