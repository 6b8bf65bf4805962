"""What deploy/ names of the project exists: commands with their options, keys of the configuration, paths, versions."""

import re
import tomllib
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import click
import pytest

from server.cli import main
from server.config import ConfigError, load
from server.http.door import HttpDoor
from tests.support.manifests import DEPLOY, ROOT, command_lines, of_kind, only, pods, text

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SECRETS = {
    "CROUPIER_DATABASE_URL": "postgresql://croupier@db/croupier",
    "CROUPIER_REDIS_URL": "redis://redis:6379/0",
    "CROUPIER_SEED_KEY": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "CROUPIER_TOKEN_SECRET": "t" * 32,
}
COMMAND_LINES = list(command_lines())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The configuration that the manifests give to every process."""
    written = tmp_path / "croupier.toml"
    written.write_text(only("ConfigMap")["data"]["croupier.toml"], encoding="utf-8")
    return written


def test_there_are_commands_to_check() -> None:
    assert {
        "head",
        "head.sh",
        "drain.sh",
        "croupier-supervisor.service",
        "croupier-migrate",
    } <= {place for place, _ in COMMAND_LINES}


@pytest.mark.parametrize(
    ("place", "words"), COMMAND_LINES, ids=[" ".join([place, *words]) for place, words in COMMAND_LINES]
)
def test_a_command_line_is_one_that_the_program_understands(place: str, words: list[str]) -> None:
    command: click.Command = main
    context = click.Context(main, info_name="croupier", **main.context_settings)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, f"{place}: no command {words[0]}"
        command, words = found, words[1:]

    # Below its group, whose names for --help a command keeps from the first time that it is asked for them.
    context = command.make_context(command.name, words, parent=context)

    assert context.args == []


def test_every_variable_that_is_named_is_a_key_of_the_configuration() -> None:
    named = {
        found for path in DEPLOY.rglob("*") if path.is_file() for found in re.findall(r"\bCROUPIER_[A-Z_]+", text(path))
    }

    assert named
    assert {name for name in named | {"CROUPIER_PORTS"} if not is_key(name)} == {"CROUPIER_PORTS"}


def is_key(name: str) -> bool:
    """Whether a variable is one of ours, whatever it may be set to."""
    try:
        load(environ=SECRETS | {name: "{"})
    except ConfigError as error:
        return "unknown key" not in str(error)
    return True


def test_the_configuration_and_the_secrets_together_are_whole(file: Path) -> None:
    config = load(file=file, environ=SECRETS)

    (workers,) = (one for one in pods() if one.name == "workers")
    assert config.port == workers.ports()["players"]
    assert config.host == "0.0.0.0"


def test_every_secret_that_the_example_names_is_one_that_we_know_and_no_value_of_it_can_be_used(file: Path) -> None:
    (example,) = (one.body["stringData"] for one in of_kind("Secret") if one.name == "croupier-secrets")

    assert example.keys() == SECRETS.keys()
    for name, value in example.items():
        with pytest.raises(ConfigError, match=name):
            load(file=file, environ=SECRETS | {name: value})


def test_the_configuration_is_where_the_commands_look_for_it() -> None:
    for one in pods():
        for container in one.containers:
            words = [*container.get("command", ()), *container.get("args", ())]
            (mount,) = (mount for mount in container["volumeMounts"] if mount["name"] == "config")
            for option, value in pairwise(words):
                assert option != "--config" or value == f"{mount['mountPath']}/croupier.toml"


def test_a_path_that_a_probe_asks_is_answered() -> None:
    door = HttpDoor({}, ready=lambda: True, exposition=lambda: (b"", ""))
    asked = {
        container[probe]["httpGet"]["path"]
        for one in pods()
        for container in one.containers
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
        if "httpGet" in container.get(probe, {})
    }

    assert asked == {"/healthz", "/readyz"}
    assert {path: door.respond("GET", path).status_code for path in asked} == dict.fromkeys(asked, 200)


def test_the_head_asks_for_as_many_gateways_as_there_are_workers() -> None:
    (workers,) = (one for one in pods() if one.name == "workers")
    asked = [words[words.index("--gateways") + 1] for place, words in COMMAND_LINES if place == "head"]

    assert asked == [str(workers.replicas)]


def test_every_process_of_a_pod_finds_a_port_for_its_metrics_that_is_declared() -> None:
    (workers,) = (one for one in pods() if one.name == "workers")
    (container,) = workers.containers
    declared = [port["containerPort"] for port in container["ports"] if port["name"].startswith("metrics-")]
    first = tomllib.loads(only("ConfigMap")["data"]["croupier.toml"])["metrics_port"]

    assert declared == list(range(first, first + len(declared)))
    assert len(declared) >= len(["gateway", "host", "directory", "one that is started before another has ended"])


def test_ray_and_we_are_of_the_versions_that_are_installed() -> None:
    assert only("RayCluster")["spec"]["rayVersion"] == version("ray")
    assert {container["image"] for one in pods() for container in one.containers} == {f"croupier:{PROJECT['version']}"}
