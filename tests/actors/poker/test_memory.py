"""A snapshot of a poker table has all that wallets still have to do for it, in the middle of a hand or between two."""

from hypothesis import given
from hypothesis import strategies as st

from actors.poker.journal import Buying, Owed
from actors.poker.memory import Memory, dump_memory, load_memory
from protocol.ids import CommandId, PlayerId
from tests.support.poker import SERVER_SEED, deal_next, rules_of, table_of

ids = st.binary(min_size=16, max_size=16).map(CommandId)
amounts = st.integers(1, 2**53)
players = st.integers(1, 2**31).map(PlayerId)
buyings = st.builds(
    Buying, ids, st.binary(min_size=16, max_size=16), players, st.text(max_size=8), st.integers(0, 8), amounts,
    st.booleans(),
)  # fmt: skip
owings = st.builds(Owed, ids, players, amounts)


@given(st.lists(buyings, max_size=3), st.lists(owings, max_size=3), st.booleans(), st.integers(1, 10**9))
def test_what_waits_for_wallets_is_in_a_snapshot(buying: list[Buying], owed: list[Owed], playing: bool, n: int) -> None:
    state = table_of([5_000, 6_000, 7_000])
    if playing:
        deal_next(state)
    memory = Memory(
        state,
        {one.id: (n + at, one) for at, one in enumerate(buying)},
        {one.id: (n - at, one) for at, one in enumerate(owed)},
        n,
    )

    again = load_memory(rules_of(), n, dump_memory(memory), SERVER_SEED if playing else None)

    assert (again.buying, again.owed, again.n) == (memory.buying, memory.owed, n)
    assert again.escrow == memory.escrow
    assert dump_memory(again) == dump_memory(memory)
