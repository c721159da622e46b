"""What the codec takes, what it refuses and how it says so."""

import json
import math
from typing import Any

import pytest
from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinition, JSONSchemaProps
from pilothouse.api.apps.v1.apps_pb2 import ControllerRevision, Deployment, StatefulSet
from pilothouse.api.core.v1.core_pb2 import ConfigMap, Event, Secret
from pilothouse.api.core.v1.networking_pb2 import Service
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.rbac.v1.rbac_pb2 import ClusterRole
from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.strict import parse_object


def pod(**container: Any) -> dict[str, Any]:
    return {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", **container}]}}


def container_of(**fields: Any) -> dict[str, Any]:
    """A container's JSON after a round trip."""
    codec = codec_for(Pod)
    value: Any = codec.to_value(codec.from_value(pod(**fields)))
    result: dict[str, Any] = value["spec"]["containers"][0]
    return result


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"metadata": {"name": {}}},
            "cannot unmarshal object into Go struct field ObjectMeta.metadata.name of type string",
        ),
        (
            pod(ports=[{"containerPort": "x"}]),
            "cannot unmarshal string into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            pod(ports=[{"containerPort": 3_000_000_000}]),
            "cannot unmarshal number 3000000000 into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            pod(ports=[{"containerPort": 1.5}]),
            "cannot unmarshal number 1.5 into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            {"spec": {"containers": {}}},
            "cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
        ),
        ({"spec": []}, "cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec"),
        (
            {"metadata": {"labels": {"a": 1}}},
            "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
        ),
        (
            {"metadata": {"labels": ["a"]}},
            "cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
        ),
        (
            {"spec": {"hostNetwork": "true"}},
            "cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool",
        ),
        (
            {"metadata": {"generation": 2**63}},
            "cannot unmarshal number 9223372036854775808 into Go struct field "
            "ObjectMeta.metadata.generation of type int64",
        ),
        ({"kind": 1}, "cannot unmarshal number into Go value of type string"),
        (
            pod(resources={"limits": {"cpu": "two"}}),
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            {"metadata": {"creationTimestamp": "noon"}},
            'parsing time "noon" as "2006-01-02T15:04:05Z07:00": cannot parse "noon" as "2006"',
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_path(body: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        codec_for(Pod).decode(json.dumps(body).encode())
    assert caught.value.message.removeprefix("json: ") == message


def test_bytes_that_are_no_base64_are_refused() -> None:
    with pytest.raises(BadRequest, match="illegal base64 data at input byte 2"):
        codec_for(Secret).from_value({"data": {"a": "ab!="}})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "unexpected end of JSON input"),
        (b'{"metadata": ', "unexpected end of JSON input"),
        (b'{"metadata": x}', "invalid character 'x' looking for beginning of value"),
        (b'{"a": "\xff"}', "not valid UTF-8"),
        (b'{"a": NaN}', "invalid character 'N' looking for beginning of value"),
        (b'{"a": "\\ud800"}', "line 1"),
        (b"[]", "json: cannot unmarshal array into Go value of type struct"),
        (b"3", "json: cannot unmarshal number into Go value of type struct"),
        (b"[" * 100_000, "limit"),
    ],
)
def test_what_is_no_json_object_is_refused(data: bytes, message: str) -> None:
    for strict in (True, False):
        with pytest.raises(BadRequest, match=r"^couldn't get version/kind; json parse error: ") as caught:
            codec_for(Pod).decode(data, strict)
        assert message in caught.value.message


def test_strict_decoding_names_unknown_and_duplicate_fields_in_their_order() -> None:
    data = b"""{"apiVersion": "v1", "kind": "Pod", "more": {}, "metadata": {"labels": {"a": "1", "a": "2"}},
        "spec": {"containers": [{"name": "c", "image": "x", "image": "y", "ghost": null}], "HostNetwork": true,
        "volumes": [{"name": "v", "emptyDir": {"size": 1}, "kind": "x"}]}, "spec": {"x": 1, "x": 2}}"""
    _, problems = codec_for(Pod).decode(data, strict=True)
    assert problems == [
        'unknown field "more"',
        'duplicate field "metadata.labels.a"',
        'duplicate field "spec"',
        'duplicate field "spec.x"',
        'unknown field "spec.x"',
    ]
    once = data.replace(b', "spec": {"x": 1, "x": 2}', b"")
    decoded, problems = codec_for(Pod).decode(once, strict=True)
    assert problems == [
        'unknown field "more"',
        'duplicate field "metadata.labels.a"',
        'duplicate field "spec.containers[0].image"',
        'unknown field "spec.containers[0].ghost"',
        'unknown field "spec.HostNetwork"',
        'unknown field "spec.volumes[0].emptyDir.size"',
        'unknown field "spec.volumes[0].kind"',
    ]
    assert decoded.spec.containers[0].image == "y"
    assert codec_for(Pod).decode(once) == (decoded, [])


def test_strict_decoding_leaves_raw_values_alone() -> None:
    data = b'{"data": {"any": {"thing": 1, "thing": 2}}, "revision": 1}'
    assert codec_for(ControllerRevision).decode(data, strict=True)[1] == []


def test_null_means_absent() -> None:
    value: dict[str, Any] = {
        "metadata": None,
        "spec": {"nodeName": None, "containers": [None], "nodeSelector": {"a": None}},
    }
    decoded = codec_for(Pod).from_value(value)
    assert not decoded.HasField("metadata")
    assert not decoded.spec.HasField("node_name")
    assert len(decoded.spec.containers) == 1
    assert dict(decoded.spec.node_selector) == {"a": ""}


