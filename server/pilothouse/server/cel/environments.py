"""The environments of admission policies, of webhooks' match conditions and of device selectors: which variables there
are, and what an expression must come to.

As in k8s.io/apiserver/pkg/admission/plugin/cel and k8s.io/dynamic-resource-allocation/cel.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from . import syntax_pb2 as syntax
from .costs import estimated
from .declared import (
    BOOL,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    Declared,
    list_of,
    map_of,
    object_of,
    opaque,
)
from .library.values import AUTHORIZER, RESOURCE
from .patches import compile_patch
from .programs import Program, Remembered
from .runtime import Checker, CompileError
from .sizes import declared_sizes
from .trees import shown

OBJECT, OLD_OBJECT, PARAMS = "object", "oldObject", "params"
REQUEST, NAMESPACE = "request", "namespaceObject"
AUTHORIZER_NAME, REQUEST_RESOURCE = "authorizer", "authorizer.requestResource"
VARIABLES = "variables"

_TEXTS = map_of(STRING)
_KIND = object_of("kubernetes.GroupVersionKind", {"group": STRING, "version": STRING, "kind": STRING})
_RESOURCE = object_of("kubernetes.GroupVersionResource", {"group": STRING, "version": STRING, "resource": STRING})
_USER = object_of(
    "kubernetes.UserInfo",
    {"username": STRING, "uid": STRING, "groups": list_of(STRING), "extra": map_of(list_of(STRING))},
)
REQUEST_TYPE = object_of(
    "kubernetes.AdmissionRequest",
    {
        "kind": _KIND,
        "resource": _RESOURCE,
        "subResource": STRING,
        "requestKind": _KIND,
        "requestResource": _RESOURCE,
        "requestSubResource": STRING,
        "name": STRING,
        "namespace": STRING,
        "operation": STRING,
        "userInfo": _USER,
        "dryRun": BOOL,
        "options": DYN,
    },
)
_METADATA = object_of(
    "kubernetes.NamespaceMetadata",
    {
        "name": STRING,
        "generateName": STRING,
        "namespace": STRING,
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "UID": STRING,
        "creationTimestamp": TIMESTAMP,
        "deletionGracePeriodSeconds": INT,
        "deletionTimestamp": TIMESTAMP,
        "generation": INT,
        "resourceVersion": STRING,
        "finalizers": list_of(STRING),
    },
)
_CONDITION = object_of(
    "kubernetes.NamespaceCondition",
    {"status": STRING, "type": STRING, "lastTransitionTime": TIMESTAMP, "message": STRING, "reason": STRING},
)
NAMESPACE_TYPE = object_of(
    "kubernetes.Namespace",
    {
        # The one member that expressions call by another name.
        "metadata": replace(_METADATA, names={**_METADATA.names, "UID": "uid"}),
        "spec": object_of("kubernetes.NamespaceSpec", {"finalizers": list_of(STRING)}),
        "status": object_of("kubernetes.NamespaceStatus", {"conditions": list_of(_CONDITION), "phase": STRING}),
    },
)
_DEVICE = object_of(
    "kubernetes.DRADevice",
    {
        "driver": Declared("string", max_elements=63),
        "allowMultipleAllocations": BOOL,
        "attributes": map_of(map_of(Declared("dyn", max_elements=64), 32), 32),
        "capacity": map_of(map_of(DYN, 32), 32),
    },
)

_remembered = Remembered()
_PRIMITIVES = {1: BOOL, 2: INT, 3: Declared("uint"), 4: Declared("double"), 5: STRING, 6: Declared("bytes")}
_WELL_KNOWN = {2: TIMESTAMP, 3: Declared("duration")}
_FULL_NAMES = {"timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration"}


@dataclass(frozen=True, slots=True)
class Environment:
    """What an expression of a policy or webhook can look at. variables: those declared before it, each with its type
    as the checker has it (serialized); None where there can be none."""

    params: bool = False
    authorizer: bool = True
    variables: tuple[tuple[str, bytes], ...] | None = None

    def with_variable(self, name: str, program: Program | None) -> "Environment":
        """With one more; program: None where it does not compile, and its type is not known."""
        found = program.tree.type_of(program.tree.root).SerializeToString() if program is not None else b""
        known = {**dict(self.variables or ()), name: found}
        return replace(self, variables=tuple(known.items()))

    def compile(self, source: str, returns: tuple[str, ...] = ()) -> Program:
        """returns: the types that it may come to; empty: any. Raises CompileError with the whole text of the fault."""
        return _compiled(self, source, returns)


def compile_mutation(environment: Environment, source: str, returns: str) -> Program:
    """The expression of a mutation, which comes to `returns`: an Object, or a list(JSONPatch). Raises CompileError with
    the whole text of the fault."""

    def make() -> Program:
        try:
            return compile_patch(source, lambda objects: Checker(_variables(environment), made=objects))
        except CompileError as error:
            raise CompileError(f"compilation failed: {error}") from None

    program = _remembered.get(("mutation", environment, source), make)
    if program.result != returns:
        raise CompileError(f"must evaluate to {returns} but got {_named(program.result)}")
    return program


def compile_selector(source: str) -> Program:
    """The expression of a device selector. Raises CompileError."""

    def make() -> Program:
        try:
            return Program(source, _device_checker().check(source))
        except CompileError as error:
            raise CompileError(f"compilation failed: {error}") from None

    program = _remembered.get(("device", source), make)
    if program.result not in ("bool", "any"):
        raise CompileError(f"must evaluate to bool or the unknown type, not {_named(program.result)}")
    return program


def selector_cost(program: Program) -> int:
    """What a device selector costs at most, with devices as large as they can be."""
    return estimated(program.tree, declared_sizes(_DEVICE)).most


def _compiled(environment: Environment, source: str, returns: tuple[str, ...]) -> Program:
    def make() -> Program:
        try:
            return Program(source, _checker(environment).check(source))
        except CompileError as error:
            raise CompileError(f"compilation failed: {error}") from None

    program = _remembered.get((environment, source), make)
    if returns and program.result not in returns:
        wanted = returns[0] if len(returns) == 1 else f"one of [{' '.join(returns)}]"
        raise CompileError(f"must evaluate to {wanted} but got {_named(program.result)}")
    return program


def _named(type: str) -> str:
    return _FULL_NAMES.get(type, type)


@lru_cache(maxsize=32)
def _checker(environment: Environment) -> Checker:
    return Checker(_variables(environment))


def _variables(environment: Environment) -> dict[str, Declared]:
    variables = {OBJECT: DYN, OLD_OBJECT: DYN, NAMESPACE: NAMESPACE_TYPE, REQUEST: REQUEST_TYPE}
    if environment.params:
        variables[PARAMS] = DYN
    if environment.authorizer:
        variables[AUTHORIZER_NAME] = opaque(AUTHORIZER)
        variables[REQUEST_RESOURCE] = opaque(RESOURCE)
    if environment.variables is not None:
        types = {name: _declared(syntax.Type.FromString(type)) for name, type in environment.variables}
        variables[VARIABLES] = object_of("kubernetes.variables", types)
    return variables


@lru_cache(maxsize=1)
def _device_checker() -> Checker:
    return Checker({"device": _DEVICE})


def _declared(found: syntax.Type) -> Declared:
    """The type of a variable for the expressions after it."""
    kind = found.WhichOneof("type_kind")
    if kind == "primitive":
        return _PRIMITIVES.get(found.primitive, DYN)
    if kind == "well_known":
        return _WELL_KNOWN.get(found.well_known, DYN)
    if kind == "list_type":
        return list_of(_declared(found.list_type.elem_type))
    if kind == "map_type" and shown(found.map_type.key_type) == "string":
        return map_of(_declared(found.map_type.value_type))
    return Declared("null") if kind == "null" else DYN
