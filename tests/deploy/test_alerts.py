"""Every alarm is about metrics that exist, and the page of alarms says what to do about each of them."""

import re
from typing import Any

import pytest
import yaml

from tests.support.manifests import DEPLOY, ROOT
from tests.support.scrape import families

PAGE = (ROOT / "docs" / "operating" / "alarms.md").read_text(encoding="utf-8")
GROUPS: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))[
    "groups"
]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
NOT_METRICS = re.compile(r'"[^"]*"|\[[^\]]*\]')

a_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


def samples() -> dict[str, set[str]]:
    """Every sample's name that a scrape has, with its metric's name in the documentation and its kind of labels."""
    endings = {"counter": {"_total"}, "gauge": {""}, "histogram": {"_bucket", "_count", "_sum"}}
    return {family.name: {family.name + ending for ending in endings[family.type]} for family in families()}


@a_rule
def test_an_alarm_asks_for_samples_that_exist(rule: dict[str, Any]) -> None:
    asked = set(re.findall(r"\bcroupier_\w+", NOT_METRICS.sub("", rule["expr"])))

    assert asked
    assert asked <= set().union(*samples().values())


@a_rule
def test_an_alarm_has_a_heading_that_names_its_metrics(rule: dict[str, Any]) -> None:
    (section,) = re.findall(rf"^## {rule['alert']}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    asked = set(re.findall(r"\bcroupier_\w+", rule["expr"]))

    for name in asked:
        assert re.sub(r"_bucket$", "", name) in section, name


def test_every_heading_with_the_look_of_an_alarm_is_one() -> None:
    headings = set(re.findall(r"^## ([A-Z][a-z]+[A-Z]\w*)$", PAGE, re.MULTILINE))

    assert headings == {rule["alert"] for rule in RULES}


@a_rule
def test_an_alarm_says_how_urgent_it_is_and_what_is_the_matter(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert re.fullmatch(r"\d+[sm]", rule.get("for", "1m"))


def test_the_page_says_of_every_metric_when_to_look_at_it() -> None:
    for name, names in samples().items():
        assert any(one in PAGE for one in {name, *names}), name
