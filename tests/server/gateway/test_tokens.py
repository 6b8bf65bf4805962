"""Tokens: nobody can make one, change one or use one after its time."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import PlayerId
from server.gateway.tokens import new_access_token, player_of_token, secret_digest, secret_text

KEY = b"k" * 32
PLAYERS = st.integers(1, 2**63 - 1).map(PlayerId)


@given(PLAYERS, st.integers(1, 2**60))
def test_a_token_says_whose_it_is_until_it_expires(player: PlayerId, expires_ms: int) -> None:
    token = new_access_token(KEY, player, expires_ms)

    assert player_of_token(KEY, token, expires_ms - 1) == player
    assert player_of_token(KEY, token, expires_ms) is None
    assert player_of_token(b"other" * 8, token, expires_ms - 1) is None


@given(PLAYERS, st.data())
def test_a_token_with_any_character_changed_is_no_token(player: PlayerId, data: st.DataObject) -> None:
    token = new_access_token(KEY, player, 2_000)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(exclude_characters=token[at]))

    assert player_of_token(KEY, token[:at] + other + token[at + 1 :], 1_000) is None
    assert player_of_token(KEY, token[:at], 1_000) is None
    assert player_of_token(KEY, token + other, 1_000) is None


@given(st.text(max_size=120))
def test_any_other_text_is_no_token_and_no_secret_unless_it_is_thirty_two_bytes(text: str) -> None:
    assert player_of_token(KEY, text, 0) is None
    digest = secret_digest(text)
    assert digest is None or len(text) == 43


@given(st.binary(min_size=32, max_size=32), st.data())
def test_two_texts_are_never_the_same_secret(secret: bytes, data: st.DataObject) -> None:
    text = secret_text(secret)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/").filter(
            lambda c: c != text[at]
        )
    )

    assert secret_digest(text) is not None
    assert secret_digest(text[:at] + other + text[at + 1 :]) != secret_digest(text)
