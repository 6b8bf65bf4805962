"""A backend for tests of the gateway: answers at once or when told to, and remembers what it was asked."""

import hashlib
from collections import deque
from collections.abc import Callable
from typing import Any

from actors.runtime.ref import Ref
from persistence.interfaces import PlayerRow
from protocol.commands import Asked, Claim, LobbyLook, Look, OpenWallet, Reached, TakeSession, Watchers, session_taken
from protocol.errors import Code, Refusal
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import BetId, PlayerId
from protocol.model import Message
from protocol.replies import (
    BalanceView,
    Done,
    ProofView,
    RoundsPage,
    StatementPage,
    WalletBalances,
    WalletChanged,
    WalletSnapshot,
)
from protocol.requests import LastRounds, Statement
from server.gateway.backend import Outbox, ReplyTo

OPENING = 1_000_000
EPOCH = 1


class FakeClock:
    """A clock that a test moves. `real_time` makes it run by itself."""

    def __init__(self, unix_ms: int = 1_800_000_000_000, seconds: float = 1_000.0) -> None:
        self.ms = unix_ms
        self.seconds = seconds

    def unix_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.ms += int(seconds * 1000)


class Numbered:
    """Entropy that never repeats and can be repeated: counted blocks of a hash."""

    def __init__(self) -> None:
        self._n = 0

    def __call__(self, size: int) -> bytes:
        self._n += 1
        return hashlib.shake_256(str(self._n).encode()).digest(size)


