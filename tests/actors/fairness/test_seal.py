"""Seals: a seed at rest opens with the right key for its own owner, and else not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.seal import SealBroken, Sealer, SeedOwner, player_seed, round_seed
from protocol.ids import PlayerId, TableId

KEY = bytes(range(32))
NONCE = bytes(range(100, 112))
SEED = "5d43f77f53fec7d115180136105400f0fd2a1f20b681b6b54a289c207923b190"
OWNER = round_seed(TableId("roulette-1"), 7)

OTHERS = [
    round_seed(TableId("roulette-1"), 8),
    round_seed(TableId("roulette-2"), 7),
    player_seed(PlayerId(1), 7),
    player_seed(PlayerId(17), 1),
]


def test_a_seal_is_written_as_documented() -> None:
    """Computed with the AES-256-GCM of Node.js: what is stored today must open for ever."""
    sealed = (
        "016465666768696a6b6c6d6e6f7d7fea551fde61f80b51398db9520ecc73f73732bb5dc04496e1997ccb93c378f28d72a17d74a9349fc5400e"
        "9f74a8fa2f3aaadf19297318cdc89ee58db09cba70d17bd6625cd6e1523b680542d91f5f"
    )

    assert Sealer(KEY).seal(SEED, OWNER, NONCE).hex() == sealed
    assert Sealer(KEY).open(bytes.fromhex(sealed), OWNER) == SEED


@given(st.text(max_size=80), st.binary(min_size=32, max_size=32), st.binary(min_size=12, max_size=12))
def test_what_is_sealed_opens_again(seed: str, key: bytes, nonce: bytes) -> None:
    assert Sealer(key).open(Sealer(key).seal(seed, OWNER, nonce), OWNER) == seed


@pytest.mark.parametrize("other", OTHERS)
def test_a_seal_that_is_moved_to_another_owner_does_not_open(other: SeedOwner) -> None:
    sealed = Sealer(KEY).seal(SEED, OWNER, NONCE)

    with pytest.raises(SealBroken) as caught:
        Sealer(KEY).open(sealed, other)
    assert caught.value.owner == other


def test_no_two_owners_are_written_alike() -> None:
    assert len({OWNER, *OTHERS}) == 5
    assert player_seed(PlayerId(1), 11) != player_seed(PlayerId(11), 1)


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealBroken):
        Sealer(bytes(32)).open(Sealer(KEY).seal(SEED, OWNER, NONCE), OWNER)


def test_no_changed_bit_goes_unnoticed() -> None:
    sealed = Sealer(KEY).seal(SEED, OWNER, NONCE)

    for at in range(len(sealed)):
        changed = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        with pytest.raises(SealBroken):
            Sealer(KEY).open(changed, OWNER)


def test_cut_off_bytes_do_not_open() -> None:
    sealed = Sealer(KEY).seal(SEED, OWNER, NONCE)

    for count in range(len(sealed)):
        with pytest.raises(SealBroken):
            Sealer(KEY).open(sealed[:count], OWNER)


def test_neither_the_sealer_nor_its_errors_show_key_or_seed() -> None:
    sealer = Sealer(KEY)
    with pytest.raises(SealBroken) as caught:
        sealer.open(sealer.seal(SEED, OWNER, NONCE), OTHERS[0])

    for text in (repr(sealer), str(sealer), repr(caught.value)):
        assert KEY.hex() not in text
        assert repr(KEY)[2:-1] not in text
        assert SEED not in text


@pytest.mark.parametrize("count", [0, 16, 31, 33])
def test_a_key_has_thirty_two_bytes(count: int) -> None:
    with pytest.raises(ValueError, match="has 32 bytes"):
        Sealer(bytes(count))


@pytest.mark.parametrize("count", [0, 11, 13])
def test_a_nonce_has_twelve_bytes(count: int) -> None:
    with pytest.raises(ValueError, match="12 bytes"):
        Sealer(KEY).seal(SEED, OWNER, bytes(count))
