"""The manifests for Kubernetes are valid by the published schemas, and their parts agree with each other."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from tests.support.manifests import Document, Pods, documents, of_kind, only, pods, selected

KUBERNETES_VERSIONS = ("1.31", "1.37")
"""The oldest and the newest that the manifests are for."""
RAY_CLUSTER_SCHEMA = json.loads((Path(__file__).parent / "raycluster.schema.json").read_text(encoding="utf-8"))
NOT_OF_KUBERNETES = {"RayCluster", "Kustomization"}

a_pod = pytest.mark.parametrize("one", pods(), ids=lambda one: one.name)


def check(body: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(body, version, strict=True)


def as_pod(one: Pods) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": one.name, "labels": one.labels}, "spec": one.spec}


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@pytest.mark.parametrize("document", [one for one in documents() if one.kind not in NOT_OF_KUBERNETES], ids=str)
def test_every_object_is_valid_and_has_no_field_that_kubernetes_does_not_know(document: Document, version: str) -> None:
    check(document.body, version)


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@a_pod
def test_every_pod_is_valid_and_has_no_field_that_kubernetes_does_not_know(one: Pods, version: str) -> None:
    check(as_pod(one), version)


def test_the_schemas_refuse_a_misspelled_field() -> None:
    (one, *_) = pods()
    wrong = {**one.spec, "restartPolice": "Always"}

    with pytest.raises(kubernetes_validate.ValidationError, match="restartPolice"):
        check(as_pod(Pods(one.name, 1, one.labels, wrong)), KUBERNETES_VERSIONS[-1])


def test_the_ray_cluster_is_one_by_the_definition_of_kuberay() -> None:
    jsonschema.Draft202012Validator.check_schema(RAY_CLUSTER_SCHEMA)

    jsonschema.validate(only("RayCluster"), RAY_CLUSTER_SCHEMA)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("spec", "autOptions"), {"mode": "token"}, "autOptions"),
        (("spec", "authOptions", "mode"), "tokens", "tokens"),
        (("spec", "headGroupSpec", "rayStartParams", "num-cpus"), 0, "not of type 'string'"),
        (("spec", "workerGroupSpecs", 0, "replicas"), "3", "not of type 'integer'"),
    ],
)
def test_the_definition_refuses_what_kuberay_does_not_understand(
    path: tuple[str | int, ...], value: object, complaint: str
) -> None:
    body = only("RayCluster")
    inner: Any = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    with pytest.raises(jsonschema.ValidationError, match=complaint):
        jsonschema.validate(body, RAY_CLUSTER_SCHEMA)


def test_everything_is_in_one_namespace_and_listed_or_applied_by_itself() -> None:
    listed = set(only("Kustomization")["resources"])
    by_itself = {"secrets.example.yaml", "migrate-job.yaml", "kustomization.yaml"}

    assert {one.file for one in documents()} == listed | by_itself
    namespace = only("Namespace")["metadata"]["name"]
    inside = [one for one in documents() if one.kind not in {"Namespace", "Kustomization"}]
    assert {one.body["metadata"]["namespace"] for one in inside} == {namespace}


def test_ray_asks_for_a_token_from_a_secret_and_has_no_dashboard() -> None:
    spec = only("RayCluster")["spec"]
    secrets = {one.name: one.body["stringData"] for one in of_kind("Secret")}

    assert spec["authOptions"]["mode"] == "token"
    assert "auth_token" in secrets[spec["authOptions"]["secretName"]]
    assert spec["headGroupSpec"]["rayStartParams"]["include-dashboard"] == "false"


@a_pod
def test_what_a_pod_mounts_and_reads_is_there(one: Pods) -> None:
    configurations = {found.name for found in of_kind("ConfigMap")}
    secrets = {found.name for found in of_kind("Secret")}
    volumes = {volume["name"] for volume in one.spec.get("volumes", ())}

    for volume in one.spec.get("volumes", ()):
        assert "configMap" not in volume or volume["configMap"]["name"] in configurations
    for container in one.containers:
        assert {mount["name"] for mount in container.get("volumeMounts", ())} <= volumes
        assert {source["secretRef"]["name"] for source in container["envFrom"]} <= secrets


@a_pod
def test_a_pod_is_not_root_has_no_privileges_and_no_key_to_kubernetes(one: Pods) -> None:
    assert one.spec["securityContext"]["runAsNonRoot"] is True
    assert one.spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert one.spec["automountServiceAccountToken"] is False
    for container in one.containers:
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


@a_pod
def test_kubernetes_sets_no_variables_for_services_because_one_of_them_would_be_croupier_port(one: Pods) -> None:
    assert one.spec["enableServiceLinks"] is False


@a_pod
def test_a_port_that_a_probe_asks_is_one_of_the_container(one: Pods) -> None:
    for container in one.containers:
        names = {port["name"] for port in container.get("ports", ())}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            action = container.get(probe, {}).get("httpGet") or container.get(probe, {}).get("tcpSocket")
            assert action is None or action["port"] in names


def test_every_pod_of_ray_has_probes_of_its_own_because_those_of_kuberay_need_the_dashboard() -> None:
    for one in pods():
        if one.name != "croupier-migrate":
            assert {"readinessProbe", "livenessProbe", "startupProbe"} <= one.containers[0].keys(), one.name


def test_ray_measures_on_a_port_of_its_own_because_its_usual_one_is_the_players() -> None:
    spec = only("RayCluster")["spec"]
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        ports = {port["name"]: port["containerPort"] for port in group["template"]["spec"]["containers"][0]["ports"]}
        assert group["rayStartParams"]["metrics-export-port"] == str(ports["metrics"])
        assert group["rayStartParams"]["node-manager-port"] == str(ports["node-manager"])
        assert len(set(ports.values())) == len(ports)


def test_players_reach_the_gateways_alone() -> None:
    service = only("Service")["spec"]
    (gateways,) = selected(service["selector"])
    policies = {one.name: one.body["spec"] for one in of_kind("NetworkPolicy")}
    players = policies["croupier-players"]

    assert [port["targetPort"] for port in service["ports"]] == ["players"]
    assert "players" in gateways.ports()
    assert selected(players["podSelector"]["matchLabels"]) == [gateways]
    assert players["ingress"] == [{"ports": [{"protocol": "TCP", "port": "players"}]}]


def test_ports_of_ray_are_open_to_the_cluster_and_to_nobody_else() -> None:
    policies = {one.name: one.body["spec"] for one in of_kind("NetworkPolicy")}
    inside = policies["croupier-inside"]

    assert selected(inside["podSelector"]["matchLabels"]) == pods()
    assert set(inside["policyTypes"]) == {"Ingress", "Egress"}
    assert inside["ingress"] == [{"from": [{"podSelector": inside["podSelector"]}]}]


def test_a_budget_keeps_all_pods_of_a_group_but_one() -> None:
    for budget in of_kind("PodDisruptionBudget"):
        (group,) = selected(budget.body["spec"]["selector"]["matchLabels"])
        assert budget.body["spec"]["minAvailable"] == group.replicas - 1, (
            "RayClusters cannot be counted: a whole number"
        )


def test_workers_are_drained_before_they_stop_and_have_the_time_for_it() -> None:
    (workers,) = selected(only("Service")["spec"]["selector"])
    (container,) = workers.containers

    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["drain.sh"]
    assert workers.spec["terminationGracePeriodSeconds"] >= 120


def test_all_run_the_same_image() -> None:
    assert len({container["image"] for one in pods() for container in one.containers}) == 1
