"""`/proof/{bet}`: what a settled bet can be checked by, for whoever knows its id."""

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final, Protocol

from websockets.http11 import Response

from protocol.errors import CATALOGUE, Code, Refusal
from protocol.ids import BetId, is_command_id
from protocol.replies import ProofView
from server.http.responses import response, text
from server.proof_json import proof_to_json

JSON: Final = "application/json"
PROOF_CACHE: Final = "public, max-age=86400, immutable"
"""What is revealed stays as it is."""
ANY_PAGE: Final = ("Access-Control-Allow-Origin", "*")
"""Verifiers of other hosts may read it: it is public, and nothing is done by asking."""
AGAIN: Final = ("Retry-After", "1")

Say = Callable[[Response], None]


class Start(Protocol):
    """Begins work that waits for a store, or says why not."""

    def __call__(self, work: Callable[[], Coroutine[Any, Any, None]], refuse: Callable[[Refusal], None]) -> None:
        """`refuse` is told when it cannot begin, and when it fails."""


class ProofDoor:
    """`load` asks the store, `may_ask` says whether an address may have another proof now."""

    def __init__(
        self, load: Callable[[BetId], Awaitable[ProofView | Refusal]], start: Start, may_ask: Callable[[str], bool]
    ) -> None:
        self._load = load
        self._start = start
        self._may_ask = may_ask

    def answer(self, bet_id: str, address: str, say: Say) -> None:
        """Answer, now or later, who asks from `address` for the proof of a bet, whose id is in hexadecimal."""
        bet = _bet_id(bet_id)
        if bet is None:
            say(text(HTTPStatus.NOT_FOUND, "this is not the id of a bet"))
            return
        if not self._may_ask(address):
            say(text(HTTPStatus.TOO_MANY_REQUESTS, CATALOGUE[Code.RATE_LIMITED].text, AGAIN))
            return

        async def work() -> None:
            say(_response(await self._load(bet)))

        self._start(work, lambda refusal: say(_response(refusal)))


def _bet_id(said: str) -> BetId | None:
    try:
        bet = bytes.fromhex(said.replace("-", ""))
    except ValueError:
        return None
    return BetId(bet) if is_command_id(bet) else None


def _response(found: ProofView | Refusal) -> Response:
    if isinstance(found, Refusal):
        said = CATALOGUE[found.code].text
        match found.code:
            case Code.UNKNOWN_BET:
                return text(HTTPStatus.NOT_FOUND, "there is no such bet")
            case Code.BET_NOT_SETTLED | Code.ID_REUSED:
                return text(HTTPStatus.CONFLICT, said)
            case _:
                return text(HTTPStatus.SERVICE_UNAVAILABLE, said, AGAIN)
    if found.server_seed is None:
        return text(HTTPStatus.CONFLICT, "the server seed of this bet is in use; its player must rotate it first")
    return response(HTTPStatus.OK, proof_to_json(found), JSON, PROOF_CACHE, (ANY_PAGE,))
