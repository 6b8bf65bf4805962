"""What the tests against a real cluster share with those against a real server, and the table at their end."""

from typing import Final

import pytest

from tests.integration.conftest import data_dir, template_data_dir
from tests.support.chaos.network import missing
from tests.support.chaos.outcome import Outcome, table

__all__ = ["data_dir", "template_data_dir"]

_OUTCOMES: Final = pytest.StashKey[list[Outcome]]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing has come of anything yet."""
    config.stash[_OUTCOMES] = []


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    """What is to be in the table."""
    return request.config.stash[_OUTCOMES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, and what could not be done here."""
    outcomes = config.stash[_OUTCOMES]
    if not outcomes:
        return
    terminalreporter.section("what came of the faults")
    terminalreporter.write_line(table(outcomes))
    terminalreporter.write_line("pause: of each player the longest time without an answer; median / p99 / most of them")
    if reason := missing():
        terminalreporter.write_line(f"NO NETWORK WAS CUT, and everything ran on one node of Ray: {reason}")
