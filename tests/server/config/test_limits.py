"""The limits say what they do, and each of them does something."""

import ast
from functools import cache
from pathlib import Path

import pytest

from server.config import Limits

ROOT = Path(__file__).parents[3]
RATES = [name.removesuffix("_burst_max") for name in Limits.model_fields if name.endswith("_burst_max")]


@cache
def read_by_the_server() -> set[str]:
    """The names of all attributes that the server's code reads, but for the configuration's own."""
    files = [path for path in (ROOT / "server").rglob("*.py") if "config" not in path.relative_to(ROOT).parts]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("limit", Limits.model_fields)
def test_every_limit_is_read_by_the_server(limit: str) -> None:
    assert limit in read_by_the_server()


@pytest.mark.parametrize("rate", RATES)
def test_a_burst_holds_a_second_of_its_rate(rate: str) -> None:
    with pytest.raises(ValueError, match=f"{rate}_burst_max|{rate}_per_second_max"):
        Limits.model_validate({f"{rate}_per_second_max": 500_000})


@pytest.mark.parametrize("gone", ["message_bytes_max", "guest_token_seconds"])
def test_what_limits_nothing_cannot_be_set(gone: str) -> None:
    with pytest.raises(ValueError, match=gone):
        Limits.model_validate({gone: 4_096})
