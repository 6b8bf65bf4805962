from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.carrier import ProcessName
from protocol.ids import ShardId
from server.cluster.plan import UNEVEN, Move, emptying, levelling, shared_out

NAMES = st.sampled_from([ProcessName(f"host-{n}") for n in range(6)])
SHARDS_MANY = 128
Layout = dict[ProcessName, set[ShardId]]
SHARDS = st.sets(st.integers(0, 63).map(ShardId), max_size=64)


@st.composite
def layouts(draw: st.DrawFn, *, hosts_min: int = 1) -> Layout:
    """Hosts and their shards; no shard twice."""
    names = sorted(draw(st.sets(NAMES, min_size=hosts_min)))
    layout: Layout = {name: set() for name in names}
    for shard in draw(SHARDS):
        layout[draw(st.sampled_from(names))].add(shard)
    return layout


WEIGHTS = st.lists(st.sampled_from([1.0, 1.0, 2.0, 5.0, 0.1, 1_000.0]), min_size=64, max_size=64)


def loads(layout: Mapping[ProcessName, set[ShardId]], weights: list[float]) -> dict[ProcessName, float]:
    return {host: sum(weights[shard] for shard in shards) for host, shards in layout.items()}


@given(layouts(), WEIGHTS)
def test_every_free_shard_goes_to_exactly_one_host(layout: Layout, weights: list[float]) -> None:
    owned = set().union(*layout.values())
    free = {ShardId(shard) for shard in range(64)} - owned
    given_out = shared_out(free, layout, lambda shard: weights[shard])
    assert sorted(shard for shards in given_out.values() for shard in shards) == sorted(free)
    assert set(given_out) <= set(layout)


@given(layouts())
def test_equal_shards_end_up_in_equal_shares_where_nobody_had_more(layout: Layout) -> None:
    empty = {host: set[ShardId]() for host in layout}
    given_out = shared_out([ShardId(shard) for shard in range(64)], empty)
    shares = [len(given_out.get(host, [])) for host in layout]
    assert max(shares) - min(shares) <= 1


@given(SHARDS)
def test_without_hosts_nobody_takes_anything(shards: set[ShardId]) -> None:
    assert shared_out(shards, {}) == {}


def carried_out(layout: Layout, moves: list[Move]) -> Layout:
    """Who has what when this was done; fails if somebody would give what he has not."""
    after = {host: set(shards) for host, shards in layout.items()}
    for shard, source, target in moves:
        after[source].remove(shard)
        after[target].add(shard)
    return after


@given(layouts(), WEIGHTS)
def test_levelling_makes_no_host_heavier_than_the_heaviest_was_and_moves_what_is_there_once(
    layout: Layout, weights: list[float]
) -> None:
    moves = levelling(layout, lambda one: weights[one])
    after = carried_out(layout, moves)
    before, levelled = loads(layout, weights), loads(after, weights)
    assert max(levelled.values()) <= max(before.values()) + 1e-6
    assert min(levelled.values()) >= min(before.values()) - 1e-6
    assert set().union(*after.values()) == set().union(*layout.values())
    assert len({move.shard for move in moves}) == len(moves)
    assert levelling(after, lambda one: weights[one]) == []


@given(layouts(hosts_min=2))
def test_equal_shards_are_levelled_to_within_one_unless_the_hosts_were_even_enough(layout: Layout) -> None:
    counts = {host: len(shards) for host, shards in layout.items()}
    even_enough = UNEVEN * sum(counts.values()) / len(counts)
    levelled = [len(shards) for shards in carried_out(layout, levelling(layout)).values()]
    if max(counts.values()) - min(counts.values()) > even_enough:
        assert max(levelled) - min(levelled) <= 1
    else:
        assert levelled == list(counts.values())


@given(st.integers(2, 4), st.data())
def test_nothing_moves_to_and_fro_while_loads_change_a_little(hosts: int, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.sampled_from([1.0, 1.5, 2.0]), min_size=SHARDS_MANY, max_size=SHARDS_MANY))
    layout: Layout = {ProcessName(f"host-{n}"): set() for n in range(hosts)}
    layout[ProcessName("host-0")] = set(map(ShardId, range(SHARDS_MANY)))
    moves = levelling(layout, lambda one: weights[one])
    assert moves
    after = carried_out(layout, moves)
    changes = data.draw(st.lists(st.floats(0.98, 1.02), min_size=SHARDS_MANY, max_size=SHARDS_MANY))
    later = [weight * change for weight, change in zip(weights, changes, strict=True)]
    assert levelling(after, lambda one: later[one]) == []


def test_shards_are_levelled_by_what_they_weigh_and_not_by_their_number() -> None:
    one, other = ProcessName("one"), ProcessName("other")
    busy = {ShardId(shard): 1_000.0 for shard in range(4)}
    idle = {ShardId(shard): 10.0 for shard in range(4, 64)}
    weight = {**busy, **idle}
    layout: Layout = {one: set(list(weight)[:32]), other: set(list(weight)[32:])}
    after = carried_out(layout, levelling(layout, weight.__getitem__))
    assert [len(busy.keys() & shards) for shards in after.values()] == [2, 2]
    assert abs(sum(map(weight.__getitem__, after[one])) - sum(map(weight.__getitem__, after[other]))) <= 100


def test_others_are_levelled_though_one_host_has_a_shard_that_is_heavier_than_all_they_have() -> None:
    heavy, full, empty = map(ProcessName, ("heavy", "full", "empty"))
    weight = {ShardId(0): 1_000.0, **{ShardId(shard): 10.0 for shard in range(1, 9)}}
    layout: Layout = {heavy: {ShardId(0)}, full: set(map(ShardId, range(1, 9))), empty: set()}
    after = carried_out(layout, levelling(layout, weight.__getitem__))
    assert [len(shards) for shards in after.values()] == [1, 4, 4]


@given(layouts(hosts_min=2), WEIGHTS)
def test_what_is_free_goes_to_those_who_carry_least(layout: Layout, weights: list[float]) -> None:
    free = {ShardId(shard) for shard in range(64)} - set().union(*layout.values())
    given_out = shared_out(free, layout, lambda one: weights[one])
    after = loads({host: shards | set(given_out.get(host, ())) for host, shards in layout.items()}, weights)
    for host, shards in given_out.items():
        lightest = min(weights[shard] for shard in shards)
        assert after[host] - lightest <= min(after.values()) + 1e-6


@given(layouts(hosts_min=2), st.data())
def test_emptying_takes_everything_away_from_one_host(layout: Layout, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(sorted(layout)))
    moves = emptying(source, layout)
    assert {move.shard for move in moves} == layout[source]
    assert all(move.source == source and move.target in layout and move.target != source for move in moves)


def test_a_heavy_shard_is_left_alone_when_moving_it_would_only_move_the_weight() -> None:
    heavy, light = ProcessName("heavy"), ProcessName("light")
    weight = {ShardId(0): 100.0, ShardId(1): 1.0}
    assert levelling({heavy: {ShardId(0)}, light: {ShardId(1)}}, weight.__getitem__) == []
