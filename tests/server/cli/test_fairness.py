"""`croupier fairness`, as a player types it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from actors.fairness.chain import seed_in_chain
from protocol.errors import Code, Refusal
from protocol.ids import BetId
from protocol.replies import ProofView
from server.cli import main
from server.cli.errors import UserError
from server.cli.fairness import verified
from tests.actors.fairness.test_verify import dice_proof, roulette_proof
from tests.support.gateways import new_id, running
from tests.vectors.read import read_vectors

GAMES = read_vectors("pf_stake_games")
SET_A = GAMES["set_A"]
CASES = [(game, case) for game in ("dice", "roulette") for case in GAMES["set_B_even_nonces"][game]] + [
    (game, {**SET_A, "nonce": nonce, "result": result})
    for game in ("dice", "roulette")
    for nonce, result in zip(SET_A["nonces"], SET_A[game], strict=True)
]
SEEDS = ("--server-seed", "server", "--client-seed", "client", "--nonce", "7")


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["fairness", *arguments], input=stdin)


def outcome(game: str, *params: str) -> dict[str, Any]:
    options = [part for param in params for part in ("--param", param)]
    result = run("outcome", game, *SEEDS, *options)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def as_file(proof: ProofView) -> str:
    fields = {**proof.model_dump(exclude={"id", "bet"}), "bet": proof.bet.hex()}
    return json.dumps(fields)


@pytest.mark.parametrize(("game", "case"), CASES)
def test_every_published_outcome_comes_out(game: str, case: dict[str, Any]) -> None:
    result = run(
        *("outcome", game, "--server-seed", case["serverSeed"], "--client-seed", case["clientSeed"]),
        *("--nonce", str(case["nonce"])),
    )

    answer = json.loads(result.stdout)
    assert answer["result"] == case["result"]
    assert answer["game"] == game


def test_the_published_bytes_and_floats_come_out() -> None:
    case = read_vectors("pf_stake_bytes_floats")
    seeds = ("--server-seed", case["serverSeed"], "--client-seed", case["clientSeed"], "--nonce", str(case["nonce"]))

    answer = json.loads(run("floats", *seeds, "--count", "9").stdout)
    skipped = json.loads(run("floats", *seeds, "--count", "8", "--cursor", "4").stdout)

    assert answer["bytes"][:34] == case["bytes_from_cursor_0"]
    assert [round(one, 12) for one in answer["floats"]] == case["floats_12dp"]
    assert skipped == {"bytes": answer["bytes"][4:], "floats": answer["floats"][1:]}


def test_a_bet_on_dice_is_reckoned() -> None:
    roll = outcome("dice")["roll"]

    won = outcome("dice", f"target={roll - 1}", "over=true", "stake=300")
    lost = outcome("dice", f"target={roll}", "over=true", "stake=300")

    assert won["win"] is True
    assert won["payout"] == int(300 * won["multiplier"])
    assert won["outcome"] == {"roll": roll}
    assert (lost["win"], lost["payout"]) == (False, 0)
    assert "payout" not in outcome("dice", f"target={roll}", "over=false")


def test_a_bet_on_slots_is_reckoned_with_all_its_spins() -> None:
    seeds = ("--server-seed", "server", "--client-seed", "client", "--nonce", "73")
    free = json.loads(run("outcome", "slots", *seeds, "--param", "machine=aurora", "--param", "stake=40").stdout)

    first = json.loads(run("floats", *seeds, "--count", "5").stdout)["floats"]

    assert free["outcome"]["stops"] == free["stops"]
    assert free["stops"][0] == [int(33 * one) for one in first]
    assert len(free["stops"]) == len(free["multipliers"]) == 1 + 8
    assert sum(free["multipliers"]) == free["multiplier"] == free["result"] == 30.5
    assert free["payout"] == 40 * 30.5


def test_a_bet_on_roulette_is_reckoned_on_the_wheel_it_was_placed_at() -> None:
    european, american = outcome("roulette"), outcome("roulette", "variant=american")

    assert european["pocket"] == int(european["float"] * 37)
    assert american["pocket"] == int(american["float"] * 38)
    won = outcome("roulette", f"spot=straight:{european['name']}", "stake=2")
    assert (won["win"], won["payout"], won["variant"]) == (True, 72, "european")
    spots = {spot: outcome("roulette", f"spot={spot}", "stake=2")["win"] for spot in ("red", "black")}
    assert [spot for spot, win in spots.items() if win] == [european["colour"]]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("outcome", "chess", *SEEDS), "'chess' is not one of"),
        (("outcome", "dice", *SEEDS[:4]), "Missing option '--nonce'"),
        (("outcome", "dice", *SEEDS[2:]), "Missing option '--server-seed'"),
        (("outcome", "dice", *SEEDS[:4], "--nonce", "-1"), "-1 is not in the range"),
        (("outcome", "dice", *SEEDS[:4], "--nonce", "x"), "'x' is not a valid integer"),
        (("outcome", "dice", *SEEDS, "--param", "target"), "KEY=VALUE, not 'target'"),
        (("outcome", "slots", *SEEDS, "--param", "stake=6"), "a stake on orchard is a multiple of 5"),
        (("outcome", "slots", *SEEDS, "--param", "machine=none"), "orchard, caravan, aurora, not 'none'"),
        (("outcome", "dice", *SEEDS, "--param", "spot=red"), "dice has no --param spot"),
        (("outcome", "dice", *SEEDS, "--param", "target=5050"), "--param over="),
        (("outcome", "dice", *SEEDS, "--param", "stake=5"), "--param target="),
        (("outcome", "dice", *SEEDS, "--param", "target=50.5", "--param", "over=true"), "whole number from 0 to 10000"),
        (("outcome", "dice", *SEEDS, "--param", "target=0", "--param", "over=false"), "nobody can bet under 0"),
        (("outcome", "dice", *SEEDS, "--param", "target=5050", "--param", "over=yes"), "true or false, not 'yes'"),
        (("outcome", "dice", *SEEDS, "--param", "target=1", "--param", "target=2"), "target is given twice"),
        (("outcome", "roulette", *SEEDS, "--param", "variant=swiss"), "european, american, la_partage, not 'swiss'"),
        (("outcome", "roulette", *SEEDS, "--param", "spot=first_five"), "not 'first_five'"),
        (("outcome", "roulette", *SEEDS, "--param", "stake=5"), "--param spot="),
        (("outcome", "roulette", *SEEDS, "--param", "spot=red", "--param", "stake=0"), "whole number from 1"),
        (("floats", *SEEDS, "--count", "0"), "0 is not in the range"),
        (("verify", "abc"), "16 bytes in hexadecimal, not 'abc'"),
        (("verify", "00" * 15), "16 bytes in hexadecimal"),
    ],
)
def test_bad_input_ends_with_a_clear_message_and_code_2(arguments: tuple[str, ...], reason: str) -> None:
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in " ".join(result.stderr.split())


@pytest.mark.parametrize("proof", [dice_proof(), roulette_proof()], ids=["dice", "roulette"])
def test_a_settled_bet_is_verified_from_its_proof_alone(proof: ProofView, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text(as_file(proof), encoding="utf-8")

    result = run("verify", proof.bet.hex(), "--proof", str(file), "--commitment", proof.commitment)

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"], answer["failed"]) == (0, True, None)
    assert {check["name"] for check in answer["checks"]} >= {"commitment", "expected", "wager", "outcome", "payout"}


def test_a_proof_that_lies_is_named_with_exit_code_1() -> None:
    result = run("verify", "00" * 16, "--proof", "-", stdin=as_file(dice_proof(payout=413)))

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"], answer["failed"]) == (1, False, "payout")
    assert {"name": "payout", "ok": False, "said": 413, "found": 412} in answer["checks"]


def test_the_proof_of_another_bet_is_refused() -> None:
    result = run("verify", "11" * 16, "--proof", "-", stdin=as_file(dice_proof()))

    assert result.exit_code == 2
    assert f"this is the proof of bet {'00' * 16}" in result.stderr


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"bet": "00"}', '{"bet": 5}', "\xff"])
def test_a_file_that_holds_no_proof_is_refused(text: str) -> None:
    result = run("verify", "00" * 16, "--proof", "-", stdin=text)

    assert result.exit_code == 2
    assert "the file holds no proof of bet" in result.stderr


async def test_a_settled_bet_is_verified_from_a_server() -> None:
    proof = dice_proof(bet=BetId(new_id()))
    async with running() as house:
        house.queries.proofs[BetId(proof.bet)] = proof
        url = f"http://127.0.0.1:{house.port}/"
        result = await asyncio.to_thread(run, "verify", proof.bet.hex(), "--url", url)
        unknown = await asyncio.to_thread(run, "verify", new_id().hex(), "--url", url)

    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (0, True), result.output
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "answers 404: there is no such bet" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "ws://127.0.0.1:1"), "takes the address of a server"),
        (("--url", "file:///etc/passwd"), "takes the address of a server"),
        (("--url", "http://127.0.0.1:1"), "cannot ask http://127.0.0.1:1"),
        (("--url", "http://127.0.0.1:1", "--proof", "-"), "not from both"),
    ],
)
def test_a_server_that_cannot_be_asked_is_a_clear_error(arguments: tuple[str, ...], said: str) -> None:
    result = run("verify", "00" * 16, *arguments, stdin="{}")

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_data_dir_without_a_database_is_a_clear_error(tmp_path: Path) -> None:
    result = run("verify", "00" * 16, "--data-dir", str(tmp_path / "none"))

    assert result.exit_code == 2
    assert "cannot read the ledger: there is no database in" in result.stderr


async def test_a_bet_that_nobody_placed_is_refused_as_the_catalogue_says() -> None:
    async def load(bet: BetId) -> ProofView | Refusal:
        return Refusal(Code.BET_NOT_SETTLED, {"state": "open"})

    with pytest.raises(UserError, match=r"not settled yet.* state open"):
        await verified(BetId(bytes(16)), load)


async def test_a_game_that_is_not_played_here_is_refused() -> None:
    async def load(bet: BetId) -> ProofView | Refusal:
        return dice_proof(game="chess")

    with pytest.raises(UserError, match="no game 'chess'"):
        await verified(BetId(bytes(16)), load)


def test_a_bet_on_sic_bo_is_reckoned() -> None:
    dice = outcome("sicbo")["dice"]
    face = dice[0]

    won = outcome("sicbo", "variant=australia", f"spot=single:{face}", "stake=300")
    lost = outcome("sicbo", "spot=any_triple", "stake=300")

    times = {1: 2, 2: 3, 3: 13}[dice.count(face)]
    assert (won["win"], won["payout"], won["result"]) == (True, 300 * times, dice)
    assert (lost["win"], lost["payout"]) == (False, 0)


def test_a_bet_on_baccarat_is_reckoned_from_what_is_left_of_the_shoe() -> None:
    fresh, later = outcome("baccarat"), outcome("baccarat", f"left=7{'8' * 51}", "spot=player", "stake=10")
    endless = outcome("baccarat", "variant=infinite")

    assert fresh["burned"]
    assert not later["burned"]
    assert later["payout"] == {"player": 20, "banker": 0, "tie": 10}[later["winner"]]
    assert len({str(one["outcome"]) for one in (fresh, later, endless)}) == 3


def test_a_bet_on_crash_is_reckoned_as_published() -> None:
    published = read_vectors("pf_bustabit")
    [*_, case] = published["vectors"]
    salt = published["era_classic_1_to_10M"]["salt"]

    def crash(*params: str) -> dict[str, Any]:
        options = [part for param in params for part in ("--param", param)]
        result = run("outcome", "crash", "--server-seed", case["hash"], "--client-seed", salt, "--nonce", "1", *options)
        assert result.exit_code == 0, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    bust = round(case["bust"] * 100)
    assert (crash()["result"], crash()["outcome"]) == (case["bust"], {"bust": bust})
    won, lost = crash(f"target={bust}", "stake=300"), crash(f"target={bust + 1}", "stake=300")
    assert (won["win"], won["payout"]) == (True, 300 * bust // 100)
    assert (lost["win"], lost["payout"]) == (False, 0)


def test_seeds_of_a_chain_are_walked_back_to_its_terminating_hash() -> None:
    seeds = [seed_in_chain("ab" * 32, 9, number) for number in range(10)]

    def walked(*server_seeds: str, rounds: int = 9) -> tuple[int, Any]:
        given = [part for seed in server_seeds for part in ("--server-seed", seed)]
        result = run("chain", "--terminating", seeds[0], "--rounds", str(rounds), *given)
        return result.exit_code, json.loads(result.output)

    assert walked(seeds[4], seeds[5]) == (0, {"ok": True, "number": 4, "in_order": True})
    assert walked(seeds[4], seeds[6]) == (1, {"ok": False, "number": 4, "in_order": False})
    assert walked(seeds[4], rounds=3) == (1, {"ok": False, "number": None, "in_order": True})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("crash",), "a server seed of crash is hexadecimal"),
        (("crash", "--param", "stake=10"), "a bet on crash has --param target"),
        (("crash", "--param", "target=100"), "target takes a whole number from 101"),
        (("sicbo", "--param", "variant=reno"), "variant takes atlantic_city"),
        (("sicbo", "--param", "spot=red"), "a bet on sicbo has --param spot"),
        (("sicbo", "--param", "stake=10"), "a bet on sicbo has --param spot"),
        (("baccarat", "--param", "left=88"), "takes 52 digits"),
        (("sicbo", "--param", "left=88"), "sicbo has no --param left"),
    ],
)
def test_a_bad_bet_at_a_table_ends_with_a_clear_message(arguments: tuple[str, ...], message: str) -> None:
    game, *params = arguments
    result = run("outcome", game, *SEEDS, *params)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_what_a_bet_draws_of_its_jackpot_is_reckoned_level_by_level() -> None:
    numbers = outcome("jackpot")["outcome"]["numbers"]
    assert len(numbers) == 4

    for level, number in enumerate(numbers):
        most = (100 << 64) // (number + 1)
        sure = outcome("jackpot", "stake=100", f"every={min(most, 10**15)}", f"level={level}")
        assert (sure["number"], sure["win"]) == (number, True)
    assert outcome("jackpot", "stake=1", f"every={10**15}")["win"] is False
    assert outcome("jackpot", f"bet={'0a' * 16}")["outcome"]["numbers"] != numbers


@pytest.mark.parametrize("params", [("stake=5",), ("level=1",), ("stake=5", "every=9", "level=4"), ("bet=xyz",)])
def test_what_is_no_draw_of_a_jackpot_ends_with_a_clear_message(params: tuple[str, ...]) -> None:
    seeds = ("--server-seed", "server", "--client-seed", "client", "--nonce", "7")
    ended = run("outcome", "jackpot", *seeds, *(part for one in params for part in ("--param", one)))

    assert ended.exit_code == 2
    assert "--param" in ended.stderr
