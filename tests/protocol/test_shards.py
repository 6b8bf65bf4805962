"""Which shard a key lives on, and how shards are divided among databases."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import PlayerId, ShardId
from protocol.shards import NotAPartition, NotARange, Partition, ShardRange, shard_of_key


def ranges(*texts: str) -> tuple[ShardRange, ...]:
    return tuple(ShardRange.parse(text) for text in texts)


@given(st.integers(1, 2**62) | st.text(), st.integers(1, 4_096))
def test_a_key_lives_on_the_crc_of_its_text_modulo_the_shards(key: int | str, shards: int) -> None:
    assert shard_of_key(key, shards) == zlib.crc32(str(key).encode()) % shards


@pytest.mark.parametrize(
    ("text", "first", "last"), [("0-127", 0, 127), ("128 - 255", 128, 255), (" 7 ", 7, 7), ("3-3", 3, 3)]
)
def test_a_range_has_both_its_ends(text: str, first: int, last: int) -> None:
    parsed = ShardRange.parse(text)
    assert list(parsed) == list(range(first, last + 1))
    assert (len(parsed), ShardId(first) in parsed, ShardId(last + 1) in parsed) == (last - first + 1, True, False)
    assert ShardRange.parse(str(parsed)) == parsed


@pytest.mark.parametrize("text", ["", "-", "1-", "-1", "a-b", "1-2-3", "0..7", "5-4", "1.5", "1234567", "٣-٤"])
def test_what_is_no_range_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(NotARange) as caught:
        ShardRange.parse(text)
    assert caught.value.text == text


def test_each_shard_is_in_the_part_whose_range_has_it() -> None:
    partition = Partition(256, ranges("0-99", "100-100", "101-255"))
    assert [partition.of_shard(ShardId(shard)) for shard in (0, 99, 100, 101, 255)] == [0, 0, 1, 2, 2]
    with pytest.raises(LookupError, match="no shard 256"):
        partition.of_shard(ShardId(256))


@given(st.integers(1, 10**9))
def test_what_is_a_players_is_where_the_player_is(number: int) -> None:
    player, partition = PlayerId(number), Partition(256, ranges("0-127", "128-255"))
    part = partition.of_player(player)
    assert partition.parts[part].first <= shard_of_key(player, 256) <= partition.parts[part].last


def test_a_table_is_where_its_name_is() -> None:
    # Shard 240, as the layout of databases has it.
    assert Partition(256, ranges("0-239", "240-240", "241-255")).of_table("roulette-1") == 1


@pytest.mark.parametrize(
    ("texts", "reason", "culprit"),
    [
        (("0-127", "127-255"), "overlaps 0-127", "127-255"),
        (("0-255", "3-4"), "overlaps 0-255", "3-4"),
        (("0-100", "102-255"), "nothing holds the shards 101-101", "102-255"),
        (("1-255",), "nothing holds the shards 0-0", "1-255"),
        (("0-127", "128-256"), "the last one is 255", "128-256"),
        (("0-127",), "nothing holds the shards 128-255", None),
        ((), "nothing holds the shards 0-255", None),
    ],
)
def test_parts_that_do_not_hold_each_shard_once_are_refused(
    texts: tuple[str, ...], reason: str, culprit: str | None
) -> None:
    with pytest.raises(NotAPartition, match=reason) as caught:
        Partition(256, ranges(*texts))
    assert caught.value.culprit == (None if culprit is None else ShardRange.parse(culprit))


def test_one_part_has_everything() -> None:
    assert Partition.whole(16).parts == ranges("0-15")
