"""Rooms that hold nothing: what a gateway needs around it, so that it can be measured by itself."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from actors.runtime.ref import Ref
from persistence.interfaces import PlayerRow
from protocol.commands import Look, OpenWallet
from protocol.errors import Code, Refusal
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import BetId, PlayerId
from protocol.money import Asset
from protocol.replies import BalanceView, ProofView, RoundsPage, StatementPage, WalletSnapshot
from protocol.requests import LastRounds, Statement
from server.gateway.backend import ReplyTo

EPOCH: Final = 1
SEQ_FIRST: Final = 1_000
SEQ_LAST: Final = 65_535
"""Between these, a number takes the same bytes in msgpack, so that all events are of one size."""


class QuietBackend:
    """Tables and wallets that are there, and never change by themselves."""

    def __init__(self) -> None:
        self.seq = SEQ_FIRST
        """The position of every table's stream."""

    def post(self, ref: Ref, command: object, reply_to: ReplyTo | None) -> None:
        """See `Backend.post`."""
        if reply_to is None:
            return
        if isinstance(command, OpenWallet) or (isinstance(command, Look) and ref.kind == "wallet"):
            balance = BalanceView(asset="PLAY", balance="cash", available=1_000_000, held=0)
            reply_to(WalletSnapshot(stream="wallet", epoch=EPOCH, seq=0, balances=(balance,)))
        elif isinstance(command, Look):
            reply_to({"t": "bench.snapshot", "stream": f"table:{ref.key}", "epoch": EPOCH, "seq": self.seq})
        else:
            reply_to(Refusal(Code.UNKNOWN_TYPE))


class AnyPlayers:
    """Everyone who comes is a new player, and is not kept."""

    def __init__(self) -> None:
        self._numbers = count(1)

    async def register(
        self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int
    ) -> PlayerRow | None:
        """See `Players.register`."""
        return PlayerRow(PlayerId(next(self._numbers)), name, created=True)

    async def find(self, player: PlayerId) -> PlayerRow | None:
        """See `Players.find`."""
        return None

    async def define_assets(self, assets: Sequence[Asset]) -> None:
        """See `Players.define_assets`."""


class NoSessions:
    """Sessions live in Redis, not in the gateway: here nowhere."""

    async def put(self, token_digest: bytes, session: str, player: PlayerId, name: str, seconds: int) -> None:
        """See `Sessions.put`."""

    async def take(self, token_digest: bytes) -> tuple[str, PlayerId, str] | None:
        """See `Sessions.take`."""
        return None

    async def keep(self, token_digests: Sequence[bytes], seconds: int) -> None:
        """See `Sessions.keep`."""


class NoQueries:
    """There is no past."""

    async def statement(self, player: PlayerId, request: Statement) -> StatementPage | Refusal:
        """See `Queries.statement`."""
        return Refusal(Code.UNKNOWN_ASSET)

    async def last_rounds(self, player: PlayerId, request: LastRounds) -> RoundsPage | Refusal:
        """See `Queries.last_rounds`."""
        return Refusal(Code.UNKNOWN_ASSET)

    async def poker_hand(self, player: PlayerId, request: PokerRecall) -> PokerHand | Refusal:
        """See `Queries.poker_hand`."""
        return Refusal(Code.UNKNOWN_BET)

    async def proof(self, player: PlayerId | None, bet: BetId) -> ProofView | Refusal:
        """See `Queries.proof`."""
        return Refusal(Code.UNKNOWN_BET)


def event_of(table: str, seq: int, size: int) -> dict[str, Any]:
    """An event whose message has `size` bytes, for positions from `SEQ_FIRST` to `SEQ_LAST`."""
    # A map of five, three short strings for tag and stream, two numbers, and bytes with a head of two.
    event = {"t": "bench", "stream": f"table:{table}", "epoch": EPOCH, "seq": seq, "fill": b""}
    head = 1 + sum(1 + len(key) for key in event) + 1 + len("bench") + 1 + len(f"table:{table}") + 1 + 3 + 2
    event["fill"] = bytes(size - head)
    return event
