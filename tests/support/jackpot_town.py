"""Two hosts of one ledger, players on both, the jackpot on one: each message, commit and death is in the test's hands.

What one host says to the other lies in `air` after the commit of it, until it is delivered, lost, or delivered twice.
"""

from random import Random
from typing import Any, Final

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.interface import Limits
from actors.instant.load import InstantKind
from actors.jackpots.feeder import FeederKind
from actors.jackpots.jackpot import JackpotKind
from actors.jackpots.plan import Entries, Plan
from actors.runtime.host import Host, HostLimits
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.wallet.load import WalletKind
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, OpenWallet
from protocol.errors import Code, Refusal
from protocol.games.dice import DiceBet
from protocol.ids import PlayerId, ShardId, command_id_from
from tests.support.casino import ASSETS, PLAY, account_of
from tests.support.hand_driven import NOON_MS, SHARDS, WAIT_MAX, at_once

PLAYERS: Final = tuple(PlayerId(number) for number in range(1, 9))
LIMITS: Final = Limits(min_bet=1, max_bet=5_000, max_total=5_000, exposure_max=1_000_000)


class JackpotTown:
    """The hosts, their ledger and their time. Chance is of the seed."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.rng = Random(seed)
        self.ledger = MemoryLedger(SHARDS)
        self.now_ms = NOON_MS
        self.faults: list[BaseException] = []
        self.air: list[tuple[Ref, Any, Ref]] = []
        self.entries = Entries([plan], SHARDS)
        home = shard_of(Ref("jackpot", plan.name), SHARDS)
        self.owned = [[ShardId(shard) for shard in range(SHARDS) if (shard + home) % 2 == half] for half in range(2)]
        sealer = Sealer(bytes(KEY_BYTES))
        self._kinds: dict[str, Any] = {
            "wallet": WalletKind(ASSETS, None, self.entries),
            "instant": InstantKind(ASSETS, {("dice", PLAY.code): LIMITS}, sealer, self.entries),
            "feeder": FeederKind(self.entries.plans),
            "jackpot": JackpotKind(self.entries.plans),
        }
        self.hosts: list[Host] = []
        for number in range(2):
            self.hosts.append(self._host())
            self.begin(number)
        self.rest()
        for player in PLAYERS:
            self.post(Ref("wallet", player), OpenWallet(player, ((account_of(player), 10**9),)))
        self.rest()

    def _host(self) -> Host:
        return Host(
            shards=SHARDS,
            clock=lambda: self.now_ms,
            entropy=self.rng.randbytes,
            limits=HostLimits(),
            on_fault=lambda ref, message, fault: self.faults.append(fault),
            courier=lambda ref, command, sender: self.air.append((ref, command, sender)),
        )

    def begin(self, number: int) -> None:
        """The host is new, and knows only what is written."""
        shards = self.owned[number]
        host = self.hosts[number] = self._host()
        host.begin(self.ledger.take_shards_now(f"host {number}", shards), shards)
        for ref in self.entries.actors():
            host.wake(ref)

    def post(self, ref: Ref, command: Any, sender: Any = None) -> None:
        """Hand a message to whoever has the actor."""
        self._of(ref).post(ref, command, sender)

    def bet(self, player: PlayerId, amount: int) -> None:
        """A bet, of which nobody waits for the answer."""
        made = command_id_from(self.now_ms, self.rng.randbytes(10))
        request = DiceBet(id=made, asset=PLAY.code, amount=amount, target=5_000, over=True)
        self.post(Ref("instant", player), Asked(player, "player", request))

    def read(self, number: int) -> None:
        """Load and look up what the host waits for."""
        host = self.hosts[number]
        for ref in host.take_loads(WAIT_MAX):
            host.loaded(ref, at_once(self._kinds[ref.kind].load(self.ledger, [ref])).get(ref))
        ids = host.take_lookups(WAIT_MAX)
        known = self.ledger.find_commands_now(ids)
        for one in ids:
            host.looked_up(one, known.get(one))

    def commit(self, number: int, *, is_written: bool = True, is_told: bool = True) -> bool:
        """Commit what is open: written or not, and if so, the host hears of it or dies before."""
        host = self.hosts[number]
        batch = host.take_batch()
        if batch is None:
            return False
        if is_written:
            self.ledger.commit_now(batch)
        if is_written and is_told:
            host.committed()
        else:
            host.reset(Refusal(Code.TRY_AGAIN))
            self.begin(number)
        return True

    def deliver(self, at: int) -> None:
        """Let one of those messages arrive that are in the air."""
        self.post(*self.air.pop(at))

    def rest(self, ms: int = 0) -> None:
        """Let everything arrive and be written, while so much time passes."""
        until = self.now_ms + ms
        while True:
            for number in range(2):
                self.read(number)
                self.commit(number)
            while self.air:
                self.deliver(0)
            if any(host.wants_reading or host.has_work for host in self.hosts):
                continue
            due = [at for host in self.hosts if (at := host.next_timer()) is not None and at <= until]
            if not due:
                break
            self.now_ms = max(self.now_ms, min(due))
            for host in self.hosts:
                host.run_timers()
        self.now_ms = until

    def _of(self, ref: Ref) -> Host:
        return next(host for host in self.hosts if host.owns(ref))
