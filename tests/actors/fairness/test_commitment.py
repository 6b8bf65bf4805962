"""Commitments: a hash is shown first, the seed afterwards, and anyone can compare them."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.commitment import SeedMismatch, check_committed, commitment_of, is_committed, new_server_seed

SEED = "5d43f77f53fec7d115180136105400f0fd2a1f20b681b6b54a289c207923b190"


def test_a_server_seed_is_the_hexadecimal_text_of_its_entropy() -> None:
    assert new_server_seed(bytes(range(32))) == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


@pytest.mark.parametrize("count", [0, 16, 31, 33])
def test_a_server_seed_takes_exactly_thirty_two_bytes(count: int) -> None:
    with pytest.raises(ValueError, match=f"32 bytes of entropy, not {count}"):
        new_server_seed(bytes(count))


def test_the_commitment_hashes_the_text_of_the_seed_and_not_the_bytes_it_stands_for() -> None:
    assert commitment_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert commitment_of(SEED) != hashlib.sha256(bytes.fromhex(SEED)).hexdigest()


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_only_the_seed_that_was_committed_to_is_accepted(one: bytes, other: bytes) -> None:
    commitment = commitment_of(new_server_seed(one))

    check_committed(new_server_seed(one), commitment)
    assert is_committed(new_server_seed(other), commitment) == (one == other)


def test_a_mismatch_carries_both_hashes_and_never_the_seed() -> None:
    with pytest.raises(SeedMismatch) as caught:
        check_committed(SEED, commitment_of("another"))

    assert caught.value.commitment == commitment_of("another")
    assert caught.value.found == commitment_of(SEED)
    assert SEED not in str(caught.value)


def test_a_commitment_that_is_no_hash_is_no_seeds_commitment() -> None:
    assert not is_committed(SEED, "")
    assert not is_committed(SEED, "é")
