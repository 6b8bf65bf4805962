from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.carrier import ProcessName
from protocol.ids import ShardId
from server.cluster.plan import emptying, levelling, shared_out

NAMES = st.sampled_from([ProcessName(f"host-{n}") for n in range(6)])
SHARDS = st.sets(st.integers(0, 63).map(ShardId), max_size=64)


@st.composite
def layouts(draw: st.DrawFn, *, hosts_min: int = 1) -> dict[ProcessName, set[ShardId]]:
    """Hosts and their shards; no shard twice."""
    names = sorted(draw(st.sets(NAMES, min_size=hosts_min)))
    layout: dict[ProcessName, set[ShardId]] = {name: set() for name in names}
    for shard in draw(SHARDS):
        layout[draw(st.sampled_from(names))].add(shard)
    return layout


WEIGHTS = st.lists(st.sampled_from([1.0, 1.0, 2.0, 5.0, 0.1, 1_000.0]), min_size=64, max_size=64)


def loads(layout: Mapping[ProcessName, set[ShardId]], weights: list[float]) -> dict[ProcessName, float]:
    return {host: sum(weights[shard] for shard in shards) for host, shards in layout.items()}


@given(layouts(), WEIGHTS)
def test_every_free_shard_goes_to_exactly_one_host(
    layout: dict[ProcessName, set[ShardId]], weights: list[float]
) -> None:
    owned = set().union(*layout.values())
    free = {ShardId(shard) for shard in range(64)} - owned
    given_out = shared_out(free, layout, lambda shard: weights[shard])
    assert sorted(shard for shards in given_out.values() for shard in shards) == sorted(free)
    assert set(given_out) <= set(layout)


@given(layouts())
def test_equal_shards_end_up_in_equal_shares_where_nobody_had_more(layout: dict[ProcessName, set[ShardId]]) -> None:
    empty = {host: set[ShardId]() for host in layout}
    given_out = shared_out([ShardId(shard) for shard in range(64)], empty)
    shares = [len(given_out.get(host, [])) for host in layout]
    assert max(shares) - min(shares) <= 1


@given(SHARDS)
def test_without_hosts_nobody_takes_anything(shards: set[ShardId]) -> None:
    assert shared_out(shards, {}) == {}


@given(layouts(hosts_min=2), WEIGHTS)
def test_levelling_makes_no_host_heavier_than_the_heaviest_was_and_moves_what_is_there(
    layout: dict[ProcessName, set[ShardId]], weights: list[float]
) -> None:
    before = loads(layout, weights)
    after = {host: set(shards) for host, shards in layout.items()}
    for shard, source, target in levelling(layout, lambda one: weights[one]):
        after[source].remove(shard)
        after[target].add(shard)
    levelled = loads(after, weights)
    assert max(levelled.values()) <= max(before.values()) + 1e-6
    assert set().union(*after.values()) == set().union(*layout.values())
    assert levelling(after, lambda one: weights[one]) == []


@given(layouts(hosts_min=2))
def test_equal_shards_are_levelled_to_within_one(layout: dict[ProcessName, set[ShardId]]) -> None:
    counts = {host: len(shards) for host, shards in layout.items()}
    moves = levelling(layout)
    for _, source, target in moves:
        counts[source] -= 1
        counts[target] += 1
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len(moves) <= sum(map(len, layout.values()))


@given(layouts(hosts_min=2), st.data())
def test_emptying_takes_everything_away_from_one_host(
    layout: dict[ProcessName, set[ShardId]], data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(sorted(layout)))
    moves = emptying(source, layout)
    assert {move.shard for move in moves} == layout[source]
    assert all(move.source == source and move.target in layout and move.target != source for move in moves)


def test_a_heavy_shard_is_left_alone_when_moving_it_would_only_move_the_weight() -> None:
    heavy, light = ProcessName("heavy"), ProcessName("light")
    weight = {ShardId(0): 100.0, ShardId(1): 1.0}
    assert levelling({heavy: {ShardId(0)}, light: {ShardId(1)}}, weight.__getitem__) == []
