"""What bots reckon for themselves is what the rules say, found on two ways that share no code."""

from fractions import Fraction
from pathlib import Path
from typing import get_args

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.roulette.layout import Variant
from actors.games.roulette.layout import layout_of as layout_of_the_rules
from clients.bots.dice import TARGET_MAX, TARGET_MIN, DiceTemplates, payout_of
from clients.bots.fanout import ResultFanout
from clients.bots.journal import Journal
from clients.bots.layout import layout_of
from protocol.dialects import client_dialect
from protocol.games.dice import DiceBet
from protocol.ids import command_id_from


@pytest.fixture(scope="module")
def templates() -> DiceTemplates:
    return DiceTemplates("PLAY", 10, 200)


ID = command_id_from(1_700_000_000_000, bytes(10))


@pytest.mark.parametrize(
    ("stake", "target", "over", "roll", "payout"),
    [
        (100, 5050, True, 5051, 200),
        (100, 5050, True, 5050, 0),
        (100, 5050, False, 5049, 196),
        (100, 5050, False, 5050, 0),
        (1, 9000, True, 10_000, 9),
        (7, 9800, False, 0, 7),
    ],
)
def test_dice_pay_99_over_the_chance_and_only_strictly_over_or_under(
    stake: int, target: int, over: bool, roll: int, payout: int
) -> None:
    assert payout_of(stake, target, over, roll) == payout


@given(stake=st.integers(1, 10**6), target=st.integers(TARGET_MIN, TARGET_MAX), over=st.booleans())
def test_a_dice_payout_is_never_above_the_exact_one_and_less_than_a_unit_and_a_ten_thousandth_below(
    stake: int, target: int, over: bool
) -> None:
    wins = 10_000 - target if over else target
    exact = Fraction(stake * 9_900, wins)
    paid = payout_of(stake, target, over, 10_000 if over else 0)
    assert exact - 1 - Fraction(stake, 10_000) < paid <= exact


@given(amount=st.integers(10, 200), target=st.integers(0, 10_000), over=st.booleans())
def test_a_dice_bet_from_the_templates_is_the_message_of_the_protocol(
    templates: DiceTemplates, amount: int, target: int, over: bool
) -> None:
    payload = templates.bet(ID, amount, target, over)
    assert client_dialect().read(payload) == DiceBet(id=ID, asset="PLAY", amount=amount, target=target, over=over)
    assert msgpack.packb(msgpack.unpackb(payload)) == payload


@pytest.mark.parametrize("variant", get_args(Variant))
def test_the_bots_pay_table_of_roulette_is_that_of_the_rules(variant: Variant) -> None:
    bots, rules = layout_of(variant), layout_of_the_rules(variant)
    assert set(bots.names) == set(rules.spots)
    for spot in bots.names:
        for pocket in range(rules.pockets):
            for amount in (1, 10, 15):
                assert bots.payout(spot, amount, pocket) == rules.payout(spot, amount, pocket), (spot, pocket)


def test_the_time_from_the_first_watcher_to_the_last_is_told_by_round() -> None:
    fanout = ResultFanout()
    assert fanout.summary() == {}
    fanout.hello(now_ms=1_000_000, at=10.0)
    fanout.hello(now_ms=1_000_000, at=10.5)
    spun = {"stream": "table:a", "round": 1, "now_ms": 1_005_000}
    for at in (15.001, 15.002, 15.011):
        fanout.drawn(spun, at)
    fanout.drawn({**spun, "round": 2, "now_ms": 1_006_000}, 16.004)
    assert fanout.summary() == {
        "result_fanout_ms": {"p50": 0.0, "max": 10.0},
        "result_age_ms": {"p50": 4.0, "max": 11.0},
        "rounds": 2,
        "watchers_max": 3,
    }


def test_a_journal_has_a_line_for_each_acknowledged_bet_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for run in range(2):
        with Journal(path, lambda: 12.3456) as journal:
            journal.acknowledged(7, "dice", {"t": "dice.settled", "id": ID, "payout": run})
            assert len(path.read_text().splitlines()) == run + 1
    first = path.read_text().splitlines()[0]
    assert first == (
        f'{{"id":"{ID.hex()}","player":7,"game":"dice","at":12.346,'
        f'"reply":{{"t":"dice.settled","id":"{ID.hex()}","payout":0}}}}'
    )


def test_a_journal_that_is_not_open_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not open"):
        Journal(tmp_path / "journal", lambda: 0.0).acknowledged(7, "dice", {"id": ID})
