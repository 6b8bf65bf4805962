"""The players' entropy: every contribution counts, in its order, and nothing can be moved between them."""

from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from, client_seed_of, contribution_of, first_link, next_link
from protocol.ids import BetId, TableId

TABLE = TableId("roulette-1")
COMMITMENT = commitment_of("seed of the round")
BET = BetId(bytes.fromhex("00112233445577669988aabbccddeeff"))

contributions = st.lists(st.text(min_size=1, max_size=10), max_size=6)


def test_the_chain_is_the_documented_one() -> None:
    """Computed with `sha256sum`."""
    assert client_seed_from(TABLE, 7, COMMITMENT, ()) == (
        "e67a599ec7aec9e898642c20213ec9fe1e5f810b2c6eaa16fc2d5b412f3e7db2"
    )
    assert client_seed_from(TABLE, 7, COMMITMENT, ("my own words",)) == (
        "8c4ad1a4d928bbc8cb9febc693110fff0f7313a2a40c47790cf9c3cba5271eb1"
    )
    assert client_seed_from(TABLE, 7, COMMITMENT, ("my own words", BET.hex())) == (
        "9b817738b95beed117776e441d1f5347f53fe6713132f3f813fd751932e27733"
    )


def test_a_bet_contributes_its_players_words_or_else_its_id() -> None:
    assert contribution_of("my own words", BET) == "my own words"
    assert contribution_of("", BET) == "00112233445577669988aabbccddeeff"


@given(contributions)
def test_mixing_one_by_one_is_mixing_all_at_once(texts: list[str]) -> None:
    link = first_link(TABLE, 7, COMMITMENT)
    for text in texts:
        link = next_link(link, text)

    assert client_seed_of(link) == client_seed_from(TABLE, 7, COMMITMENT, texts)


@given(contributions, contributions)
def test_other_contributions_or_another_order_give_another_seed(one: list[str], other: list[str]) -> None:
    same = client_seed_from(TABLE, 7, COMMITMENT, one) == client_seed_from(TABLE, 7, COMMITMENT, other)

    assert same == (one == other)


def test_letters_cannot_be_moved_from_one_contribution_to_the_next() -> None:
    assert client_seed_from(TABLE, 7, COMMITMENT, ("ab", "c")) != client_seed_from(TABLE, 7, COMMITMENT, ("a", "bc"))


def test_tables_rounds_and_commitments_begin_chains_of_their_own() -> None:
    firsts = {
        first_link(table, number, commitment)
        for table in (TABLE, TableId("roulette-2"))
        for number in (7, 8)
        for commitment in (COMMITMENT, commitment_of("another"))
    }

    assert len(firsts) == 8
