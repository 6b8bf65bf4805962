"""How poker tables wake up."""

from collections.abc import Mapping, Sequence

from actors.fairness.seal import Sealer, round_seed
from actors.games.poker.rules import Rules
from actors.poker.journal import read_event
from actors.poker.memory import apply_event, hand_in, load_memory
from actors.poker.table import PokerTable
from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from persistence.interfaces import JournalRow, Ledger, RoundRow, Unavailable
from protocol.ids import TableId
from protocol.money import Asset


class PokerKind:
    """Poker tables from their snapshot, made when their newest hand was opened or later, and what came after."""

    def __init__(self, tables: Mapping[str, Rules], assets: Sequence[Asset], sealer: Sealer) -> None:
        self._tables = tables
        self._assets = {asset.code: asset for asset in assets}
        self._sealer = sealer

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`. A table that is not configured does not exist.

        Raises `StoreError`; `Unavailable` also when another owner of the shard writes meanwhile.
        """
        known = [ref for ref in refs if ref.key in self._tables]
        journals = await ledger.load_journals([str(ref) for ref in known])
        rounds = await ledger.newest_rounds([str(ref.key) for ref in known])
        return {ref: self._table(str(ref.key), journals[str(ref)], rounds.get(str(ref.key))) for ref in known}

    def _table(self, key: str, journal: JournalRow, newest: RoundRow | None) -> PokerTable:
        rules = self._tables[key]

        def seed_of(hand: int) -> str:
            if newest is None or newest.round != hand:
                # Journal and rounds are read one after the other: only another owner can write between the two.
                raise Unavailable(f"table {key}: somebody else goes on with hand {hand}")
            return self._sealer.open(newest.sealed, round_seed(TableId(key), hand))

        number = hand_in(journal.snapshot)
        seed = seed_of(number) if number is not None else None
        memory = load_memory(rules, journal.snapshot_n, journal.snapshot, seed)
        for _, event in journal.events:
            apply_event(memory, read_event(event), seed_of)
        state = memory.state
        wanted = state.number if state.hand else state.number + 1 if state.opened else None
        seed = seed_of(wanted) if wanted is not None else None
        return PokerTable(rules, memory, seed, self._assets[rules.asset], self._sealer)
