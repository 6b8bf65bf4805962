"""Who and when the examples are about: one guest, one clock, and seeds that were never used for anything else."""

import hashlib
from dataclasses import dataclass
from typing import Final

from actors.fairness.commitment import SERVER_SEED_ENTROPY_BYTES, commitment_of, new_server_seed
from protocol.ids import COMMAND_ID_BYTES, CommandId, PlayerId, command_id_from
from protocol.replies import BalanceView
from server.config.tables import DEFAULT_TABLES

NOW_MS: Final = 1_767_268_800_000
"""Noon of 2026-01-01, UTC."""
PLAYER: Final = PlayerId(42)
NAME: Final = "Ada"
ASSET: Final = "PLAY"
TABLE: Final = "roulette-1"
OPENING: Final = 1_000_000
LEDGER_EPOCH: Final = 7
STREAM_EPOCH: Final = LEDGER_EPOCH << 24 | len(DEFAULT_TABLES) + 1
"""Of the guest's wallet, the actor that was loaded in epoch 7 after the default tables."""
_ENTROPY_BYTES: Final = COMMAND_ID_BYTES - 6


@dataclass(frozen=True, slots=True)
class Seeds:
    """A server seed, what it was committed to by, and the client seed it is used with."""

    server_seed: str
    commitment: str
    client_seed: str


def story_bytes(what: str) -> bytes:
    """Thirty-two bytes that are the same in every run."""
    return hashlib.sha256(f"croupier example: {what}".encode()).digest()


def story_id(what: str, after_ms: int = 0) -> CommandId:
    """The id of a request that was made so long after the story's beginning."""
    return command_id_from(NOW_MS + after_ms, story_bytes(what)[:_ENTROPY_BYTES])


def story_seeds(what: str) -> Seeds:
    """Seeds of an example."""
    server_seed = new_server_seed(story_bytes(f"{what} server seed")[:SERVER_SEED_ENTROPY_BYTES])
    return Seeds(server_seed, commitment_of(server_seed), story_bytes(f"{what} client seed")[:8].hex())


def story_balance(available: int, held: int = 0) -> BalanceView:
    """The guest's play money."""
    return BalanceView(asset=ASSET, balance="cash", available=available, held=held)
