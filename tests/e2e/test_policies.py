"""Policies written with kubectl, through both doors of a running server."""

import asyncio
import json

import pytest
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.client import Client
from pilothouse.client.errors import Invalid

from tests.support.kubectl import Kubectl

POLICIES = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: NS-few}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]
  variables: [{name: count, expression: size(object.data)}]
  validations: [{expression: variables.count < 3, messageExpression: "'too many: ' + string(variables.count)"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: NS-few}
spec:
  policyName: NS-few
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NS}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: NS-mark}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
  reinvocationPolicy: Never
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: "Object{metadata: Object.metadata{labels: {'by': request.userInfo.username}}}"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: NS-mark}
spec:
  policyName: NS-mark
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NS}}}
"""


async def test_both_doors_keep_to_policies(kubectl: Kubectl, client: Client) -> None:
    here = kubectl.namespace
    await asyncio.to_thread(kubectl, "apply", "-f", "-", stdin=POLICIES.replace("NS", here))
    maps = client.resource(ConfigMap)
    async with asyncio.timeout(20):
        # The server hears of what it wrote a little later.
        while True:
            made = await maps.create(ConfigMap(metadata={"generate_name": "jar-"}, data={"a": "1"}), namespace=here)
            if made.metadata.labels.get("by"):
                break
    with pytest.raises(Invalid, match="denied request: too many: 3"):
        await maps.create(ConfigMap(metadata={"name": "jar"}, data={"a": "1", "b": "2", "c": "3"}), namespace=here)
    words = ("create", "configmap", "jar", "--from-literal=a=1", "--from-literal=b=2", "--from-literal=c=3")
    said = await asyncio.to_thread(kubectl, *words, refused=True)
    assert f"ValidatingAdmissionPolicy '{here}-few' with binding" in said
    assert "denied request: too many: 3" in said
    shown = await asyncio.to_thread(kubectl, *words[:-1], "-o", "json")
    assert json.loads(shown)["metadata"]["labels"]["by"]
    await asyncio.to_thread(kubectl, "delete", "validatingadmissionpolicy", f"{here}-few")
    await asyncio.to_thread(kubectl, "delete", "mutatingadmissionpolicy", f"{here}-mark")
