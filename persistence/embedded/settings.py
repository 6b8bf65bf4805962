"""How the embedded engines are tuned for many small bets, without ever giving durability away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["PostgresSettings", "ValkeySettings"]

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """What may be varied of PostgreSQL; sizes in MiB. `extra` overrides all but sockets and what keeps data safe."""

    shared_buffers_mib: int = 256
    max_wal_size_mib: int = 4096
    connections_max: int = 50
    extra: Mapping[str, str] = field(default_factory=dict)

    def options(self) -> dict[str, str]:
        """Return the server's settings by name, for the command line: no file of the cluster overrides those."""
        return {
            "max_connections": str(self.connections_max),
            "shared_buffers": f"{self.shared_buffers_mib}MB",
            "huge_pages": "try",
            # A checkpoint makes the next change of each page write it whole into the log, so seldom is cheaper; the
            # price is a longer recovery after a crash of PostgreSQL itself.
            "max_wal_size": f"{self.max_wal_size_mib}MB",
            "checkpoint_timeout": "15min",
            "checkpoint_completion_target": "0.9",
            # This build compresses with pglz alone, at 60 MB/s: a core is scarcer here than the disk's bandwidth.
            "wal_compression": "off",
            # Balances and shards are small tables whose rows change thousands of times a second: vacuum them often,
            # a little each time.
            "autovacuum_naptime": "10s",
            "autovacuum_vacuum_scale_factor": "0.05",
            "autovacuum_analyze_scale_factor": "0.05",
            "jit": "off",  # no statement here runs long enough to earn its compilation
            "max_logical_replication_workers": "0",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] %q%u@%d ",
            "log_checkpoints": "off",
            "log_timezone": "UTC",
            "timezone": "UTC",
            **self.extra,
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "listen_addresses": "",
            "port": "5432",
            # Relative to the cluster, which the server works in: any length of path can be bound, and only the
            # cluster's owner enters.
            "unix_socket_directories": ".",
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            "log_destination": "stderr",
        }


@dataclass(frozen=True, slots=True)
class ValkeySettings:
    """What may be varied of Valkey; sizes in MiB."""

    memory_max_mib: int = 256

    def options(self) -> dict[str, str]:
        """Return the server's settings by name."""
        return {
            "port": "0",
            "unixsocket": "valkey.sock",
            "unixsocketperm": "700",
            "protected-mode": "yes",
            "daemonize": "no",
            "dir": ".",
            "loglevel": "notice",
            # It holds only what can be rebuilt, so writing it to disk would cost and help nobody.
            "save": "",
            "appendonly": "no",
            "maxmemory": str(self.memory_max_mib * MEBIBYTE),
            # Full means refused, never forgotten: an evicted rate limit or single-use mark would let through what it
            # stood against.
            "maxmemory-policy": "noeviction",
        }
