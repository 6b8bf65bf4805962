"""The catalogue of errors and of reasons to close: numbers that clients rely on, and what each of them promises."""

import pytest

from protocol.errors import CATALOGUE, CLOSINGS, Close, Code, ProtocolError, Refusal

NUMBERS = {
    "MALFORMED": 1001,
    "UNKNOWN_TYPE": 1002,
    "INVALID_FIELD": 1003,
    "TOO_LARGE": 1004,
    "NOT_BINARY": 1005,
    "BAD_ID": 1006,
    "ID_FROM_FUTURE": 1007,
    "ID_REUSED": 1008,
    "UNKNOWN_TABLE": 1009,
    "UNKNOWN_ASSET": 1010,
    "UNKNOWN_BET": 1011,
    "UNKNOWN_STREAM": 1012,
    "NOT_AUTHENTICATED": 2001,
    "ALREADY_AUTHENTICATED": 2002,
    "LOGIN_REFUSED": 2003,
    "LOGIN_STALE": 2004,
    "LOGIN_REPLAYED": 2005,
    "GUESTS_NOT_ALLOWED": 2006,
    "RESUME_UNKNOWN": 2007,
    "TOKEN_INVALID": 2008,
    "RATE_LIMITED": 3001,
    "TOO_MANY_CONNECTIONS": 3002,
    "OVERLOADED": 3003,
    "TOO_MANY_SUBSCRIPTIONS": 3004,
    "INSUFFICIENT_FUNDS": 4001,
    "AMOUNT_OUT_OF_RANGE": 4002,
    "HOLD_UNKNOWN": 4003,
    "HOLD_RESOLVED": 4004,
    "BALANCE_LIMIT": 4005,
    "BETTING_CLOSED": 5001,
    "BET_BELOW_MINIMUM": 5002,
    "BET_ABOVE_MAXIMUM": 5003,
    "TABLE_LIMIT": 5004,
    "EXPOSURE_LIMIT": 5005,
    "INVALID_BET": 5006,
    "NOT_SEATED": 5007,
    "TABLE_FULL": 5008,
    "NOTHING_TO_UNDO": 5009,
    "TOO_MANY_BETS": 5010,
    "SEED_IN_USE": 5011,
    "BET_NOT_SETTLED": 5012,
    "BET_NOT_TAKEN": 5013,
    "GAME_OPEN": 5021,
    "NO_SUCH_GAME": 5022,
    "OUT_OF_TURN": 5023,
    "ILLEGAL_STEP": 5024,
    "CRASHED": 5025,
    "CASHED_OUT": 5026,
    "TRY_AGAIN": 6001,
    "INTERNAL": 6002,
    "RESTARTING": 6003,
}


def test_a_number_that_clients_know_keeps_its_meaning() -> None:
    """New codes may be added here; none may change or go."""
    assert {code.name: code.value for code in Code} == NUMBERS


def test_every_code_is_explained_in_a_sentence_of_its_own() -> None:
    assert CATALOGUE.keys() == set(Code)
    texts = [meaning.text for meaning in CATALOGUE.values()]
    assert len(set(texts)) == len(texts)
    assert all(text[0].isupper() and text.endswith(".") for text in texts)


def test_what_may_be_retried_is_not_settled_for_good() -> None:
    assert not [code for code, meaning in CATALOGUE.items() if meaning.may_retry and meaning.sticky]


QUESTIONS_AND_SEATS = {Code.BET_NOT_SETTLED, Code.TABLE_FULL}


@pytest.mark.parametrize("code", Code)
def test_what_money_or_a_game_decided_is_sticky_unless_no_money_would_have_moved(code: Code) -> None:
    decided_by_a_room = code is Code.UNKNOWN_ASSET or code // 1000 in (4, 5)
    assert CATALOGUE[code].sticky == (decided_by_a_room and code not in QUESTIONS_AND_SEATS)


@pytest.mark.parametrize("code", [code for code in Code if code // 1000 == 6])
def test_a_fault_of_the_platform_may_be_retried_with_the_same_id(code: Code) -> None:
    assert CATALOGUE[code].may_retry


def test_a_message_that_is_wrong_is_never_worth_repeating() -> None:
    assert not [code for code in Code if code // 1000 == 1 and CATALOGUE[code].may_retry]


def test_every_reason_to_close_is_explained() -> None:
    assert CLOSINGS.keys() == set(Close)


@pytest.mark.parametrize("close", Close)
def test_a_close_frame_can_carry_every_reason(close: Close) -> None:
    """RFC 6455: 1005, 1006 and 1015 are never sent, 4000 to 4999 are private, and a reason has at most 123 bytes."""
    assert close in {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014} or 4000 <= close <= 4999
    assert 0 < len(CLOSINGS[close].text.encode()) <= 123


def test_a_client_comes_back_after_what_was_not_its_fault_and_stays_away_after_what_was() -> None:
    back = {close for close, closing in CLOSINGS.items() if closing.may_reconnect}

    assert {
        Close.GOING_AWAY,
        Close.RESTARTING,
        Close.INTERNAL,
        Close.OVERLOADED,
        Close.SLOW_READER,
        Close.PONG_TIMEOUT,
    } <= back
    assert not back & {
        Close.PROTOCOL_ERROR,
        Close.SESSION_TAKEN_OVER,
        Close.FLOOD,
        Close.TOO_MANY_ERRORS,
        Close.TOO_LARGE,
    }


def test_a_protocol_error_carries_its_refusal_and_says_it() -> None:
    error = ProtocolError(Code.TOO_LARGE, bytes=5_000)

    assert error.refusal == Refusal(Code.TOO_LARGE, {"bytes": 5_000})
    assert str(error).startswith("1004 too_large: ")
    assert "{'bytes': 5000}" in str(error)
    assert str(ProtocolError(Code.MALFORMED)) == f"1001 malformed: {CATALOGUE[Code.MALFORMED].text}"
