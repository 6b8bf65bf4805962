"""Who owns which shard, in memory: epochs begin and end, and shards move between them, as in PostgreSQL."""

from collections import Counter
from collections.abc import Iterable, Sequence

from persistence.interfaces import Fenced, Owner, Rejected, StillOwned
from persistence.memory.tables import StoredAccount, StoredEpoch, Tables
from protocol.ids import Epoch, ShardId
from protocol.money import ASSETS_MAX, STANDING, house_account


class Ownership:
    """Changes the rows of epochs and shards. Each method is what that of the same name does in `Ledger`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._versions: Counter[ShardId] = Counter()

    def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`."""
        tables = self._tables
        self._check(shards)
        for owner in {tables.shards[shard] for shard in shards}:
            if owner is not None:
                self.end_epoch(owner)
        epoch = self._insert(host)
        self._give(epoch, shards)
        home = min(shards)
        for asset in range(ASSETS_MAX):
            for kind in STANDING:
                house = house_account(asset, kind, home)
                tables.accounts.setdefault(house, StoredAccount(house, 0, 0, 0, 0, None))
        return epoch

    def open_epoch(self, host: str) -> Epoch:
        """See `Ledger.open_epoch`."""
        for stored in list(self._tables.epochs.values()):
            if stored.host == host:
                self.end_epoch(stored.id)
        return self._insert(host)

    def _insert(self, host: str) -> Epoch:
        epoch = Epoch(len(self._tables.epochs) + 1)
        self._tables.epochs[epoch] = StoredEpoch(epoch, 0, host, False)
        return epoch

    def end_epoch(self, epoch: Epoch) -> None:
        """See `Ledger.end_epoch`."""
        stored = self._tables.epochs.get(epoch)
        if stored is not None:
            self._tables.epochs[epoch] = stored._replace(ended=True)

    def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.acquire_shards`."""
        self._check(shards)
        self._check_current(epoch)
        owned = {shard: self._tables.shards[shard] for shard in shards}
        kept = {
            shard: owner
            for shard, owner in owned.items()
            if owner is not None and owner != epoch and not self._tables.epochs[owner].ended
        }
        if kept:
            raise StillOwned(kept)
        newer = self._insert(self._tables.epochs[epoch].host)
        self._give(newer, [*shards, *(shard for shard, owner in self._tables.shards.items() if owner == epoch)])
        self.end_epoch(epoch)
        return newer

    def release_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> None:
        """See `Ledger.release_shards`."""
        self._check(shards)
        self._check_current(epoch)
        self._give(None, [shard for shard in shards if self._tables.shards[shard] == epoch])

    def owners(self) -> dict[ShardId, Owner]:
        """See `Ledger.owners`."""
        return {shard: self._owner(shard, epoch) for shard, epoch in sorted(self._tables.shards.items())}

    def _owner(self, shard: ShardId, epoch: Epoch | None) -> Owner:
        version = self._versions[shard]
        if epoch is None:
            return Owner(None, "", True, version)
        stored = self._tables.epochs[epoch]
        return Owner(epoch, stored.host, stored.ended, version)

    def _give(self, epoch: Epoch | None, shards: Iterable[ShardId]) -> None:
        for shard in shards:
            if self._tables.shards[shard] != epoch:
                self._tables.shards[shard] = epoch
                self._versions[shard] += 1

    def _check(self, shards: Sequence[ShardId]) -> None:
        unknown = sorted(set(shards) - self._tables.shards.keys())
        if unknown or not shards:
            raise Rejected(f"of {len(self._tables.shards)} shards there is no {unknown or 'shard to take'}")

    def _check_current(self, epoch: Epoch) -> None:
        stored = self._tables.epochs.get(epoch)
        if stored is None or stored.ended:
            raise Fenced(f"epoch {epoch} has ended")
