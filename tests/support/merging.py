"""A small type with every kind of merging list, for the tests of strategic merge and of the patches made for it."""

from dataclasses import dataclass, field

from pilothouse.server.patch.merge_schema import MergeField


@dataclass(frozen=True)
class Fields:
    """A type by its members; any other member is unknown."""

    members: dict[str, MergeField] = field(default_factory=dict)

    def field(self, json_name: str) -> MergeField | None:
        return self.members.get(json_name)


MERGE = frozenset(("merge",))
CONTAINER = Fields(
    {
        "ports": MergeField(MERGE, "containerPort", Fields()),
        "env": MergeField(MERGE, "name", Fields()),
        "args": MergeField(),
        "resources": MergeField(child=Fields()),
    }
)
SPEC = Fields(
    {
        "containers": MergeField(MERGE, "name", CONTAINER),
        "volumes": MergeField(frozenset(("merge", "retainKeys")), "name", Fields()),
        "pullSecrets": MergeField(MERGE, "name", Fields()),
        "tolerations": MergeField(),
        "strategy": MergeField(frozenset(("retainKeys",)), "", Fields()),
        "limits": MergeField(frozenset(("replace",)), "", None),
    }
)
METADATA = Fields({"finalizers": MergeField(MERGE)})
OBJECT = Fields({"metadata": MergeField(child=METADATA), "spec": MergeField(child=SPEC)})