def test_plain_zeros_are_left_out_unless_always_written() -> None:
    deployment = Deployment(status={"replicas": 0, "observed_generation": 0}, spec={"replicas": 0, "paused": False})
    assert codec_for(Deployment).to_value(deployment, "apps/v1", "Deployment") == {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {},
        "spec": {
            "replicas": 0,
            "selector": None,
            "template": {"metadata": {}, "spec": {"containers": None}},
            "strategy": {},
        },
        "status": {},
    }
    assert codec_for(ClusterRole).to_value(ClusterRole()) == {"metadata": {}, "rules": None}


def test_absent_special_values_are_written_as_kubernetes_does() -> None:
    event: Any = codec_for(Event).to_value(Event())
    assert event["firstTimestamp"] is None
    assert event["eventTime"] is None
    service: Any = codec_for(Service).to_value(Service(spec={"ports": [{"port": 80}]}))
    assert service["spec"]["ports"] == [{"port": 80, "targetPort": 0}]
    assert codec_for(ControllerRevision).to_value(ControllerRevision())["data"] is None


def test_quantities_become_canonical() -> None:
    limits = {"cpu": "1000m", "memory": "1024Mi", "ephemeral-storage": 2, "pods": 0.5}
    assert container_of(resources={"limits": limits})["resources"]["limits"] == {
        "cpu": "1",
        "ephemeral-storage": "2",
        "memory": "1Gi",
        "pods": "500m",
    }


def test_ports_are_numbers_or_names() -> None:
    for port in (80, "http", 0, ""):
        probe = container_of(livenessProbe={"httpGet": {"port": port}})["livenessProbe"]
        assert probe == {"httpGet": {"port": port}}


def test_the_epoch_is_a_time_and_the_zero_time_is_none() -> None:
    codec = codec_for(Pod)
    epoch = codec.from_value({"metadata": {"creationTimestamp": "1970-01-01T01:00:00+01:00"}})
    assert codec.to_value(epoch)["metadata"] == {"creationTimestamp": "1970-01-01T00:00:00Z"}
    none = codec.from_value({"metadata": {"creationTimestamp": "0001-01-01T00:00:00Z"}})
    assert codec.to_value(none)["metadata"] == {}


def test_maps_are_written_in_the_order_of_their_keys() -> None:
    data = codec_for(ConfigMap).encode(ConfigMap(data={"b": "2", "a": "1", "c": ""}))
    assert data == b'{"metadata":{},"data":{"a":"1","b":"2","c":""}}'


def test_a_claim_template_says_its_kind_wherever_it_came_from() -> None:
    codec = codec_for(StatefulSet)
    template: dict[str, Any] = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "disk"}}
    bare: dict[str, Any] = {"metadata": {"name": "disk"}}
    for claim in (template, bare):
        problems: list[str] = []
        value: Any = codec.to_value(codec.from_value({"spec": {"volumeClaimTemplates": [claim]}}, problems))
        assert problems == []
        assert value["spec"]["volumeClaimTemplates"] == [{**template, "spec": {"resources": {}}, "status": {}}]


def test_schemas_may_be_lists_booleans_and_names() -> None:
    codec = codec_for(JSONSchemaProps)
    value: dict[str, Any] = {
        "default": {"a": [1, None]},
        "maximum": 3,
        "minimum": 0.5,
        "enum": ["x", None, 1],
        "items": [{"type": "string"}, {"type": "integer"}],
        "additionalProperties": False,
        "additionalItems": {"items": {"type": "string"}},
        "dependencies": {"a": ["b"], "c": {"not": {"x-kubernetes-preserve-unknown-fields": True}}},
        "$schema": "s",
    }
    assert codec.to_value(codec.from_value(value)) == value
    assert codec.encode(JSONSchemaProps(maximum=1.0)) == b'{"maximum":1}'
    for allowed in (True, False):
        kept = codec.to_value(codec.from_value({"additionalProperties": allowed}))
        assert kept == {"additionalProperties": allowed}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"properties": {"a": schema}}
    return {"spec": {"versions": [{"schema": {"openAPIV3Schema": schema}}]}}


def test_schemas_nest_as_deeply_as_protobuf_can_carry() -> None:
    codec = codec_for(CustomResourceDefinition)
    decoded = codec.from_value(nested(40))
    assert CustomResourceDefinition.FromString(decoded.SerializeToString()) == decoded
    for levels in (50, 120, 300):
        with pytest.raises(BadRequest, match="nested too deeply"):
            codec.from_value(nested(levels))


def test_raw_values_nest_as_deeply_as_can_be_written_again() -> None:
    codec = codec_for(ControllerRevision)
    deep = parse_object(b'{"data":' + b'{"a":' * 240 + b"1" + b"}" * 241)
    assert json.loads(codec.encode(codec.from_value(deep)))["data"] == deep["data"]
    with pytest.raises(BadRequest, match="nested too deeply"):
        codec.decode(b'{"data":' + b"[" * 260 + b"]" * 260 + b"}")


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(BadRequest, match="unsupported value: nan"):
        codec_for(JSONSchemaProps).encode(JSONSchemaProps(maximum=math.nan))
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        codec_for(ControllerRevision).encode(ControllerRevision(data={"raw": b"{"}))
    with pytest.raises(BadRequest):
        codec_for(ConfigMap).from_value({"data": {"a": "\ud800"}})


def test_results_share_nothing_with_each_other() -> None:
    codec = codec_for(Deployment)
    first: Any = codec.to_value(Deployment())
    first["spec"]["strategy"]["type"] = "Recreate"
    second: Any = codec.to_value(Deployment())
    assert second["spec"]["strategy"] == {}