class FakePlayers:
    """Players in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], PlayerRow] = {}
        self.proofs: set[bytes] = set()
        self.failing: Exception | None = None

    async def register(
        self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int
    ) -> PlayerRow | None:
        if self.failing is not None:
            raise self.failing
        if proof is not None:
            if proof in self.proofs:
                return None
            self.proofs.add(proof)
        known = self.rows.get((provider, subject))
        if known is not None:
            return PlayerRow(known.id, known.name, created=False)
        row = PlayerRow(PlayerId(len(self.rows) + 1), name, created=True)
        self.rows[provider, subject] = row
        return row

    async def find(self, player: PlayerId) -> PlayerRow | None:
        return next((row for row in self.rows.values() if row.id == player), None)

    async def define_assets(self, assets: Any) -> None:
        raise AssertionError("a gateway defines no assets")


class FakeQueries:
    """Answers with empty pages, and with the `proofs` there are."""

    def __init__(self) -> None:
        self.proofs: dict[BetId, ProofView | Refusal | Exception] = {}
        self.asked: list[tuple[PlayerId | None, BetId]] = []

    async def statement(self, player: PlayerId, request: Statement) -> StatementPage | Refusal:
        return StatementPage(id=b"", asset=request.asset, balance=request.balance, rows=(), next=None)

    async def last_rounds(self, player: PlayerId, request: LastRounds) -> RoundsPage | Refusal:
        return RoundsPage(id=b"", asset=request.asset, balance=request.balance, rounds=(), next=None)

    async def poker_hand(self, player: PlayerId, request: PokerRecall) -> PokerHand | Refusal:
        return Refusal(Code.UNKNOWN_BET, {"table": request.table, "hand": request.hand})

    async def proof(self, player: PlayerId | None, bet: BetId) -> ProofView | Refusal:
        self.asked.append((player, bet))
        found = self.proofs.get(bet, Refusal(Code.UNKNOWN_BET))
        if isinstance(found, Exception):
            raise found
        return found


class FakeBackend:
    """Rooms that say yes. `held` keeps answers back until `release`."""

    def __init__(self) -> None:
        self.outbox: Outbox | None = None
        self.posted: list[tuple[Ref, object]] = []
        self.held: deque[tuple[ReplyTo, object]] = deque()
        self.hold: Callable[[object], bool] = lambda command: False
        self.wallet_seq: dict[PlayerId, int] = {}
        self.table_position = (EPOCH, 0)
        self.claims = 0
        self.answers: dict[type, Callable[[Ref, Any], object]] = {
            OpenWallet: self._wallet_snapshot,
            Look: self._snapshot,
            LobbyLook: self._lobby,
            Asked: self._asked,
            TakeSession: self._take_session,
        }

    def post(self, ref: Ref, command: object, reply_to: ReplyTo | None) -> None:
        self.posted.append((ref, command))
        if reply_to is None:
            assert isinstance(command, Watchers | Reached)
            return
        answer = self.answers[type(command)](ref, command)
        if self.hold(command):
            self.held.append((reply_to, answer))
        else:
            self._give(reply_to, answer, command)

    def release(self) -> None:
        """Give every answer that was held."""
        while self.held:
            reply_to, answer = self.held.popleft()
            reply_to(answer)

    def commands(self, kind: type) -> list[Any]:
        """What was posted of one kind."""
        return [command for _, command in self.posted if isinstance(command, kind)]

    def change_wallet(self, player: PlayerId, origin: ReplyTo | None = None) -> None:
        """Push one event of a player's wallet."""
        assert self.outbox is not None
        seq = self.wallet_seq[player] = self.wallet_seq.get(player, 0) + 1
        self.outbox.pushed(f"wallet:{player}", wallet_changed(seq), origin)

    def _give(self, reply_to: ReplyTo, answer: object, command: object) -> None:
        reply_to(answer)
        if isinstance(command, Asked) and command.request.t == "dice.bet" and self.outbox is not None:
            seq = self.wallet_seq[command.player]
            self.outbox.pushed(f"wallet:{command.player}", wallet_changed(seq), reply_to)

    def _wallet_snapshot(self, ref: Ref, command: Any) -> WalletSnapshot:
        seq = self.wallet_seq.setdefault(PlayerId(int(ref.key)), 0)
        return WalletSnapshot(stream="wallet", epoch=EPOCH, seq=seq, balances=balances())

    def _take_session(self, ref: Ref, command: TakeSession) -> dict[str, Any]:
        assert self.outbox is not None
        self.claims += 1
        taken = session_taken(command.session, Claim(EPOCH, self.claims))
        self.outbox.pushed(f"wallet:{ref.key}", taken)
        return taken

    def _snapshot(self, ref: Ref, command: Look) -> Message | dict[str, Any]:
        if ref.kind == "wallet":
            return self._wallet_snapshot(ref, command)
        epoch, seq = self.table_position
        stream = f"table:{ref.key}"
        return {"t": "fake.snapshot", "stream": stream, "epoch": epoch, "seq": seq, "viewer": command.viewer}

    def _lobby(self, ref: Ref, command: LobbyLook) -> dict[str, Any]:
        return {
            "table": str(ref.key),
            "game": "roulette",
            "variant": "european",
            "asset": "PLAY",
            "min_bet": 10,
            "max_bet": 1000,
            "max_total": 5000,
            "phase": "betting",
            "round": 1,
            "closes_at_ms": 0,
            "seated": 0,
            "history": (),
        }

    def _asked(self, ref: Ref, command: Asked) -> object:
        request: Any = command.request
        if request.t == "dice.bet":
            seq = self.wallet_seq[command.player] = self.wallet_seq.get(command.player, 0) + 1
            return dice_settled(request.id, seq)
        if request.t == "wallet.balances":
            return WalletBalances(
                id=request.id, epoch=EPOCH, seq=self.wallet_seq.get(command.player, 0), balances=balances()
            )
        return Done(id=request.id)


def balances() -> tuple[BalanceView, ...]:
    """One balance."""
    return (BalanceView(asset="PLAY", balance="cash", available=OPENING, held=0),)


def wallet_changed(seq: int, epoch: int = EPOCH) -> WalletChanged:
    """An event of a wallet's stream."""
    return WalletChanged(
        stream="wallet",
        epoch=epoch,
        seq=seq,
        asset="PLAY",
        balance="cash",
        available=OPENING,
        held=0,
        reason="stake",
        ref=bytes(16),
    )


def table_event(table: str, seq: int, epoch: int = EPOCH, size: int = 0) -> dict[str, Any]:
    """An event of a table's stream."""
    return {"t": "fake.event", "stream": f"table:{table}", "epoch": epoch, "seq": seq, "fill": bytes(size)}


def dice_settled(request_id: bytes, seq: int) -> dict[str, Any]:
    """What answers a dice bet."""
    return {
        "t": "dice.settled",
        "id": request_id,
        "roll": 5000,
        "stake": 100,
        "payout": 0,
        "multiplier": 19_800,
        "seed": 1,
        "nonce": seq,
        "jackpot": None,
        "available": OPENING,
        "held": 0,
        "epoch": EPOCH,
        "seq": seq,
    }
