from itertools import pairwise

import pytest

from protocol.shards import Partition, ShardRange
from server.cluster.duties import hosts_by_part


def partition(*ranges: str) -> Partition:
    parts = tuple(map(ShardRange.parse, ranges))
    return Partition(parts[-1].last + 1, parts)


HALVES = partition("0-127", "128-255")
UNEVEN = partition("0-15", "16-63", "64-255")


def test_one_database_has_all_hosts() -> None:
    assert hosts_by_part(7, partition("0-255")) == (7,)


def test_databases_of_one_size_have_as_many_hosts_each_and_the_first_one_more() -> None:
    assert [hosts_by_part(hosts, HALVES) for hosts in (2, 3, 4)] == [(1, 1), (2, 1), (2, 2)]


def test_a_database_has_hosts_by_its_shards_and_never_none() -> None:
    assert hosts_by_part(3, UNEVEN) == (1, 1, 1)
    assert hosts_by_part(16, UNEVEN) == (1, 3, 12)


def test_one_host_more_is_one_more_for_some_database_and_less_for_none() -> None:
    counts = [hosts_by_part(hosts, UNEVEN) for hosts in range(3, 40)]
    for fewer, more in pairwise(counts):
        assert sorted(new - old for old, new in zip(fewer, more, strict=True)) == [0, 0, 1]


def test_fewer_hosts_than_databases_cannot_be() -> None:
    with pytest.raises(ValueError, match="3 databases need a host each, and there are to be 2"):
        hosts_by_part(2, UNEVEN)
