"""Objects that a user could write: mostly valid JSON of many kinds, without metadata.name."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Objects = st.SearchStrategy[Json]

WORDS = st.sampled_from(("press", "vat", "hose"))
LABELS = st.dictionaries(
    st.sampled_from(("app", "farm.test/row", "tier")), st.sampled_from(("", "a", "b-1")), max_size=2
)
AMOUNT = st.sampled_from(("1", "1000m", "0.5", "2"))
MEMORY = st.sampled_from(("64Mi", "1Gi", "1024Mi", "100M", "1e9"))
PORT = st.integers(1, 65535)
HANDLERS = st.sampled_from(
    (
        {"exec": {"command": ["true"]}},
        {"tcpSocket": {"port": 80}},
        {"httpGet": {"port": 8080, "path": "/up"}},
        {"httpGet": {"port": "web"}},
        {"grpc": {"port": 9000}},
    )
)


def members(required: dict[str, Any] | None = None, **optional: Any) -> Objects:
    """An object with these members, each of the optional ones there or not."""
    return st.fixed_dictionaries(required or {}, optional=optional)


def _port(value: Any) -> int:
    return int(value["port"])


def _name(value: Any) -> str:
    return str(value["name"])


def _number(value: Any) -> int:
    return int(value["containerPort"])


METADATA = members(labels=LABELS, annotations=LABELS, finalizers=st.just(["farm.test/hold"]))
PROBES = st.builds(
    lambda handler, rest: {**handler, **rest},
    HANDLERS,
    members(initialDelaySeconds=st.integers(0, 9), periodSeconds=st.integers(0, 9), failureThreshold=st.integers(0, 9)),
)
RESOURCES = members(
    requests=members(cpu=st.just("0.25"), memory=st.just("1Mi")), limits=members(cpu=AMOUNT, memory=MEMORY)
)
ENVIRONMENT = st.lists(
    st.sampled_from(
        (
            {"name": "A", "value": "1"},
            {"name": "B"},
            {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "D", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k", "optional": True}}},
            {"name": "E", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        )
    ),
    max_size=2,
    unique_by=_name,
)
CLAIM = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}

VOLUMES = st.lists(
    st.sampled_from(
        (
            {"name": "data"},
            {"name": "scratch", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
            {"name": "settings", "configMap": {"name": "c"}},
            {"name": "keys", "secret": {"secretName": "s"}},
            {"name": "host", "hostPath": {"path": "/var"}},
            {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
            {"name": "claim", "persistentVolumeClaim": {"claimName": "c"}},
            {"name": "own", "ephemeral": {"volumeClaimTemplate": CLAIM}},
        )
    ),
    max_size=3,
    unique_by=_name,
)
SECURITY = members(runAsNonRoot=st.booleans(), runAsUser=st.integers(0, 9), readOnlyRootFilesystem=st.booleans())


def containers(names: tuple[str, ...], **more: Any) -> st.SearchStrategy[list[Json]]:
    one = members(
        {"name": st.sampled_from(names), "image": st.sampled_from(("farm.test/press", "press:latest", "vat:3"))},
        # A strategic merge patch takes two ports of one number for one, whatever their protocols.
        ports=st.lists(members({"containerPort": PORT}, protocol=st.just("UDP")), max_size=2, unique_by=_number),
        env=ENVIRONMENT,
        resources=RESOURCES,
        securityContext=SECURITY,
        imagePullPolicy=st.sampled_from(("Always", "IfNotPresent", "")),
        terminationMessagePath=st.sampled_from(("", "/dev/log")),
        **more,
    )
    return st.lists(one, min_size=1, max_size=2, unique_by=_name)


def pod_specs(*policies: str) -> Objects:
    probes = {"livenessProbe": PROBES, "readinessProbe": PROBES, "startupProbe": PROBES}
    return members(
        {"containers": containers(("a", "b"), **probes), "restartPolicy": st.sampled_from(policies)},
        initContainers=containers(("c", "d")),
        volumes=VOLUMES,
        nodeSelector=LABELS,
        serviceAccountName=st.sampled_from(("", "default")),
        automountServiceAccountToken=st.booleans(),
        terminationGracePeriodSeconds=st.integers(0, 60),
        securityContext=members(fsGroup=st.integers(0, 9), runAsUser=st.integers(0, 9)),
        tolerations=st.lists(
            st.sampled_from(({"operator": "Exists"}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": 5})),
            max_size=2,
        ),
        hostNetwork=st.booleans(),
        dnsPolicy=st.sampled_from(("ClusterFirst", "Default")),
        topologySpreadConstraints=st.just(
            [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}]
        ),
    )


def objects(spec: Objects) -> Objects:
    return st.fixed_dictionaries({"spec": spec}, optional={"metadata": METADATA})


def templates(*policies: str) -> Objects:
    labelled = st.fixed_dictionaries({"labels": st.just({"app": "a"})})
    return st.fixed_dictionaries({"metadata": labelled, "spec": pod_specs(*policies)})


SERVICE_PORTS = st.lists(
    members(
        {"name": st.sampled_from(("web", "admin", "dns")), "port": PORT},
        targetPort=st.sampled_from((80, "web", 0)),
        protocol=st.sampled_from(("TCP", "UDP", "")),
    ),
    min_size=1,
    max_size=2,
    unique_by=(_name, _port),
)
BACKENDS = st.sampled_from(({"name": "s", "port": {"number": 80}}, {"name": "s", "port": {"name": "web"}}))
METRICS = st.sampled_from(
    (
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}},
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "500m"}}},
        {"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": "1k"}}},
    )
)

PEERS: tuple[list[Json], ...] = ([{"podSelector": {}}], [{"ipBlock": {"cidr": "10.0.0.0/8"}}])
PEERS_BY_SIDE: dict[str, Any] = {"from": st.sampled_from(PEERS)}
POLICY_PORTS: tuple[list[Json], ...] = ([{"port": 80}], [{"port": "web", "protocol": "UDP"}], [{}])

KINDS: dict[tuple[str, str], Objects] = {
    ("v1", "Pod"): objects(pod_specs("Always", "Never", "OnFailure")),
    ("v1", "ConfigMap"): members(
        {"metadata": METADATA},
        data=st.dictionaries(WORDS, st.text(max_size=5), max_size=2),
        binaryData=st.just({"bytes": "AAEC"}),
        immutable=st.booleans(),
    ),
    ("v1", "Service"): objects(
        members(
            {"ports": SERVICE_PORTS, "type": st.sampled_from(("ClusterIP", "NodePort", "LoadBalancer", ""))},
            selector=LABELS,
            sessionAffinity=st.sampled_from(("None", "ClientIP")),
            publishNotReadyAddresses=st.booleans(),
            externalTrafficPolicy=st.sampled_from(("Cluster", "Local")),
            internalTrafficPolicy=st.just("Local"),
        )
    ),
    ("v1", "PersistentVolumeClaim"): objects(
        members(
            {
                "accessModes": st.sampled_from((["ReadWriteOnce"], ["ReadWriteMany", "ReadOnlyMany"])),
                "resources": st.builds(lambda size: {"requests": {"storage": size}}, MEMORY),
            },
            storageClassName=st.sampled_from(("", "fast")),
            volumeMode=st.sampled_from(("Filesystem", "Block")),
            selector=st.just({"matchLabels": {"a": "b"}}),
            dataSource=st.just({"kind": "PersistentVolumeClaim", "name": "other"}),
        )
    ),
    ("apps/v1", "Deployment"): objects(
        members(
            {"selector": st.just({"matchLabels": {"app": "a"}}), "template": templates("Always")},
            replicas=st.integers(0, 3),
            strategy=st.sampled_from(({"type": "Recreate"}, {"rollingUpdate": {"maxSurge": "10%"}}, {})),
            minReadySeconds=st.integers(0, 5),
            paused=st.booleans(),
            revisionHistoryLimit=st.integers(0, 3),
        )
    ),
    ("batch/v1", "Job"): objects(
        members(
            {"template": templates("Never", "OnFailure")},
            parallelism=st.integers(0, 3),
            completions=st.integers(1, 3),
            completionMode=st.sampled_from(("Indexed", "NonIndexed")),
            backoffLimit=st.integers(0, 3),
            suspend=st.booleans(),
            ttlSecondsAfterFinished=st.integers(0, 9),
        )
    ),
    ("v1", "Secret"): members(
        {"metadata": METADATA},
        stringData=st.dictionaries(WORDS, st.text(max_size=5), max_size=2),
        data=st.just({"bytes": "AAEC"}),
        type=st.sampled_from(("", "Opaque", "farm.test/key")),
    ),
    ("apps/v1", "StatefulSet"): objects(
        members(
            {"selector": st.just({"matchLabels": {"app": "a"}}), "template": templates("Always")},
            serviceName=WORDS,
            replicas=st.integers(0, 3),
            podManagementPolicy=st.sampled_from(("Parallel", "OrderedReady")),
            updateStrategy=st.sampled_from(({"type": "OnDelete"}, {"rollingUpdate": {"partition": 1}}, {})),
            volumeClaimTemplates=st.just([{"metadata": {"name": "data"}, **CLAIM}]),
            persistentVolumeClaimRetentionPolicy=st.just({"whenScaled": "Delete"}),
        )
    ),
    ("apps/v1", "DaemonSet"): objects(
        members(
            {"selector": st.just({"matchLabels": {"app": "a"}}), "template": templates("Always")},
            updateStrategy=st.sampled_from(({"type": "OnDelete"}, {"rollingUpdate": {"maxUnavailable": 2}}, {})),
        )
    ),
    ("batch/v1", "CronJob"): objects(
        members(
            {
                "schedule": st.sampled_from(("*/5 * * * *", "@daily")),
                "jobTemplate": objects(members({"template": templates("Never")}, backoffLimit=st.integers(0, 3))),
            },
            concurrencyPolicy=st.sampled_from(("Allow", "Forbid", "Replace")),
            timeZone=st.just("Europe/Vienna"),
            suspend=st.booleans(),
            successfulJobsHistoryLimit=st.integers(0, 3),
        )
    ),
    ("policy/v1", "PodDisruptionBudget"): objects(
        st.builds(
            lambda selector, limit: {**selector, **limit},
            members(selector=st.just({"matchExpressions": [{"key": "a", "operator": "Exists"}]})),
            st.sampled_from(({"minAvailable": 1}, {"maxUnavailable": "50%"}, {})),
        )
    ),
    ("networking.k8s.io/v1", "NetworkPolicy"): objects(
        members(
            {"podSelector": st.builds(lambda labels: {"matchLabels": labels}, LABELS)},
            policyTypes=st.sampled_from((["Ingress"], ["Egress", "Ingress"])),
            ingress=st.lists(
                members(
                    ports=st.sampled_from(POLICY_PORTS),
                    **PEERS_BY_SIDE,
                ),
                max_size=2,
            ),
            egress=st.just([{}]),
        )
    ),
    ("networking.k8s.io/v1", "Ingress"): objects(
        members(
            {"defaultBackend": st.builds(lambda service: {"service": service}, BACKENDS)},
            ingressClassName=st.just("farm"),
            tls=st.just([{"hosts": ["a.farm.test"], "secretName": "s"}]),
            rules=st.lists(
                st.builds(
                    lambda service: {
                        "host": "a.farm.test",
                        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": service}}]},
                    },
                    BACKENDS,
                ),
                max_size=1,
            ),
        )
    ),
    ("autoscaling/v2", "HorizontalPodAutoscaler"): objects(
        members(
            {
                "scaleTargetRef": st.just({"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}),
                "maxReplicas": st.integers(3, 9),
            },
            minReplicas=st.integers(1, 3),
            metrics=st.lists(METRICS, max_size=2),
            behavior=members(
                scaleDown=members(stabilizationWindowSeconds=st.integers(0, 60)),
                scaleUp=st.just({"policies": [{"type": "Pods", "value": 4, "periodSeconds": 60}]}),
            ),
        )
    ),
}
"""What may stand in an object of each kind, by apiVersion and kind."""
