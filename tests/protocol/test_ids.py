"""Ids: which sixteen bytes are a UUID of version 7, and the time in them."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import command_id_from, is_command_id, unix_ms_of

RFC_9562_EXAMPLE = bytes.fromhex("017F22E279B07CC398C4DC0C0C07398F")

times = st.integers(0, 2**48 - 1)
entropies = st.binary(min_size=10, max_size=10)


def test_the_example_of_rfc_9562_is_read() -> None:
    """Appendix A.6: 2022-02-22 14:22:22 -05:00."""
    assert is_command_id(RFC_9562_EXAMPLE)
    assert unix_ms_of(RFC_9562_EXAMPLE) == 1_645_557_742_000


def test_the_example_of_rfc_9562_is_composed_from_its_parts() -> None:
    """Its random bits are CC3, 18C4 and DC0C0C07398F; version and variant are put over the bits where they stand."""
    entropy = bytes.fromhex("FCC3D8C4DC0C0C07398F")

    assert command_id_from(1_645_557_742_000, entropy) == RFC_9562_EXAMPLE


@given(times, entropies)
def test_a_composed_id_is_an_rfc_uuid_of_version_7_with_its_time(unix_ms: int, entropy: bytes) -> None:
    composed = command_id_from(unix_ms, entropy)

    known = uuid.UUID(bytes=composed)
    assert (known.version, known.variant) == (7, uuid.RFC_4122)
    assert is_command_id(composed)
    assert unix_ms_of(composed) == unix_ms


@given(times, entropies, times, entropies)
def test_ids_sort_by_their_time(one_ms: int, one: bytes, other_ms: int, other: bytes) -> None:
    if one_ms < other_ms:
        assert command_id_from(one_ms, one) < command_id_from(other_ms, other)


@given(st.binary(max_size=20))
def test_only_sixteen_bytes_of_version_7_are_a_command_id(value: bytes) -> None:
    known = uuid.UUID(bytes=value) if len(value) == 16 else None

    assert is_command_id(value) == (known is not None and known.version == 7 and known.variant == uuid.RFC_4122)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        RFC_9562_EXAMPLE[:15],
        RFC_9562_EXAMPLE + b"\0",
        bytes(16),
        bytes.fromhex("919108f752d143209bacf847db4148a8"),
        RFC_9562_EXAMPLE[:8] + b"\xd8" + RFC_9562_EXAMPLE[9:],
        RFC_9562_EXAMPLE[:8] + b"\x18" + RFC_9562_EXAMPLE[9:],
    ],
    ids=["none", "short", "long", "nil", "version 4", "other variant", "variant of NCS"],
)
def test_what_is_no_uuid_of_version_7_is_no_command_id(value: bytes) -> None:
    assert not is_command_id(value)


@pytest.mark.parametrize("count", [0, 9, 11, 16])
def test_an_id_takes_ten_bytes_of_entropy(count: int) -> None:
    with pytest.raises(ValueError, match=f"takes 10 bytes of entropy, not {count}"):
        command_id_from(0, bytes(count))


@pytest.mark.parametrize("unix_ms", [-1, 2**48])
def test_a_time_that_does_not_fit_is_refused(unix_ms: int) -> None:
    with pytest.raises(OverflowError):
        command_id_from(unix_ms, bytes(10))
