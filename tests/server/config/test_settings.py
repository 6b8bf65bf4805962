"""What a configuration must satisfy as a whole, and what follows from it."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from protocol.games.sicbo import PAYS_KEYS
from server.config import AssetSettings, Config, InstantSettings, RouletteSettings, SicBoSettings, SitngoSettings
from server.config.problems import untagged
from server.play import poker_rules

TABLE: dict[str, Any] = {
    "id": "t",
    "variant": "european",
    "asset": "PLAY",
    "min_bet": 10,
    "max_bet": 100,
    "max_total": 1_000,
    "exposure_max": 10_000,
}


def refusal(**values: Any) -> str:
    """Return the message with which a Config of these values is refused."""
    with pytest.raises(ValidationError) as error:
        Config(**values)
    details = error.value.errors()
    assert len(details) == 1
    path = (*untagged(details[0]["loc"]), *details[0].get("ctx", {}).get("key", ()))
    return f"{path}: {details[0]['msg']}"


def test_the_default_has_the_play_table_of_each_variant_and_the_currencies_of_the_field() -> None:
    config = Config()

    assert [(table.id, table.variant, table.asset) for table in config.tables] == [
        ("roulette-1", "european", "PLAY"),
        ("roulette-2", "american", "PLAY"),
        ("roulette-3", "la_partage", "PLAY"),
        ("sicbo-1", "atlantic_city", "PLAY"),
        ("baccarat-1", "eight_decks", "PLAY"),
        ("crash-1", "classic", "PLAY"),
        ("blackjack-1", "shoe", "PLAY"),
        ("poker-1", "holdem", "PLAY"),
        ("poker-2", "holdem", "PLAY"),
        ("poker-3", "omaha", "PLAY"),
        ("sitngo-1", "holdem", "PLAY"),
        ("sitngo-2", "omaha", "PLAY"),
    ]
    assert [(asset.code, asset.number, asset.scale) for asset in config.assets] == [
        ("PLAY", 1, 2),
        ("USDT", 2, 6),
        ("TON", 3, 9),
        ("XTR", 4, 0),
        ("RUB", 5, 2),
    ]
    assert {asset.code: asset.opening_cash for asset in config.assets if asset.opening_cash} == {"PLAY": 1_000_000}
    assert all(asset.opening_bonus == 0 for asset in config.assets)


def test_it_cannot_be_changed() -> None:
    config = Config()

    with pytest.raises(ValidationError):
        config.port = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        config.limits.mailbox_max = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        config.tables[0].variant = "american"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("database_url", "guest_enabled", "allowed"),
    [
        (None, None, True),
        ("postgresql://h/d", None, False),
        (None, False, False),
        ("postgresql://h/d", True, True),
    ],
)
def test_guests_are_allowed_by_default_only_on_the_embedded_database(
    database_url: str | None, guest_enabled: bool | None, allowed: bool
) -> None:
    url = None if database_url is None else SecretStr(database_url)

    assert Config(database_url=url, guest_enabled=guest_enabled).guests_allowed is allowed


def test_a_table_or_a_game_in_an_unknown_asset_is_refused() -> None:
    assert refusal(tables=[TABLE, TABLE | {"id": "u", "asset": "GOLD"}]) == (
        "('tables', 1, 'asset'): 'GOLD' is not one of: PLAY, RUB, TON, USDT, XTR"
    )
    assert refusal(instant=[{"game": "dice", "asset": "GOLD", "min_bet": 1, "max_bet": 1, "max_profit": 1}]).startswith(
        "('instant', 0, 'asset'): 'GOLD' is not one of"
    )


def test_ids_and_numbers_are_taken_once() -> None:
    play = {"code": "PLAY", "number": 1, "scale": 2}
    dice = {"game": "dice", "asset": "PLAY", "min_bet": 1, "max_bet": 1, "max_profit": 1}

    assert refusal(tables=[TABLE, TABLE]).startswith("('tables', 1, 'id'): 't' is taken")
    assert refusal(assets=[play, play | {"number": 2}]).startswith("('assets', 1, 'code'): 'PLAY' is taken")
    assert refusal(assets=[play, play | {"code": "GOLD"}]).startswith("('assets', 1, 'number'): 1 is taken")
    assert refusal(instant=[dice, dice | {"game": "keno"}, dice]).startswith(
        "('instant', 2, 'game'): ('dice', 'PLAY') is taken"
    )


amounts = st.integers(1, 10**6)


@given(amounts, amounts, amounts, amounts)
def test_a_table_is_accepted_exactly_when_its_limits_can_all_be_reached(
    min_bet: int, max_bet: int, max_total: int, exposure_max: int
) -> None:
    limits = {"min_bet": min_bet, "max_bet": max_bet, "max_total": max_total, "exposure_max": exposure_max}
    possible = min_bet <= max_bet <= max_total and exposure_max >= 35 * min_bet

    if possible:
        assert RouletteSettings(**TABLE | limits).max_total == max_total
    else:
        with pytest.raises(ValidationError):
            RouletteSettings(**TABLE | limits)


def test_a_table_can_afford_its_smallest_bet_on_one_number() -> None:
    assert RouletteSettings(**TABLE | {"min_bet": 10, "exposure_max": 350}).exposure_max == 350


SICBO = TABLE | {"id": "dice-1", "game": "sicbo", "variant": "macau", "exposure_max": 10_000}
PAYS = dict.fromkeys(PAYS_KEYS, 3)


def test_a_table_is_of_the_game_that_it_names_and_of_roulette_when_it_names_none() -> None:
    config = Config(tables=[SICBO, TABLE])  # type: ignore[arg-type]

    assert [type(table) for table in config.tables] == [SicBoSettings, RouletteSettings]
    assert "'game'" in refusal(tables=[TABLE | {"game": "bingo"}])
    assert "'variant'" in refusal(tables=[SICBO | {"variant": "european"}])


def test_a_poker_table_has_a_big_blind_that_is_one_and_buy_ins_that_cover_both() -> None:
    table = {"id": "p", "game": "poker", "variant": "holdem", "asset": "PLAY", "small_blind": 50, "big_blind": 100}
    table |= {"buy_in_min": 150, "buy_in_max": 150}

    assert Config(tables=[table]).tables[0].game == "poker"  # type: ignore[arg-type]
    for change, key in (
        ({"big_blind": 49}, "big_blind"),
        ({"buy_in_min": 149}, "buy_in_min"),
        ({"buy_in_max": 149}, "buy_in_max"),
        ({"seats": 10}, "seats"),
        ({"seats": 1}, "seats"),
        ({"rake_per_mille": 201}, "rake_per_mille"),
        ({"rake_cap": -1}, "rake_cap"),
        ({"variant": "stud"}, "variant"),
        ({"min_bet": 1}, "min_bet"),
    ):
        assert f"'{key}'" in refusal(tables=[table | change])


SITNGO = {"id": "s", "game": "sitngo", "variant": "holdem", "asset": "PLAY", "seats": 4, "entry": 100, "fee": 10}


def test_a_sit_and_go_has_prizes_that_are_the_pool_and_chips_for_its_first_blind() -> None:
    for change, key in (
        ({"entry": 0}, "entry"),
        ({"fee": -1}, "fee"),
        ({"seats": 10}, "seats"),
        ({"chips": 19}, "chips"),
        ({"levels": []}, "levels"),
        ({"levels": [{"small_blind": 10, "big_blind": 20}, {"small_blind": 20, "big_blind": 10}]}, "big_blind"),
        ({"levels": [{"small_blind": 10, "big_blind": 20}, {"small_blind": 0, "big_blind": 10}]}, "small_blind"),
        ({"level_hands": -1}, "level_hands"),
        ({"level_ms": 0}, "level_ms"),
        ({"payouts": [600, 399]}, "payouts"),
        ({"payouts": [400, 600]}, "payouts"),
        ({"payouts": [400, 300, 200, 100]}, "payouts"),
        ({"absent_ms": 0}, "absent_ms"),
        ({"rake_cap": 1}, "rake_cap"),
        ({"variant": "stud"}, "variant"),
    ):
        assert f"'{key}'" in refusal(tables=[SITNGO | change])


@pytest.mark.parametrize(
    ("seats", "payouts"), [(2, (1_000,)), (3, (1_000,)), (4, (650, 350)), (6, (650, 350)), (7, (500, 300, 200))]
)
def test_unless_said_otherwise_a_sit_and_go_pays_as_many_places_as_is_usual(
    seats: int, payouts: tuple[int, ...]
) -> None:
    [table] = Config(tables=[SITNGO | {"seats": seats}]).tables  # type: ignore[arg-type]

    assert isinstance(table, SitngoSettings)
    structure = poker_rules(table).structure
    assert structure is not None
    assert structure.payouts == payouts
    assert (structure.level_hands, structure.level_ms) == (0, 300_000)
    by_hands = SitngoSettings.model_validate(SITNGO | {"level_hands": 9})
    assert (by_hands.structure.level_hands, by_hands.structure.level_ms) == (9, 0)


def test_a_sic_bo_table_can_afford_its_smallest_bet_on_a_triple() -> None:
    assert refusal(tables=[SICBO | {"min_bet": 10, "exposure_max": 1_499}]).startswith(
        "('tables', 0, 'exposure_max'): must be at least 1500: min_bet on triple"
    )


def test_a_sic_bo_table_has_a_whole_pay_table_of_its_own_or_a_published_one() -> None:
    own = SICBO | {"variant": "custom"}

    assert SicBoSettings(**own | {"pays": PAYS}).pays == PAYS
    for table in (own, own | {"pays": PAYS | {"royal": 3}}, SICBO | {"pays": PAYS}):
        assert "'pays'" in refusal(tables=[table])


def test_the_limit_that_cannot_be_reached_is_the_one_that_is_named() -> None:
    assert refusal(tables=[TABLE | {"max_bet": 9}]).startswith(
        "('tables', 0, 'max_bet'): is 9, must be at least min_bet"
    )
    assert refusal(tables=[TABLE | {"max_total": 99}]).startswith("('tables', 0, 'max_total'): is 99")
    assert refusal(tables=[TABLE | {"exposure_max": 349}]).startswith(
        "('tables', 0, 'exposure_max'): must be at least 350"
    )
    assert refusal(instant=[{"game": "dice", "asset": "PLAY", "min_bet": 2, "max_bet": 1, "max_profit": 1}]).startswith(
        "('instant', 0, 'max_bet'): is 1"
    )


@pytest.mark.parametrize("rate", ["messages", "messages_per_player", "messages_per_address", "logins_per_address"])
def test_a_burst_below_one_second_of_its_rate_is_refused(rate: str) -> None:
    limits = {f"{rate}_per_second_max": 10, f"{rate}_burst_max": 9}

    assert refusal(limits=limits).startswith(f"('limits', '{rate}_burst_max'): must be at least {rate}_per_second_max")


@pytest.mark.parametrize("amount", [10.0, True, -1, 0, 10**15 + 1, "10.5", None])
def test_stakes_are_positive_whole_numbers_within_the_ledger(amount: object) -> None:
    with pytest.raises(ValidationError):
        InstantSettings(game="dice", asset="PLAY", min_bet=amount, max_bet=10**15, max_profit=1)  # type: ignore[arg-type]


def test_an_opening_balance_may_be_nothing_but_not_less() -> None:
    assert AssetSettings(code="GOLD", number=9, scale=0, opening_cash=0).opening_cash == 0
    with pytest.raises(ValidationError):
        AssetSettings(code="GOLD", number=9, scale=0, opening_cash=-1)


@given(st.binary(min_size=30, max_size=34) | st.binary(max_size=64))
def test_a_seed_key_is_exactly_thirty_two_bytes(key: bytes) -> None:
    text = SecretStr(base64.b64encode(key).decode())

    if len(key) == 32:
        assert Config(seed_key=text).seed_key_bytes == key
    else:
        with pytest.raises(ValidationError):
            Config(seed_key=text)


def test_without_a_seed_key_there_are_no_bytes() -> None:
    assert Config().seed_key_bytes is None


def test_a_seed_key_with_stray_characters_is_refused() -> None:
    assert refusal(seed_key=base64.b64encode(bytes(32)).decode() + "\n").startswith("('seed_key',): must be 32 bytes")


@pytest.mark.parametrize(
    "origin",
    ["*", "https://", "https://a.example/", "https://A.example", "a.example", "null", "ftp://a", "https://a b"],
)
def test_an_origin_is_exact(origin: str) -> None:
    assert "is not an origin" in refusal(allowed_origins=[origin])


def test_no_secret_shows_in_its_repr() -> None:
    config = Config(
        database_url=SecretStr("postgresql://u:hunter2@h/d"),
        telegram_bot_token=SecretStr("hunter2"),
        token_secret=SecretStr("hunter2" * 8),
    )

    assert "hunter2" not in repr(config) + str(config)
