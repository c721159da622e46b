from pilothouse.api.apps.v1 import apps_pb2 as _apps_pb2
from pilothouse.api.autoscaling.v1 import autoscaling_pb2 as _autoscaling_pb2
from pilothouse.api.autoscaling.v1 import rpc_pb2 as _rpc_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from pilothouse.api.meta.v1 import requests_pb2 as _requests_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateControllerRevisionRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.ControllerRevision
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.ControllerRevision, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateControllerRevisionRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.ControllerRevision
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.ControllerRevision, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyControllerRevisionRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.ControllerRevision
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.ControllerRevision, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class ControllerRevisionWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _apps_pb2.ControllerRevision
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_apps_pb2.ControllerRevision, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[ControllerRevisionWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[ControllerRevisionWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateDaemonSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.DaemonSet
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.DaemonSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateDaemonSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.DaemonSet
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.DaemonSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyDaemonSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.DaemonSet
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.DaemonSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class DaemonSetWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _apps_pb2.DaemonSet
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_apps_pb2.DaemonSet, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[DaemonSetWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[DaemonSetWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateDeploymentRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.Deployment
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.Deployment, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateDeploymentRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.Deployment
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.Deployment, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyDeploymentRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.Deployment
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.Deployment, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class DeploymentWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _apps_pb2.Deployment
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_apps_pb2.Deployment, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[DeploymentWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[DeploymentWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateReplicaSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.ReplicaSet
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.ReplicaSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateReplicaSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.ReplicaSet
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.ReplicaSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyReplicaSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.ReplicaSet
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.ReplicaSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class ReplicaSetWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _apps_pb2.ReplicaSet
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_apps_pb2.ReplicaSet, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[ReplicaSetWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[ReplicaSetWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateStatefulSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.StatefulSet
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.StatefulSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateStatefulSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.StatefulSet
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.StatefulSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyStatefulSetRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _apps_pb2.StatefulSet
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_apps_pb2.StatefulSet, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class StatefulSetWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _apps_pb2.StatefulSet
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_apps_pb2.StatefulSet, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[StatefulSetWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[StatefulSetWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...
