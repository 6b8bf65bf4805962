"""Reads what is in deploy/: every Kubernetes document, the pods in them, and the command lines of all files."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


@dataclass(frozen=True, slots=True)
class Document:
    """One object of a manifest."""

    file: str
    body: dict[str, Any]

    @property
    def kind(self) -> str:
        """RayCluster, Service, …"""
        kind: str = self.body["kind"]
        return kind

    @property
    def name(self) -> str:
        """Its name in the namespace; a kustomization has none."""
        name: str = self.body.get("metadata", {}).get("name", "")
        return name

    def __str__(self) -> str:
        return f"{self.file}:{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Pods:
    """A template that pods are made from, and how many."""

    name: str
    replicas: int
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """Those that start with the pod and stay."""
        containers: list[dict[str, Any]] = self.spec["containers"]
        return containers

    def ports(self) -> dict[str, int]:
        """The ports by name."""
        return {port["name"]: port["containerPort"] for one in self.containers for port in one.get("ports", ())}


def documents() -> list[Document]:
    """Every object of every file in deploy/kubernetes."""
    return [
        Document(file.name, body)
        for file in sorted(KUBERNETES.glob("*.yaml"))
        for body in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def of_kind(kind: str) -> list[Document]:
    """The objects of one kind; there is at least one."""
    found = [document for document in documents() if document.kind == kind]
    assert found, kind
    return found


def only(kind: str) -> dict[str, Any]:
    """The one object of a kind."""
    (document,) = of_kind(kind)
    return document.body


def pods() -> list[Pods]:
    """The pods of the Ray cluster and of the jobs."""
    spec = only("RayCluster")["spec"]
    groups = [("head", 1, spec["headGroupSpec"])]
    groups += [(group["groupName"], group["replicas"], group) for group in spec["workerGroupSpecs"]]
    found = [
        Pods(name, replicas, group["template"]["metadata"]["labels"], group["template"]["spec"])
        for name, replicas, group in groups
    ]
    for job in of_kind("Job"):
        template = job.body["spec"]["template"]
        found.append(Pods(job.name, 1, template["metadata"]["labels"], template["spec"]))
    return found


def selected(labels: dict[str, str]) -> list[Pods]:
    """The pods that have all these labels."""
    return [one for one in pods() if labels.items() <= one.labels.items()]


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Every `croupier …` in deploy/, with its place. What a shell fills in is NAME, or left out if it is many."""
    for one in pods():
        for container in one.containers:
            words = [*container.get("command", ()), *container.get("args", ())]
            if words[:1] == ["croupier"]:
                yield one.name, words[1:]
            elif words[:1] == ["head.sh"]:
                yield one.name, ["cluster", "up", "--foreground", "--address", "auto", *words[1:]]
            elif words[:1] == ["worker.sh"]:
                yield one.name, ["cluster", "scale", "--address", "auto", *words[1:]]
    for file in sorted(DEPLOY.rglob("*")):
        if file.suffix in {".sh", ".yaml", ".service"}:
            for found in re.findall(r"\bcroupier ((?:cluster|serve|migrate|audit|config)\b[^\n;|&)]*)", text(file)):
                words = shlex.split(re.sub(r"\d?[<>].*", "", found).replace('"$@"', ""))
                yield file.name, ["NAME" if "$" in word else word for word in words]


def text(file: Path) -> str:
    """A file without its comments, continued lines joined."""
    lines = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))
