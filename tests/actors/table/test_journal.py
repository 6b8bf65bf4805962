from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.interface import BetPlaced, BetsReturned, BettingClosed, OutcomeDrawn, RoundOpened, RoundSettled
from actors.table.journal import Left, Seated, TableEvent, read_event, write_event

NUMBERS = st.integers(0, 2**62)
TEXTS = st.text(max_size=20)
IDS: Any = st.binary(min_size=16, max_size=16)
WAGERS = st.lists(st.tuples(TEXTS, NUMBERS), max_size=4).map(tuple)
EVENTS: st.SearchStrategy[TableEvent] = st.one_of(
    st.builds(RoundOpened, NUMBERS, TEXTS, NUMBERS, NUMBERS),
    st.builds(BetPlaced, IDS, NUMBERS, TEXTS, NUMBERS, WAGERS, NUMBERS, TEXTS, NUMBERS),
    st.builds(BetsReturned, NUMBERS, st.lists(IDS, max_size=4).map(tuple), NUMBERS),
    st.builds(BettingClosed, NUMBERS, TEXTS, NUMBERS),
    st.builds(OutcomeDrawn, NUMBERS, TEXTS, st.fixed_dictionaries({"pocket": NUMBERS}), NUMBERS),
    st.builds(RoundSettled, NUMBERS, st.lists(st.tuples(IDS, NUMBERS), max_size=4).map(tuple), NUMBERS),
    st.builds(Seated, NUMBERS, TEXTS),
    st.builds(Left, st.lists(NUMBERS, max_size=4).map(tuple)),
)


@given(EVENTS)
def test_an_event_that_was_written_is_read_as_it_was(event: TableEvent) -> None:
    assert read_event(write_event(event)) == event


def test_events_are_written_as_databases_have_them() -> None:
    # Journals outlive releases: this one is read by every later version.
    written = bytes.fromhex("92a65365617465649207a3416e6e")

    assert read_event(written) == Seated(7, "Ann")  # type: ignore[arg-type]
    assert write_event(Seated(7, "Ann")) == written  # type: ignore[arg-type]


def test_an_event_that_nobody_knows_is_not_read() -> None:
    with pytest.raises(KeyError):
        read_event(write_event(Seated(7, "Ann")).replace(b"Seated", b"Stated"))  # type: ignore[arg-type]
