"""The least that a valid object of each kind says, beside its name."""

import base64
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Json = dict[str, Any]

LABELS = {"a": "b"}
SELECTOR = {"matchLabels": LABELS}
POD: Json = {"containers": [{"name": "c", "image": "i"}], "terminationGracePeriodSeconds": 0}
TEMPLATE: Json = {"metadata": {"labels": LABELS}, "spec": POD}
JOB: Json = {"template": {"spec": {**POD, "restartPolicy": "Never"}}}
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
NOTHING = [{"apiGroups": ["x"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["x"]}]
WEBHOOK: Json = {
    "name": "a.farm.test",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "clientConfig": {"url": "https://farm.test/admit"},
    "rules": NOTHING,
}
MUTATION = {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{}"}}
CLAIM: Json = {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c"}}]}}
FLOW = {
    "subjects": [{"kind": "User", "user": {"name": "u"}}],
    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
}
STORED = {"accessModes": ["ReadWriteOnce"]}
NO_RULES = {"matchConstraints": {"resourceRules": NOTHING}}


def _role_of(kind: str) -> Json:
    return {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "r"}}


def _scaled(version: str) -> Json:
    return {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": version, "kind": "Deployment", "name": "d"}}


def _request() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "u")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    signed = request.sign(ec.generate_private_key(ec.SECP256R1()), SHA256())
    return base64.b64encode(signed.public_bytes(Encoding.PEM)).decode()


BODIES: dict[str, Json] = {
    "configmaps": {"data": {"a": "b"}},
    "secrets": {"data": {"a": "Yg=="}},
    "endpoints": {"subsets": [{"addresses": [{"ip": "10.1.0.1"}], "ports": [{"port": 80}]}]},
    "events": {"involvedObject": {"kind": "Pod", "namespace": "orchard", "name": "p"}, "type": "Normal"},
    "limitranges": {"spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}},
    "namespaces": {},
    "nodes": {},
    "persistentvolumeclaims": {"spec": {**STORED, "resources": {"requests": {"storage": "1Gi"}}}},
    "persistentvolumes": {"spec": {**STORED, "capacity": {"storage": "1Gi"}, "nfs": {"server": "s", "path": "/"}}},
    "pods": {"spec": POD},
    "podtemplates": {"template": TEMPLATE},
    "replicationcontrollers": {"spec": {"selector": LABELS, "template": TEMPLATE}},
    "resourcequotas": {"spec": {"hard": {"services": "100"}}},
    "serviceaccounts": {},
    "services": {"spec": {"ports": [{"port": 80}]}},
    "apiservices.apiregistration.k8s.io": {
        "spec": {
            "group": "farm.test",
            "groupPriorityMinimum": 2000,
            "versionPriority": 200,
            "insecureSkipTLSVerify": True,
            "service": {"name": "s", "namespace": "orchard"},
        }
    },
    "controllerrevisions.apps": {"data": {"a": 1}, "revision": 1},
    **{
        f"{plural}.apps": {"spec": {"selector": SELECTOR, "template": TEMPLATE}}
        for plural in ("daemonsets", "deployments", "replicasets")
    },
    "statefulsets.apps": {"spec": {"selector": SELECTOR, "template": TEMPLATE, "serviceName": "s"}},
    "events.events.k8s.io": {
        "regarding": {"kind": "Pod", "namespace": "orchard", "name": "p"},
        "type": "Normal",
        "reason": "r",
        "action": "a",
        "eventTime": "2020-01-01T00:00:00.000000Z",
        "reportingController": "c",
        "reportingInstance": "i",
    },
    "horizontalpodautoscalers.autoscaling": {"spec": _scaled("apps/v1")},
    "cronjobs.batch": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": JOB}}},
    "jobs.batch": {"spec": JOB},
    "certificatesigningrequests.certificates.k8s.io": {
        "spec": {"request": _request(), "signerName": "farm.test/signer", "usages": ["client auth"]}
    },
    "ingressclasses.networking.k8s.io": {"spec": {"controller": "farm.test/c"}},
    "ingresses.networking.k8s.io": {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}},
    "ipaddresses.networking.k8s.io": {
        "spec": {"parentRef": {"resource": "services", "namespace": "orchard", "name": "s"}}
    },
    "networkpolicies.networking.k8s.io": {"spec": {"podSelector": {}}},
    "servicecidrs.networking.k8s.io": {"spec": {"cidrs": ["10.249.0.0/24"]}},
    "poddisruptionbudgets.policy": {"spec": {"selector": SELECTOR, "minAvailable": 1}},
    "roles.rbac.authorization.k8s.io": {"rules": RULES},
    "rolebindings.rbac.authorization.k8s.io": _role_of("Role"),
    "clusterroles.rbac.authorization.k8s.io": {"rules": RULES},
    "clusterrolebindings.rbac.authorization.k8s.io": _role_of("ClusterRole"),
    "csidrivers.storage.k8s.io": {"spec": {"attachRequired": False}},
    "csinodes.storage.k8s.io": {"spec": {"drivers": []}},
    "csistoragecapacities.storage.k8s.io": {"storageClassName": "s", "capacity": "1Gi"},
    "storageclasses.storage.k8s.io": {"provisioner": "p"},
    "volumeattachments.storage.k8s.io": {
        "spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": "v"}}
    },
    "volumeattributesclasses.storage.k8s.io": {"driverName": "d", "parameters": {"a": "b"}},
    "mutatingadmissionpolicies.admissionregistration.k8s.io": {
        "spec": {**NO_RULES, "reinvocationPolicy": "Never", "mutations": [MUTATION]}
    },
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": {"spec": {"policyName": "p"}},
    "validatingadmissionpolicies.admissionregistration.k8s.io": {
        "spec": {**NO_RULES, "validations": [{"expression": "true"}]}
    },
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": {
        "spec": {"policyName": "p", "validationActions": ["Deny"]}
    },
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": {"webhooks": [WEBHOOK]},
    "validatingwebhookconfigurations.admissionregistration.k8s.io": {"webhooks": [WEBHOOK]},
    "customresourcedefinitions.apiextensions.k8s.io": {
        "spec": {
            "group": "farm.test",
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        }
    },
    "priorityclasses.scheduling.k8s.io": {"value": 5},
    "leases.coordination.k8s.io": {"spec": {"holderIdentity": "h", "leaseDurationSeconds": 30}},
    "runtimeclasses.node.k8s.io": {"handler": "h"},
    "endpointslices.discovery.k8s.io": {"addressType": "IPv4", "endpoints": [{"addresses": ["10.1.0.1"]}]},
    "deviceclasses.resource.k8s.io": {"spec": {}},
    "resourceclaims.resource.k8s.io": {"spec": CLAIM},
    "resourceclaimtemplates.resource.k8s.io": {"spec": {"spec": CLAIM}},
    "resourceslices.resource.k8s.io": {
        "spec": {
            "driver": "farm.test",
            "nodeName": "n",
            "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
            "devices": [],
        }
    },
    "flowschemas.flowcontrol.apiserver.k8s.io": {
        "spec": {"priorityLevelConfiguration": {"name": "global-default"}, "rules": [FLOW]}
    },
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": {
        "spec": {"type": "Limited", "limited": {"nominalConcurrencyShares": 2, "limitResponse": {"type": "Reject"}}}
    },
}


def minimal(qualified: str, number: int) -> Json:
    """An object of the kind, without apiVersion and kind: plurals with their groups, numbers from 1 to 99. Raises
    KeyError for a kind that nobody has written down yet."""
    body, name = BODIES[qualified], f"one-{number}"
    if qualified == "ipaddresses.networking.k8s.io":
        name = f"10.2.0.{number}"
    elif qualified == "apiservices.apiregistration.k8s.io":
        name = f"v{number}.farm.test"
        body = {"spec": {**body["spec"], "version": f"v{number}"}}
    elif qualified == "customresourcedefinitions.apiextensions.k8s.io":
        name = f"ones{number}.farm.test"
        body = {"spec": {**body["spec"], "names": {"plural": f"ones{number}", "kind": f"One{number}"}}}
    return {"metadata": {"name": name, "labels": {"life": "common"}}, **body}
