"""Children of the benchmark: heard, told, and always ended."""

import os
from pathlib import Path

import pytest

from server.bench.child import Child, DidNotWork, ask

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


def test_a_child_hears_and_is_heard(tmp_path: Path) -> None:
    with Child("echo", ("-c", ECHO), tmp_path) as child:
        child.tell({"n": 1})

        assert child.hear(10) == {"n": 1}
        assert 0 < child.heard_after_seconds < 10


def test_a_child_is_gone_after_its_block_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Child("echo", ("-c", ECHO), tmp_path) as child:
        raise RuntimeError

    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_a_killed_child_is_stopped_without_a_word(tmp_path: Path) -> None:
    with Child("echo", ("-c", ECHO), tmp_path) as child:
        child.kill()

        with pytest.raises(DidNotWork, match="echo ended with -9"):
            child.hear(10)
        with pytest.raises(DidNotWork, match="echo has ended"):
            child.tell({})


def test_the_last_words_of_a_child_are_told(tmp_path: Path) -> None:
    with pytest.raises(DidNotWork, match=r"(?s)broken ended with 1: .*ZeroDivisionError"):
        ask("broken", ("-c", "1 / 0"), tmp_path, 10)


def test_silence_is_told(tmp_path: Path) -> None:
    with pytest.raises(DidNotWork, match=r"echo said nothing for 0\.01 s"):
        ask("echo", ("-c", ECHO), tmp_path, 0.01)


def test_what_is_no_json_is_told(tmp_path: Path) -> None:
    with pytest.raises(DidNotWork, match="said 'hello"):
        ask("greeter", ("-c", "print('hello')"), tmp_path, 10)


def test_the_callers_configuration_does_not_reach_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROUPIER_SHARDS", "7")
    show = "import json, os; print(json.dumps({'seen': [k for k in os.environ if k.startswith('CROUPIER')]}))"

    assert ask("show", ("-c", show), tmp_path, 10) == {"seen": []}


def test_a_long_line_arrives_whole_where_python_is_told_not_to_buffer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    told = (
        "import os, json; print(json.dumps({'unbuffered': os.environ.get('PYTHONUNBUFFERED'), 'long': 'x' * 500_000}))"
    )

    message = ask("long", ("-c", told), tmp_path, 20.0)

    assert message == {"unbuffered": None, "long": "x" * 500_000}
