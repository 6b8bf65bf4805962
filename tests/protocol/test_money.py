"""Accounts: a number says whose it is, in which asset and which balance, and no two are the same."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import PLAYER_ID_MAX, PlayerId, ShardId
from protocol.money import (
    AMOUNT_MAX,
    ASSETS_MAX,
    KINDS_MAX,
    Balance,
    HouseAccount,
    asset_of,
    balance_of,
    house_account,
    player_account,
    player_of,
)

INT64_MAX = 2**63 - 1

players = st.integers(1, PLAYER_ID_MAX).map(PlayerId)
assets = st.integers(0, ASSETS_MAX - 1)
shards = st.integers(0, 2**20 - 1).map(ShardId)
players_accounts = st.tuples(players, assets, st.sampled_from(Balance))
house_accounts = st.tuples(assets, st.sampled_from(HouseAccount), shards)


@given(players_accounts)
def test_a_players_account_says_whose_which_asset_and_which_balance_it_is(
    parts: tuple[PlayerId, int, Balance],
) -> None:
    account = player_account(*parts)

    assert (player_of(account), asset_of(account), balance_of(account)) == parts
    assert 0 < account <= INT64_MAX


@given(house_accounts)
def test_a_house_account_is_negative_and_says_its_asset(parts: tuple[int, HouseAccount, ShardId]) -> None:
    account = house_account(*parts)

    assert asset_of(account) == parts[0]
    assert -INT64_MAX <= account < 0


@given(players_accounts, players_accounts)
def test_no_two_accounts_of_players_have_one_number(
    one: tuple[PlayerId, int, Balance], other: tuple[PlayerId, int, Balance]
) -> None:
    assert (player_account(*one) == player_account(*other)) == (one == other)


@given(house_accounts, house_accounts)
def test_no_two_accounts_of_the_house_have_one_number(
    one: tuple[int, HouseAccount, ShardId], other: tuple[int, HouseAccount, ShardId]
) -> None:
    assert (house_account(*one) == house_account(*other)) == (one == other)


def test_the_numbers_in_the_ledger_are_these_for_ever() -> None:
    assert player_account(PlayerId(1), 1, Balance.CASH) == 264
    assert player_account(PlayerId(7), 3, Balance.BONUS) == 1_817
    assert house_account(1, HouseAccount.HOUSE, ShardId(0)) == -8_388_609
    assert house_account(1, HouseAccount.TREASURY, ShardId(255)) == -9_437_440


def test_every_balance_and_house_account_has_a_place() -> None:
    assert max(Balance) < KINDS_MAX
    assert max(HouseAccount) < KINDS_MAX


def test_a_thousand_of_the_largest_wins_fit_the_ledgers_integers() -> None:
    assert 36 * AMOUNT_MAX * 256 <= INT64_MAX
