"""The command line, run within the test."""

from click.testing import CliRunner

from server.cli import main


def run(*arguments: str) -> str:
    """What a command prints. It must succeed."""
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    """What a command that must fail says."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code != 0
    return result.output + (str(result.exception) if result.exception else "")
