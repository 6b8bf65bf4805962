"""A client logs in by the best it has, and falls back when that is refused."""

from clients.python.credentials import Credentials, Guest, Telegram, Token
from protocol.errors import Code

WELCOME = {"resume": "r1", "token": "t1", "guest_secret": bytes(32)}


def test_a_new_guest_asks_for_no_more_than_a_name() -> None:
    assert Credentials(Guest("Ann")).request() == {"t": "auth.guest", "name": "Ann"}
    assert Credentials(Guest()).request() == {"t": "auth.guest"}


def test_a_guest_who_was_here_before_shows_the_secret() -> None:
    assert Credentials(Guest(secret=b"s" * 32)).request() == {"t": "auth.guest", "secret": b"s" * 32}


def test_after_a_welcome_resume_comes_first_then_the_token_then_the_guests_secret() -> None:
    credentials = Credentials(Guest("Ann"))
    credentials.request()
    credentials.welcomed(WELCOME)
    assert credentials.request() == {"t": "resume", "token": "r1"}
    credentials.refused(Code.RESUME_UNKNOWN)
    assert credentials.request() == {"t": "auth.token", "token": "t1"}
    credentials.refused(Code.TOKEN_INVALID)
    assert credentials.request() == {"t": "auth.guest", "name": "Ann", "secret": bytes(32)}
    credentials.refused(Code.LOGIN_REFUSED)
    assert credentials.request() is None


def test_each_welcome_replaces_the_resume_token_that_is_used_up() -> None:
    credentials = Credentials(Telegram("query"))
    assert credentials.request() == {"t": "auth.telegram", "init_data": "query"}
    credentials.welcomed(WELCOME | {"guest_secret": None})
    credentials.welcomed(WELCOME | {"resume": "r2", "guest_secret": None})
    assert credentials.request() == {"t": "resume", "token": "r2"}
    assert credentials.guest_secret is None


def test_a_token_is_all_that_its_holder_has() -> None:
    credentials = Credentials(Token("t0"))
    assert credentials.request() == {"t": "auth.token", "token": "t0"}
    credentials.refused(Code.TOKEN_INVALID)
    assert credentials.request() is None


def test_what_may_be_retried_is_not_thrown_away() -> None:
    credentials = Credentials(Guest("Ann"))
    credentials.welcomed(WELCOME)
    credentials.request()
    credentials.refused(Code.OVERLOADED)
    assert credentials.request() == {"t": "resume", "token": "r1"}


def test_a_later_welcome_without_a_secret_does_not_forget_it() -> None:
    credentials = Credentials(Guest())
    credentials.welcomed(WELCOME)
    credentials.welcomed(WELCOME | {"guest_secret": None})
    assert credentials.guest_secret == bytes(32)
