from pilothouse.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkloadPodGroupSchedulingPolicy(_message.Message):
    __slots__ = ("basic", "gang")
    BASIC_FIELD_NUMBER: _ClassVar[int]
    GANG_FIELD_NUMBER: _ClassVar[int]
    basic: WorkloadPodGroupBasicSchedulingPolicy
    gang: WorkloadPodGroupGangSchedulingPolicy
    def __init__(self, basic: _Optional[_Union[WorkloadPodGroupBasicSchedulingPolicy, _Mapping]] = ..., gang: _Optional[_Union[WorkloadPodGroupGangSchedulingPolicy, _Mapping]] = ...) -> None: ...

class WorkloadPodGroupGangSchedulingPolicy(_message.Message):
    __slots__ = ("min_count",)
    MIN_COUNT_FIELD_NUMBER: _ClassVar[int]
    min_count: int
    def __init__(self, min_count: _Optional[int] = ...) -> None: ...

class WorkloadPodGroupSchedulingConstraints(_message.Message):
    __slots__ = ("topology",)
    TOPOLOGY_FIELD_NUMBER: _ClassVar[int]
    topology: _containers.RepeatedCompositeFieldContainer[WorkloadPodGroupTopologyConstraint]
    def __init__(self, topology: _Optional[_Iterable[_Union[WorkloadPodGroupTopologyConstraint, _Mapping]]] = ...) -> None: ...

class WorkloadPodGroupTopologyConstraint(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class WorkloadPodGroupDisruptionMode(_message.Message):
    __slots__ = ("single", "all")
    SINGLE_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    single: WorkloadPodGroupSingleDisruption
    all: WorkloadPodGroupAllDisruption
    def __init__(self, single: _Optional[_Union[WorkloadPodGroupSingleDisruption, _Mapping]] = ..., all: _Optional[_Union[WorkloadPodGroupAllDisruption, _Mapping]] = ...) -> None: ...

class WorkloadPodGroupResourceClaim(_message.Message):
    __slots__ = ("name", "resource_claim_name", "resource_claim_template_name")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_CLAIM_NAME_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_CLAIM_TEMPLATE_NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    resource_claim_name: str
    resource_claim_template_name: str
    def __init__(self, name: _Optional[str] = ..., resource_claim_name: _Optional[str] = ..., resource_claim_template_name: _Optional[str] = ...) -> None: ...

class WorkloadPodGroupBasicSchedulingPolicy(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WorkloadPodGroupSingleDisruption(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WorkloadPodGroupAllDisruption(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
