"""Plain HTTP responses with the headers that every one of ours has."""

from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Response

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; "
    "frame-ancestors 'self' https://web.telegram.org https://*.telegram.org"
)
"""Everything from here and nothing inline. Telegram's web client shows Mini Apps in a frame."""
TEXT: Final = "text/plain; charset=utf-8"
NO_STORE: Final = "no-store"


def response(
    status: HTTPStatus,
    body: bytes,
    content_type: str = TEXT,
    cache_control: str = NO_STORE,
    extra: tuple[tuple[str, str], ...] = (),
) -> Response:
    """A response that ends its connection."""
    headers = Headers(
        (
            ("Date", formatdate(usegmt=True)),
            ("Connection", "close"),
            ("Content-Length", str(len(body))),
            ("Content-Type", content_type),
            ("Cache-Control", cache_control),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            *extra,
        )
    )
    return Response(status.value, status.phrase, headers, body)


def text(status: HTTPStatus, said: str, *extra: tuple[str, str]) -> Response:
    """A response of one line."""
    return response(status, f"{said}\n".encode(), extra=extra)


def without_body(full: Response) -> Response:
    """What answers HEAD: the headers of the whole."""
    return Response(full.status_code, full.reason_phrase, full.headers, b"")
