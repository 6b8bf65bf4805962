"""A bet at a table elsewhere ends settled, returned or released, once, whatever goes wrong at any of its steps."""

from random import Random
from typing import Final

import pytest

from tests.support.simulation_time import run_virtually
from tests.support.steps import SAYS, TABLES, WALLETS, Mishap, Step, mishaps_of
from tests.support.stories import STORIES, tell

PAIRS: Final = 100
AFTERWARDS: Final = 10
"""Steps that there are only because something went wrong."""


def steps_of(story: str) -> list[Step]:
    """What happens in a story in which nothing goes wrong."""
    return run_virtually(tell(story, {})).steps


def tell_with_each_mishap(story: str, at: int, step: Step) -> None:
    for mishap in mishaps_of(step):
        try:
            cluster = run_virtually(tell(story, {at: mishap}))
        except Exception as error:
            raise AssertionError(f"{story}, step {at} ({step.host} {step.what}): {mishap.value}") from error
        assert cluster.happened
        assert cluster.steps[: at + 1][-1] == step


def test_a_bet_across_hosts_is_asked_for_held_taken_settled_and_paid() -> None:
    said = [(step.host, step.what) for step in steps_of("bets") if step.what.startswith(SAYS)]

    assert said == [
        (TABLES, "says PlaceHold"),
        (WALLETS, "says Held"),
        (WALLETS, "says AskAboutHold"),
        (TABLES, "says Settle"),
        (WALLETS, "says Settled"),
    ]


def test_nothing_that_hosts_say_is_said_before_it_is_written() -> None:
    for story in STORIES:
        before: dict[str, str] = {}
        for step in steps_of(story):
            if step.what.startswith(SAYS):
                assert before[step.host] != "commit"
            before[step.host] = step.what


def test_a_bet_across_hosts_ends_once_whatever_goes_wrong_while_something_is_said() -> None:
    for at, step in enumerate(steps_of("bets")):
        if step.what.startswith(SAYS):
            tell_with_each_mishap("bets", at, step)


@pytest.mark.slow(seconds=5)
@pytest.mark.parametrize("story", STORIES)
def test_a_bet_across_hosts_ends_once_whatever_two_things_go_wrong(story: str) -> None:
    steps, rng = steps_of(story), Random(story)
    # Who finishes a move that a death interrupts is the directory's business.
    mishaps = [one for one in Mishap if one is not Mishap.TABLES_SHARD_MOVES]
    twice = 0
    for _ in range(PAIRS):
        at, later = rng.randrange(len(steps)), rng.randrange(len(steps) + AFTERWARDS)
        pair = {later: rng.choice(mishaps), at: rng.choice([one for one in mishaps_of(steps[at]) if one in mishaps])}
        try:
            twice += run_virtually(tell(story, pair)).happened > 1
        except Exception as error:
            raise AssertionError(f"{story}: {pair}") from error
    assert twice > PAIRS // 10


@pytest.mark.slow(seconds=5)
@pytest.mark.parametrize("story", STORIES)
def test_a_bet_across_hosts_ends_once_whatever_goes_wrong_at_whichever_step(story: str) -> None:
    for at, step in enumerate(steps_of(story)):
        tell_with_each_mishap(story, at, step)
