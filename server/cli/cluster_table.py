"""The state of a cluster as a table for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["table"]

_NODES: Final = (
    ("NODE", "address"),
    ("ID", "short_id"),
    ("STATE", "state"),
    ("PROCESSES", "processes"),
    ("ROOM", "room"),
)
_ID_SHOWN: Final = 8
_HOSTS: Final[tuple[tuple[str, str], ...]] = (
    ("HOST", "name"),
    ("NODE", "node"),
    ("STATE", "state"),
    ("DATABASE", "database"),
    ("SHARDS", "shards"),
    ("WEIGHT", "weight"),
    ("ACTORS", "actors"),
    ("MESSAGES/S", "messages_per_second"),
    ("BATCHES/S", "batches_per_second"),
    ("LINKS", "links"),
    ("LAG", "waiting"),
)
_GATEWAYS: Final = (
    ("GATEWAY", "name"),
    ("NODE", "node"),
    ("STATE", "state"),
    ("ADDRESS", "address"),
    ("SESSIONS", "sessions"),
    ("MESSAGES/S", "messages_per_second"),
    ("PUSHES/S", "pushes_per_second"),
    ("ANSWER MS", "answer_ms"),
    ("LAG", "waiting"),
)


def table(status: Mapping[str, Any]) -> str:
    """Lines of text: the cluster, its nodes, its hosts, its gateways."""
    cluster, shards, work = status["cluster"], status["shards"], status["work"]
    total = shards["owned"] + shards["unowned"]
    directory = f"the {_ordinal(cluster['generation'])} directory, on {cluster['directory_node']}"
    lines = [
        f"cluster {cluster['name']}, release {cluster['release']}; {directory}",
        f"shards: {shards['owned']} of {total} on hosts, {shards['moving']} moving",
    ]
    if work["what"]:
        state = "under way" if work["running"] else f"failed: {work['error']}" if work["error"] else "done"
        lines.append(f"{work['what']}: {state}{'; ' + work['done'] if work['done'] else ''}")
    lines += _lacking(status)
    nodes = [{**node, "short_id": node["id"][:_ID_SHOWN]} for node in status["nodes"]]
    several = len(status["databases"]) > 1
    hosts = _HOSTS if several else tuple(column for column in _HOSTS if column[1] != "database")
    for columns, rows in ((_NODES, nodes), (hosts, status["hosts"]), (_GATEWAYS, status["gateways"])):
        lines += ["", *_rows(columns, rows)]
    return "\n".join(lines)


def _lacking(status: Mapping[str, Any]) -> list[str]:
    """Who is missing, and what is the matter."""
    missing = [f"{count} {kind if count > 1 else kind[:-1]}" for kind, count in status["missing"].items() if count]
    lines = [f"missing: {' and '.join(missing)}"] if missing else []
    return [*lines, f"trouble: {status['trouble']}"] if status["trouble"] else lines


def _rows(columns: Sequence[tuple[str, str]], processes: Sequence[Mapping[str, Any]]) -> list[str]:
    texts = [[title for title, _ in columns]]
    texts += [[_text(one.get(key)) for _, key in columns] for one in processes]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in texts]


def _text(value: object) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.1f}"
        case [str() as host, int() as port]:
            return f"{host}:{port}"
        case dict():
            return str(len(value))
    return str(value)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
