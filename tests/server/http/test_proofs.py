"""The proof of a settled bet is public to whoever knows the bet's id, once its seed is revealed."""

import asyncio
import json
from typing import Any

import pytest

from actors.fairness.verify import verify
from actors.games.catalogue import VERIFIABLE
from persistence.interfaces import Unavailable
from protocol.errors import Code, Refusal
from protocol.ids import BetId
from protocol.replies import ProofView
from server.proof_json import proof_from_json, proof_to_json
from tests.actors.fairness.test_verify import dice_proof, roulette_proof
from tests.support.gateways import House, running, until

BET = BetId(bytes.fromhex("01a3185c50007d7d97c001f63c6d5e15"))
PROOFS = {"dice": dice_proof(bet=BET), "roulette": roulette_proof(bet=BET)}


async def get(house: House, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    client = await house.socket()
    client.writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    status, *lines = (await client.read_head()).decode().strip().split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in lines), await client.reader.read()


@pytest.mark.parametrize("game", PROOFS)
async def test_a_proof_comes_as_json_that_reads_back_as_it_was(game: str) -> None:
    async with running() as house:
        house.queries.proofs[BET] = PROOFS[game]
        status, headers, body = await get(house, f"/proof/{BET.hex()}")

        assert (status, headers["Content-Type"]) == (200, "application/json")
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert json.loads(body)["bet"] == BET.hex()
        read = proof_from_json(body)
        assert proof_to_json(read) == body == proof_to_json(PROOFS[game])
        assert verify(read, VERIFIABLE[game]).ok
        assert house.queries.asked == [(None, BET)]


async def test_its_head_says_how_long_it_is() -> None:
    async with running() as house:
        house.queries.proofs[BET] = PROOFS["dice"]
        status, headers, body = await get(house, f"/proof/{BET.hex()}", "HEAD")
        _, _, whole = await get(house, f"/proof/{BET.hex()}?from=anywhere")

        assert (status, body) == (200, b"")
        assert headers["Content-Length"] == str(len(whole))


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (Refusal(Code.UNKNOWN_BET), 404, "no such bet"),
        (Refusal(Code.BET_NOT_SETTLED, {"state": "open"}), 409, "not settled yet"),
        (dice_proof(bet=BET, server_seed=None), 409, "must rotate it first"),
        (Unavailable("the database is away"), 503, "repeat"),
    ],
)
async def test_what_is_not_public_is_told_without_a_proof(
    found: ProofView | Refusal | Exception, status: int, said: str
) -> None:
    async with running() as house:
        house.queries.proofs[BET] = found
        answered, headers, body = await get(house, f"/proof/{BET.hex()}")

        assert answered == status
        assert said in body.decode()
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/proof/", "/proof/xyz", f"/proof/{'00' * 16}", f"/proof/{BET.hex()}00", "/proof"])
async def test_what_cannot_be_the_id_of_a_bet_is_not_looked_up(path: str) -> None:
    async with running() as house:
        assert (await get(house, path))[0] == 404
        assert house.queries.asked == []


async def test_an_address_may_ask_for_so_many_and_again_later() -> None:
    async with running(proofs_per_address_per_second_max=1, proofs_per_address_burst_max=3) as house:
        house.queries.proofs[BET] = PROOFS["dice"]

        answers = [await get(house, f"/proof/{BET.hex()}") for _ in range(4)]
        assert [status for status, _, _ in answers] == [200, 200, 200, 429]
        assert answers[3][1]["Retry-After"] == "1"
        assert (await get(house, "/healthz"))[0] == 200
        before = house.gateway.now_ms
        house.clock.advance(1.0)
        await until(lambda: house.gateway.now_ms > before)
        assert (await get(house, f"/proof/{BET.hex()}"))[0] == 200
        house.clock.advance(10.0)
        await until(lambda: not len(house.gateway._front.proofs))


async def test_who_hangs_up_before_the_answer_harms_nobody() -> None:
    async with running() as house:
        waiting, go_on = asyncio.Event(), asyncio.Event()

        async def slow(player: Any, bet: BetId) -> ProofView:
            waiting.set()
            await go_on.wait()
            return PROOFS["dice"]

        house.queries.proof = slow  # type: ignore[method-assign]
        client = await house.socket()
        client.writer.write(f"GET /proof/{BET.hex()} HTTP/1.1\r\nHost: x\r\n\r\nmore".encode())
        await waiting.wait()
        client.drop()
        await until(lambda: not house.gateway.handshaking)
        go_on.set()
        await (await house.connect()).ask(t="ping")

        assert house.log.calls == []


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"bet": "00"}', b'{"bet": 5}', b"\xff", b"[" * 100_000])
def test_what_is_no_proof_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        proof_from_json(text)


def test_a_proof_that_was_written_with_its_message_id_is_read_as_well() -> None:
    written = json.dumps({**json.loads(proof_to_json(PROOFS["dice"])), "id": "00" * 16}).encode()

    assert proof_from_json(written) == PROOFS["dice"].model_copy(update={"id": b""})
