from hypothesis import given
from hypothesis import strategies as st

from actors.wallet.digest import DIGEST_BYTES, digest_of, digest_of_parts
from protocol.games.dice import DiceBet
from protocol.games.roulette import RouletteBet, RouletteClear, RouletteUndo
from protocol.games.table import Wager
from protocol.model import Request

ID = bytes(range(16))
DICE = st.builds(
    DiceBet,
    id=st.just(ID),
    asset=st.sampled_from(["PLAY", "USDT"]),
    balance=st.sampled_from(["cash", "bonus"]),
    amount=st.integers(1, 10**15),
    target=st.integers(0, 10_000),
    over=st.booleans(),
)
WAGERS = st.builds(Wager, spot=st.sampled_from(["red", "black", "straight:1"]), amount=st.integers(1, 9))
ROULETTE = st.builds(
    RouletteBet,
    id=st.just(ID),
    table=st.sampled_from(["a", "b"]),
    wagers=st.lists(WAGERS, min_size=1, max_size=3).map(tuple),
    entropy=st.sampled_from([None, "luck"]),
)
TAKING_BACK = st.builds(RouletteUndo, id=st.just(ID), table=st.just("a")) | st.builds(
    RouletteClear, id=st.just(ID), table=st.just("a")
)
REQUESTS = DICE | ROULETTE | TAKING_BACK


@given(REQUESTS, REQUESTS)
def test_requests_with_one_id_have_one_digest_exactly_when_they_are_the_same(one: Request, other: Request) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


@given(REQUESTS)
def test_a_digest_depends_on_the_fields_alone_not_on_how_they_came(request: Request) -> None:
    fields = request.model_dump()
    again = type(request).model_validate(dict(reversed(fields.items())))

    assert digest_of(again) == digest_of(request)
    assert len(digest_of(request)) == DIGEST_BYTES


def test_defaults_and_the_same_values_given_are_the_same_request() -> None:
    short = DiceBet(id=ID, asset="PLAY", amount=1, target=1, over=True)
    long = DiceBet(id=ID, asset="PLAY", balance="cash", amount=1, target=1, over=True)

    assert digest_of(short) == digest_of(long)


def test_parts_are_told_apart_by_their_order_and_their_types() -> None:
    parts = [(1, 2), (2, 1), (1, "2"), (12,), ("1", 2)]

    assert len({digest_of_parts(*one) for one in parts}) == len(parts)


def test_a_digest_stays_the_same_for_ever() -> None:
    # Digests are stored: another way to compute them would make every repetition look like another request.
    bet = DiceBet(id=ID, asset="PLAY", amount=100, target=5_000, over=True)

    assert digest_of(bet).hex() == "0ac8d28b0f47b216"
    assert digest_of_parts(264, 100, 3).hex() == "9677457212abcf39"
