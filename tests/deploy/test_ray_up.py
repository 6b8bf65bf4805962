"""The file for `ray up` is one by the schema that Ray comes with, and starts Ray in a way that Ray understands."""

import json
import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support.manifests import DEPLOY, only

FILE: dict[str, Any] = yaml.safe_load((DEPLOY / "ray" / "cluster.yaml").read_text(encoding="utf-8"))
SCHEMA = json.loads(
    Path(str(metadata.distribution("ray").locate_file("ray/autoscaler/ray-schema.json"))).read_text(encoding="utf-8")
)
PREPARE = """
import sys, yaml
from ray.autoscaler._private.util import prepare_config, validate_config
validate_config(prepare_config(yaml.safe_load(sys.stdin)))
"""
PRINT_OPTIONS = """
import json
from ray.scripts.scripts import start
print(json.dumps([option for parameter in start.params for option in parameter.opts]))
"""


@pytest.fixture(scope="module")
def ray_start_options() -> set[str]:
    """Asked of Ray in a process of its own: importing it here would change this one."""
    asked = subprocess.run([sys.executable, "-c", PRINT_OPTIONS], check=True, capture_output=True, text=True)
    return set(json.loads(asked.stdout.splitlines()[-1]))


def started_with(commands: list[str]) -> dict[str, str]:
    """The options of the one `ray start` among some commands."""
    (found,) = (re.search(r"ray start (.*)", command) for command in commands)
    assert found is not None
    words = shlex.split(found[1])
    return {word.partition("=")[0]: word.partition("=")[2] for word in words}


HEAD = started_with(FILE["head_start_ray_commands"])
WORKER = started_with(FILE["worker_start_ray_commands"])


def test_it_is_valid_by_the_schema_of_the_ray_that_is_installed() -> None:
    jsonschema.validate(FILE, SCHEMA)


def test_ray_itself_takes_it_for_machines_that_are_there() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PREPARE], input=yaml.safe_dump(FILE), text=True, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_schema_refuses_a_misspelled_field() -> None:
    with pytest.raises(jsonschema.ValidationError, match="head_start_commands"):
        jsonschema.validate(FILE | {"head_start_commands": []}, SCHEMA)


@pytest.mark.parametrize("options", [HEAD, WORKER], ids=["head", "worker"])
def test_ray_knows_every_option_that_it_is_started_with(options: dict[str, str], ray_start_options: set[str]) -> None:
    assert options.keys() <= ray_start_options


def test_ray_knows_every_parameter_that_kuberay_starts_it_with(ray_start_options: set[str]) -> None:
    spec = only("RayCluster")["spec"]
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        assert {f"--{name}" for name in group["rayStartParams"]} <= ray_start_options


def test_ray_asks_for_a_token_and_has_no_dashboard() -> None:
    for command in (*FILE["head_start_ray_commands"], *FILE["worker_start_ray_commands"]):
        assert "RAY_AUTH_MODE=token" in command
    assert HEAD["--include-dashboard"] == "false"


def test_no_port_of_ray_is_left_to_chance_so_that_a_firewall_can_name_them() -> None:
    for options in (HEAD, WORKER):
        ports = {name: value for name, value in options.items() if name.endswith("port")}
        assert {
            "--node-manager-port",
            "--object-manager-port",
            "--runtime-env-agent-port",
            "--metrics-export-port",
            "--min-worker-port",
            "--max-worker-port",
        } <= ports.keys()
        assert len(set(ports.values())) == len(ports)


def test_the_workers_join_the_head() -> None:
    assert WORKER["--address"] == f"$RAY_HEAD_IP:{HEAD['--port']}"
    assert "--head" in HEAD
    assert "--head" not in WORKER


def test_the_head_starts_the_workers_and_has_nothing_placed_on_it() -> None:
    assert HEAD["--autoscaling-config"] == "~/ray_bootstrap_config.yaml"
    assert "RAY_gcs_storage=rocksdb" in FILE["head_start_ray_commands"][0], "or a head that ended forgets its cluster"
    assert (HEAD["--num-cpus"], HEAD["--memory"]) == ("0", "0")
