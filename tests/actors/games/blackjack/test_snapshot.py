"""What is kept of a table between rounds and in one: the steps, who is away, and what came before."""

from typing import Any

import pytest

from actors.games.blackjack import Blackjack, TableRules
from actors.games.board import RulesChanged
from actors.games.catalogue import table_rules
from actors.games.interface import OpenRound, Progressed
from protocol.ids import PlayerId
from tests.support.blackjack_table import BLACKJACK

AWAY = PlayerId(7)
GAME = Blackjack()


def rules_with(**changed: Any) -> TableRules:
    rules = table_rules({**BLACKJACK, **changed})
    assert isinstance(rules, TableRules)
    return rules


def test_a_table_is_loaded_as_it_was_dumped_with_those_who_are_away() -> None:
    rules = rules_with()
    state = GAME.fresh(rules)
    opened = GAME.decide(state, OpenRound(1, "c" * 64, 1_000))
    assert isinstance(opened, tuple)
    GAME.apply(state, opened[0])
    GAME.apply(state, Progressed(2_000, (), 7_000, (AWAY,)))
    state.history = (20, 0, 22)

    loaded = GAME.load(rules, GAME.dump(state))

    assert (loaded.away, loaded.history, loaded.steps) == (frozenset({AWAY}), (20, 0, 22), ())
    assert (loaded.round.phase, loaded.round.until) == ("playing", 7_000)


def test_a_table_by_other_rules_does_not_go_on_with_a_round_of_the_old_ones() -> None:
    state = GAME.fresh(rules_with())

    with pytest.raises(RulesChanged):
        GAME.load(rules_with(hits_soft_17=True), GAME.dump(state))
