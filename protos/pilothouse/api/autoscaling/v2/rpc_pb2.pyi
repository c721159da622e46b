from pilothouse.api.autoscaling.v2 import autoscaling_pb2 as _autoscaling_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from pilothouse.api.meta.v1 import requests_pb2 as _requests_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateHorizontalPodAutoscalerRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _autoscaling_pb2.HorizontalPodAutoscaler
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_autoscaling_pb2.HorizontalPodAutoscaler, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateHorizontalPodAutoscalerRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _autoscaling_pb2.HorizontalPodAutoscaler
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_autoscaling_pb2.HorizontalPodAutoscaler, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyHorizontalPodAutoscalerRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _autoscaling_pb2.HorizontalPodAutoscaler
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_autoscaling_pb2.HorizontalPodAutoscaler, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class HorizontalPodAutoscalerWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _autoscaling_pb2.HorizontalPodAutoscaler
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_autoscaling_pb2.HorizontalPodAutoscaler, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[HorizontalPodAutoscalerWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[HorizontalPodAutoscalerWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...
