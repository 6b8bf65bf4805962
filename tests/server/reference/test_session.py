"""The worked session is what the real rooms say, not what somebody thinks they say."""

from typing import Any

import pytest

from protocol.codec import decode, encode, encode_map
from protocol.errors import Refusal
from protocol.ids import unix_ms_of
from protocol.model import Message, Request
from protocol.requests import Proof, Sit, Statement, Watch
from server.reference.examples import examples
from server.reference.session import Step, session
from tests.support.storyteller import Storyteller

GATEWAY_ALONE = {"hello", "auth.guest", "watching", "resume"}
"""What no room knows of: who it is, and which connection it is."""


def asked_at(message: Message) -> int:
    return unix_ms_of(message.__dict__["id"])


def plain(message: Any) -> dict[str, Any]:
    return decode(encode_map(message) if isinstance(message, dict) else encode(message))


async def told_by_the_rooms(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Play what the client says, let time pass where the server speaks unasked, and collect what comes."""
    house = Storyteller()
    await house.begins()
    told: list[Any] = []
    for step in steps:
        message = step.message
        if isinstance(message, Watch):
            told += await house.looks(message.stream.removeprefix("table:"), asked_at(message))
        elif message.t == "auth.guest":
            await house.opens(asked_at(message))
        elif isinstance(message, Request) and message.room != "gateway":
            told += await house.asks(message)
        elif message.t in {"roulette.closed", "roulette.spun", "roulette.settled"}:
            told += await house.until(message.__dict__["now_ms"])
        elif message.t == "roulette.bets":
            told += await house.until(house.now + 1_000)
    return [plain(message) for message in told]


async def test_every_message_of_the_rooms_is_as_the_session_shows_it() -> None:
    steps = session()
    shown = [
        plain(step.message)
        for step in steps
        if not step.from_client and step.message.t not in GATEWAY_ALONE | {"welcome"}
    ]

    assert await told_by_the_rooms(steps) == shown


async def test_the_statement_and_the_proof_are_what_the_ledger_answers() -> None:
    house = Storyteller()
    await house.begins()
    shown = examples()
    await house.opens(asked_at(shown["welcome"]))
    for tag in ("dice.bet", "fairness.rotate"):
        await house.asks(shown[tag])  # type: ignore[arg-type]
    statement, proof = shown["wallet.statement"], shown["fairness.proof"]
    assert isinstance(statement, Statement)
    assert isinstance(proof, Proof)

    page = await house.queries.statement(42, statement)  # type: ignore[arg-type]
    answer = await house.queries.proof(42, proof.bet)  # type: ignore[arg-type]

    assert page == shown["statement"]
    assert not isinstance(answer, Refusal)
    assert answer.model_copy(update={"id": proof.id}) == shown["proof"]


def test_every_answer_carries_the_id_of_a_request_before_it() -> None:
    asked: set[bytes] = set()
    for step in session():
        if step.from_client:
            asked.add(step.message.id)  # type: ignore[attr-defined]
        elif "id" in step.message.__dict__:
            assert step.message.__dict__["id"] in asked, step.message.t


def test_nothing_is_shown_twice_under_one_id() -> None:
    ids = [step.message.__dict__["id"] for step in session() if step.from_client]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("tag", sorted(examples()))
def test_an_example_survives_the_wire(tag: str) -> None:
    message = examples()[tag]

    assert type(message).model_validate(plain(message)) == message


def test_the_seat_is_taken_by_the_story_s_guest() -> None:
    assert any(isinstance(step.message, Sit) for step in session())
