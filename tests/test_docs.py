"""The documentation leads somewhere, shows what exists, and names nothing but the project."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from protocol.game_names import GAME_NAMES
from server.bootstrap import Ending
from server.cli import main
from server.cli.options import FLAGS
from server.config import Config, DatabaseSettings, Limits
from server.native.use import SWITCH as COMPILED_SWITCH
from server.reference.pages import pages, stale
from tests.support.scrape import families

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
INDEX = ROOT / "docs" / "README.md"
ROOMS = ("server", "actors", "protocol", "persistence", "clients", "deploy", "tests", "docs")
HOSTS = {"127.0.0.1:8080", "example.org", "json-schema.org"}
PATHS = (
    "/ws",
    "/healthz",
    "/readyz",
    "/metrics",
    "/page/",
    "/proof/",
    "/proc",
    "/etc/",
    "/opt/",
    "/var/lib/croupier",
    "/croupier?",
)
"""Of the server itself, and of any machine that it is installed on."""
LOG_LINES = ROOT / "docs" / "operating" / "log-lines.md"

SECTIONS: dict[str, type[BaseModel]] = {"limits": Limits, "database": DatabaseSettings}

page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def prose(path: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^( *)```.*?^\1```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [found[2] for found in re.finditer(r"^( *)```\w*\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)]


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", prose(path)))


def literals(path: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(path))


@page
def test_every_relative_link_leads_to_a_file_and_a_heading_of_it(path: Path) -> None:
    for link in links(path):
        if re.match(r"https?://", link):
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        here = waiting.pop()
        reached.add(here)
        targets = {(here.parent / link.partition("#")[0]).resolve() for link in links(here) if "://" not in link}
        waiting += [target for target in targets if target.suffix == ".md" and target not in reached]

    assert set(PAGES) <= reached


def test_the_readme_shows_the_two_commands() -> None:
    lines = [line.split("#")[0].strip() for block in blocks(ROOT / "README.md") for line in block.splitlines()]

    assert "make serve" in lines
    assert "make test" in lines


@page
def test_it_names_no_place_but_those_of_any_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([\w.:-]+)", text))
    paths = re.findall(r"(?:^|[\s`\"'=(@])(/[A-Za-z_.][^\s`\"')]*)", text, re.MULTILINE)

    assert hosts <= HOSTS
    assert [place for place in paths if not place.startswith(PATHS)] == []


@page
def test_it_names_no_ticket_and_no_file_outside_the_repository(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"#\d+\b", text) == []
    for step in re.findall(r"(?:\.\./)+[\w./-]+", text):
        assert (path.parent / step).resolve().is_relative_to(ROOT), step


@page
def test_a_page_has_one_title(path: Path) -> None:
    assert len(re.findall(r"^# ", prose(path), re.MULTILINE)) == 1


@page
def test_a_file_that_is_named_exists(path: Path) -> None:
    for literal in literals(path):
        if literal.startswith(tuple(f"{room}/" for room in ROOMS)) and re.fullmatch(r"[\w./-]+", literal):
            assert "NAME" in literal or (ROOT / literal).exists(), literal


def commands(path: Path) -> Iterator[list[str]]:
    for block in blocks(path):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"\s*(?:ExecStart=)?\S*\bcroupier ((?:[a-z]+\b).*)", line)
            if found:
                yield shlex.split(found[1], comments=True)


@page
def test_a_command_that_is_shown_exists_with_all_its_options(path: Path) -> None:
    for words in commands(path):
        command: click.Command | None = main
        context = click.Context(main)
        rest = list(words)
        while isinstance(command, click.Group) and rest:
            command = command.get_command(context, rest.pop(0))
        assert command is not None, words
        known = {option for parameter in command.params for option in parameter.opts}
        assert [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known] == [], words


@page
def test_a_key_of_the_configuration_that_is_named_exists(path: Path) -> None:
    for literal in literals(path):
        if found := re.fullmatch(r"(limits|database)\.(\w+)", literal):
            assert found[2] in SECTIONS[found[1]].model_fields, literal
        name = literal.partition("=")[0]
        if name != COMPILED_SWITCH and (found := re.fullmatch(r"CROUPIER_(\w+)", name)):
            section, _, key = found[1].lower().rpartition("__")
            known = SECTIONS[section].model_fields if section else Config.model_fields
            assert key in known, literal


def metrics() -> set[str]:
    names = {family.name for family in families()}
    return names | {f"{name}_total" for name in names}


@page
def test_a_metric_that_is_named_exists(path: Path) -> None:
    named = {name for literal in literals(path) for name in re.findall(r"\bcroupier_\w+", literal)}

    assert named <= metrics()


def test_every_metric_is_explained() -> None:
    page_ = ROOT / "docs" / "operating" / "health-and-metrics.md"
    named = {name for literal in literals(page_) for name in re.findall(r"\bcroupier_\w+", literal)}

    assert {name for name in metrics() if not name.endswith("_total")} <= named | {
        name.removesuffix("_total") for name in named
    }


def events() -> set[str]:
    """What the code logs, by the literal words."""
    said = set()
    for room in ("server", "actors", "persistence"):
        for source in (ROOT / room).rglob("*.py"):
            if "bench" in source.parts:
                continue
            text = source.read_text(encoding="utf-8")
            said |= set(re.findall(r"log\.(?:info|warning|error|exception)\(\s*\"([^\"]+)\"", text))
            said |= set(re.findall(r"_on_event\(\s*\"([^\"]+)\"", text))
    return said | {ending.value for ending in Ending}


def test_every_line_of_the_log_is_explained_and_no_other() -> None:
    rows = re.findall(r"^\| (`.*?) \| (?:info|warning|error|warning, error) \|", prose(LOG_LINES), re.MULTILINE)
    explained = {literal for row in rows for literal in re.findall(r"`([^`]+)`", row) if "=" not in literal}

    assert explained == events()


def test_what_is_generated_is_fresh() -> None:
    assert stale(pages(main, FLAGS), ROOT) == []


def test_every_game_has_its_rules_for_players_in_english_and_russian() -> None:
    pages = {path.name for path in (ROOT / "docs" / "games").glob("*.md")}

    assert pages == {f"{game}{language}.md" for game in (*GAME_NAMES, "jackpots") for language in ("", ".ru")}
