"""One log, readable on a terminal and JSON elsewhere, in which no secret is found."""

import asyncio
import io
import json
import logging
import re
import warnings
from collections.abc import Iterator

import pytest
import structlog

from server.observe.logs import start_logging

BET = bytes.fromhex("018f3e5c7a1b7c3d8e4f5a6b7c8d9e0f")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_put_back() -> Iterator[None]:
    root, library = logging.getLogger(), logging.getLogger("websockets")
    before = root.handlers[:], root.level, library.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before[0], before[1]
    library.setLevel(before[2])
    structlog.reset_defaults()


def entries(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_entry_is_one_line_of_json_with_what_was_bound() -> None:
    stream = io.StringIO()
    logger = start_logging("info", "auto", stream).bind(player=7, table="roulette-1")

    logger.info("bet placed", bet=BET, request=3, amount=100)

    (entry,) = entries(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(entry.pop("timestamp")))
    assert entry == {
        "event": "bet placed",
        "level": "info",
        "player": 7,
        "table": "roulette-1",
        "bet": "018f3e5c-7a1b-7c3d-8e4f-5a6b7c8d9e0f",
        "request": 3,
        "amount": 100,
    }


def test_on_a_terminal_it_is_coloured_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()

    start_logging("info", "auto", stream).info("bet placed", player=7)

    assert "bet placed" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


def test_colours_are_left_out_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()

    start_logging("info", "auto", stream).info("bet placed", player=7)

    assert "\x1b[" not in stream.getvalue()


@pytest.mark.parametrize(("form", "stream", "is_json"), [("text", io.StringIO(), False), ("json", Terminal(), True)])
def test_a_form_that_was_asked_for_is_kept_everywhere(form: str, stream: io.StringIO, is_json: bool) -> None:
    start_logging("info", "json" if form == "json" else "text", stream).info("bet placed", player=7)

    assert stream.getvalue().startswith("{") is is_json
    assert "player" in stream.getvalue()


def test_what_is_below_the_level_is_left_out_of_ours_and_the_libraries() -> None:
    stream = io.StringIO()
    logger = start_logging("warning", "json", stream)

    logger.info("ours")
    logging.getLogger("asyncio").info("theirs")
    logger.warning("ours, louder")
    logging.getLogger("asyncio").warning("theirs, louder")

    assert [entry["event"] for entry in entries(stream)] == ["ours, louder", "theirs, louder"]


@pytest.mark.parametrize("library", ["websockets.server", "asyncio", "asyncpg"])
def test_a_library_s_entry_goes_the_same_way(library: str) -> None:
    stream = io.StringIO()
    start_logging("info", "json", stream)

    logging.getLogger(library).error("lost %s", "redis://:hunter2@h")

    (entry,) = entries(stream)
    assert (entry["event"], entry["level"], entry["logger"]) == ("lost redis://:***@h", "error", library)


def test_frames_are_not_logged_even_when_every_detail_is_wanted() -> None:
    stream = io.StringIO()
    start_logging("debug", "json", stream)

    logging.getLogger("websockets.server").debug("< TEXT 'query_id=1'")
    logging.getLogger("asyncio").debug("a detail")

    assert [entry["event"] for entry in entries(stream)] == ["a detail"]


def test_a_warning_of_python_is_an_entry() -> None:
    stream = io.StringIO()
    start_logging("info", "json", stream)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("about to go", UserWarning, stacklevel=1)

    (entry,) = entries(stream)
    assert (entry["level"], entry["logger"]) == ("warning", "py.warnings")
    assert "about to go" in str(entry["event"])


def fail_holding(secret: str) -> None:
    raise ValueError(f"refused password={secret}")


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("theirs", [False, True])
def test_a_traceback_shows_neither_variables_nor_secrets(form: str, theirs: bool) -> None:
    stream = Terminal()
    logger = start_logging("info", "json" if form == "json" else "text", stream)

    secret = "hunter" + str(len(form))  # not in the source, which a traceback quotes
    try:
        fail_holding(secret)
    except ValueError:
        if theirs:
            logging.getLogger("asyncio").exception("failed")
        else:
            logger.exception("failed")

    assert "fail_holding" in stream.getvalue()
    assert "ValueError: refused password=***" in stream.getvalue()
    assert secret not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_do_not_come_out(form: str) -> None:
    stream = io.StringIO()
    logger = start_logging("debug", "json" if form == "json" else "text", stream).bind(token="hunter2")

    logger.info("login with token=hunter2", init_data="hash=hunter2", url="postgresql://u:hunter2@h/d")
    logger.error("refused", detail={"server_seed": "hunter2", "list": [{"password": "hunter2"}]})
    logging.getLogger("asyncpg").info("connecting with password='hunter2'")

    assert "hunter2" not in stream.getvalue()
    assert stream.getvalue().count("***") >= 6


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_can_forge_an_entry_or_move_the_cursor(form: str) -> None:
    stream = io.StringIO()
    logger = start_logging("info", "json" if form == "json" else "text", stream)

    logger.info("hello\n2026-01-01 [info] forged\x1b[2J", name="x\n[info] forged\x1b[2J")

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_starting_again_replaces_what_was_started() -> None:
    first, second = io.StringIO(), io.StringIO()
    start_logging("info", "json", first)
    start_logging("info", "json", second).info("ours")
    logging.getLogger("asyncio").info("theirs")

    assert first.getvalue() == ""
    assert [entry["event"] for entry in entries(second)] == ["ours", "theirs"]


async def test_an_error_that_nobody_awaited_is_an_entry() -> None:
    stream = io.StringIO()
    start_logging("info", "json", stream)

    asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": ValueError("token=hunter2")})

    (entry,) = entries(stream)
    assert (entry["event"], entry["logger"]) == ("lost", "asyncio")
    assert "hunter2" not in stream.getvalue()
