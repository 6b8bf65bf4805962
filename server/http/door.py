"""What is answered to plain HTTP: health, readiness, metrics, proofs and the start page."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from websockets.http11 import Response

from server.http.page_files import INDEX, PageFile
from server.http.proofs import ProofDoor, Say
from server.http.responses import response, text, without_body
from server.proof_json import PROOF_PREFIX

METHODS: Final = ("GET", "HEAD")
PAGE_PREFIX: Final = "/page/"
PAGE_CACHE: Final = "no-cache"
"""Ask again each time: the page must fit the protocol of the server that it came from."""


class HttpDoor:
    """What is neither a WebSocket handshake nor understood by it.

    `ready` says whether new players can be served; `exposition` gives the metrics and their content type.
    """

    def __init__(
        self,
        page: Mapping[str, PageFile],
        ready: Callable[[], bool],
        exposition: Callable[[], tuple[bytes, str]],
        proofs: ProofDoor | None = None,
    ) -> None:
        self._page = page
        self._ready = ready
        self._exposition = exposition
        self._proofs = proofs

    def answer(self, method: str, target: str, address: str, say: Say) -> None:
        """Answer by `say`, once, now or later, who asks from `address`."""
        path = target.partition("?")[0]
        if self._proofs is None or not path.startswith(PROOF_PREFIX) or method not in METHODS:
            say(self.respond(method, target))
            return
        bet = path.removeprefix(PROOF_PREFIX)
        self._proofs.answer(bet, address, lambda full: say(full if method == "GET" else without_body(full)))

    def respond(self, method: str, target: str) -> Response:
        """The response to a request that needs no store; `target` as it came, query and all."""
        if method not in METHODS:
            return text(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD", ("Allow", ", ".join(METHODS)))
        full = self._get(target.partition("?")[0])
        return full if method == "GET" else without_body(full)

    def _get(self, path: str) -> Response:
        if path == "/healthz":
            return text(HTTPStatus.OK, "alive")
        if path == "/readyz":
            if self._ready():
                return text(HTTPStatus.OK, "ready")
            return text(HTTPStatus.SERVICE_UNAVAILABLE, "not ready", ("Retry-After", "1"))
        if path == "/metrics":
            body, content_type = self._exposition()
            return response(HTTPStatus.OK, body, content_type)
        name = INDEX if path == "/" else path.removeprefix(PAGE_PREFIX) if path.startswith(PAGE_PREFIX) else ""
        file = self._page.get(name)
        if file is None:
            return text(HTTPStatus.NOT_FOUND, "nothing is here")
        return response(HTTPStatus.OK, file.body, file.content_type, PAGE_CACHE)
