from collections import Counter

import pytest

from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref


@pytest.mark.parametrize(("key", "shard"), [(1, 183), (2, 13), (7, 130), (1_000_000, 221), ("roulette-1", 240)])
def test_a_key_stays_on_the_shard_that_databases_were_laid_out_by(key: int | str, shard: int) -> None:
    # CRC-32 modulo 256, as any other tool computes it.
    assert shard_of(Ref("wallet", key), 256) == shard


def test_what_belongs_to_a_player_is_on_the_players_shard() -> None:
    assert all(shard_of(Ref("wallet", key), 256) == shard_of(Ref("instant", key), 256) for key in range(1, 500))


def test_players_are_spread_over_all_shards_evenly() -> None:
    counts = Counter(shard_of(Ref("wallet", key), 256) for key in range(1, 256_001))

    assert len(counts) == 256
    assert all(900 < count < 1_100 for count in counts.values())
