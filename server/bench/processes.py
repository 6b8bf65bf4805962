"""Processor time and memory of processes, as the Linux kernel counts them (proc(5))."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ENGINES: Final = {"postgres": "postgres", "valkey-server": "valkey"}
"""Names of programs, and what they are called here; every other program counts as the server."""
PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class _Stat:
    name: str
    parent: int
    ticks: int


def cpu_seconds(root: int, proc: Path = PROC) -> dict[str, float]:
    """Processor time so far of a process and all below it, ended ones too, by `server`, `postgres` and `valkey`."""
    stats = {int(entry.name): stat for entry in proc.iterdir() if entry.name.isdigit() and (stat := _read(entry))}
    spent: defaultdict[str, float] = defaultdict(float)
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid, stat in stats.items():
        children[stat.parent].append(pid)
    tick = os.sysconf("SC_CLK_TCK")
    below = [root]
    while below:
        pid = below.pop()
        if pid in stats:
            spent[ENGINES.get(stats[pid].name, "server")] += stats[pid].ticks / tick
        below += children[pid]
    return dict(spent)


def own_cpu_seconds(pid: int, proc: Path = PROC) -> float:
    """Processor time so far of one process, and of children that it has waited for; nothing when it has ended."""
    stat = _read(proc / str(pid))
    return 0.0 if stat is None else stat.ticks / os.sysconf("SC_CLK_TCK")


def parent_of(pid: int, proc: Path = PROC) -> int:
    """Whose child a process is; nobody's (0) when it has ended."""
    stat = _read(proc / str(pid))
    return 0 if stat is None else stat.parent


def resident_bytes(proc: Path = PROC) -> int:
    """The resident memory of this process."""
    pages = int((proc / "self" / "statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _read(entry: Path) -> _Stat | None:
    """One process; nothing when it ended meanwhile. Its time includes that of children it has waited for."""
    try:
        text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name is in parentheses, and may have some itself.
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    return _Stat(name, int(fields[1]), sum(int(field) for field in fields[11:15]))
