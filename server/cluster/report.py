"""The state of a cluster, as its directory tells it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from actors.runtime.carrier import Node, NodeId
from server.cluster.members import Member


def state_of(member: Member) -> str:
    """How a process is: up, leaving, silent or starting."""
    pulse = member.pulse
    here = "leaving" if member.row.leaving else "up"
    return here if pulse.is_alive else "silent" if pulse.is_silent else "starting"


def described(member: Member, nodes: Mapping[NodeId, str]) -> dict[str, Any]:
    """A process: what it last said of itself, and what the directory thinks of it. `nodes` are addresses."""
    said = {name: value for name, value in member.status.items() if name != "loads"}
    return {
        **said,
        "name": member.name,
        "node": nodes.get(member.node, member.node),
        "node_id": member.node,
        "slot": member.row.slot,
        "pid": member.pid,
        "state": state_of(member),
        "silent_seconds": round(member.pulse.silent_seconds, 2),
    }


def described_nodes(
    nodes: Sequence[Node], members: Sequence[Member], closed: Collection[str], directory: NodeId
) -> list[dict[str, Any]]:
    """The nodes: how many processes each has, the directory among them, and for how many more there is room."""
    crowd = Counter(member.node for member in members)
    crowd[directory] += 1
    return [
        {
            "id": node.id,
            "address": node.address,
            "state": "drained" if node.id in closed else "up",
            "processes": crowd[node.id],
            "room": 0 if node.id in closed else node.room,
        }
        for node in nodes
    ]
