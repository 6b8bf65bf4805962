"""Plain HTTP: health, readiness, metrics and the start page, and nothing else."""

from pathlib import Path

import pytest

from server.gateway.handshake import HEAD_BYTES_MAX
from server.http.door import HttpDoor
from server.http.page_files import PageFile, load_page
from tests.support.gateways import House, running, until

PAGE = {
    "index.html": PageFile(b"<!doctype html>", "text/html; charset=utf-8"),
    "app.js": PageFile(b"export {};", "text/javascript; charset=utf-8"),
}


def door(ready: bool = True) -> HttpDoor:
    return HttpDoor(PAGE, lambda: ready, lambda: (b"croupier_connections 0\n", "text/plain; version=1.0.0"))


@pytest.mark.parametrize(
    ("target", "body", "content_type"),
    [
        ("/", b"<!doctype html>", "text/html; charset=utf-8"),
        ("/?tgWebAppStartParam=x", b"<!doctype html>", "text/html; charset=utf-8"),
        ("/page/index.html", b"<!doctype html>", "text/html; charset=utf-8"),
        ("/page/app.js", b"export {};", "text/javascript; charset=utf-8"),
        ("/healthz", b"alive\n", "text/plain; charset=utf-8"),
        ("/readyz", b"ready\n", "text/plain; charset=utf-8"),
        ("/metrics", b"croupier_connections 0\n", "text/plain; version=1.0.0"),
    ],
)
def test_what_is_there_is_served_and_its_head_as_well(target: str, body: bytes, content_type: str) -> None:
    got, head = door().respond("GET", target), door().respond("HEAD", target)

    assert (got.status_code, got.body) == (200, body)
    assert (head.status_code, head.body) == (200, b"")
    for response in (got, head):
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Content-Length"] == str(len(body))
        assert response.headers["Connection"] == "close"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/app.js",
        "/page/",
        "/page/nothing.js",
        "/page/../door.py",
        "/page/..%2fdoor.py",
        "/page//etc/passwd",
        "//",
        "",
        "*",
        "http://casino.example/",
    ],
)
def test_there_is_nothing_else(target: str) -> None:
    assert door().respond("GET", target).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "BREW"])
def test_nothing_can_be_done_but_looking(method: str) -> None:
    response = door().respond(method, "/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_not_ready_is_said_by_the_status() -> None:
    assert door(ready=False).respond("GET", "/readyz").status_code == 503
    assert door(ready=False).respond("GET", "/healthz").status_code == 200


def test_a_folder_is_read_by_known_types_and_no_deeper(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"page")
    (tmp_path / "secret.py").write_bytes(b"code")
    (tmp_path / "README").write_bytes(b"text")
    (tmp_path / "deeper.js").mkdir()
    (tmp_path / "deeper.js" / "x.js").write_bytes(b"deep")
    page = load_page(tmp_path)

    assert page == {"index.html": PageFile(b"page", "text/html; charset=utf-8")}


# --- over a socket ---------------------------------------------------------------------------------------------------


async def fetch(house: House, request: bytes) -> tuple[bytes, bytes]:
    client = await house.socket()
    client.writer.write(request)
    head = await client.read_head()
    return head, await client.reader.read()


async def test_a_response_is_whole_and_ends_its_connection() -> None:
    async with running() as house:
        head, body = await fetch(house, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert body == b"<!doctype html>"
        head, body = await fetch(house, b"HEAD / HTTP/1.0\r\n\r\n")
        assert b"Content-Length: 15\r\n" in head
        assert body == b""


async def test_a_second_request_on_the_same_connection_is_not_answered() -> None:
    async with running() as house:
        _, body = await fetch(house, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2)

        assert body == b"alive\n"


async def test_a_body_that_nobody_asked_for_does_not_cost_the_answer() -> None:
    async with running() as house:
        client = await house.socket()
        client.writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(10):
            client.writer.write(bytes(HEAD_BYTES_MAX))
            await client.writer.drain()
        assert (await client.read_head()).startswith(b"HTTP/1.1 405 ")
        assert await client.reader.read() == b"only GET and HEAD\n"
        await until(lambda: client.writer.transport.get_write_buffer_size() == 0)
        await (await house.connect()).ask(t="ping")

        # It was not cut off in the middle of what it says, which could lose the answer: it may hang up when it likes.
        assert house.gateway.handshaking == 1


async def test_metrics_tell_what_happened() -> None:
    async with running() as house:
        client = await house.guest()
        await client.bet()
        await client.bet()
        client.send_frame(b"\xc1")
        await client.receive()
        _, body = await fetch(house, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        lines = body.decode().splitlines()

        assert "croupier_connections 1.0" in lines
        assert "croupier_sessions 1.0" in lines
        assert 'croupier_requests_total{code="0",type="dice.bet"} 2.0' in lines
        assert 'croupier_request_seconds_count{type="dice.bet"} 2.0' in lines
        assert 'croupier_messages_refused_total{code="1001"} 1.0' in lines


async def test_it_is_ready_when_what_is_behind_it_is() -> None:
    async with running() as house:
        request = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
        assert (await fetch(house, request))[0].startswith(b"HTTP/1.1 200 ")
        house.ready = False
        assert (await fetch(house, request))[0].startswith(b"HTTP/1.1 503 ")
