from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PatchType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PATCH_TYPE_UNSPECIFIED: _ClassVar[PatchType]
    JSON_PATCH: _ClassVar[PatchType]
    MERGE_PATCH: _ClassVar[PatchType]
    STRATEGIC_MERGE_PATCH: _ClassVar[PatchType]

class WatchEventType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WATCH_EVENT_TYPE_UNSPECIFIED: _ClassVar[WatchEventType]
    ADDED: _ClassVar[WatchEventType]
    MODIFIED: _ClassVar[WatchEventType]
    DELETED: _ClassVar[WatchEventType]
PATCH_TYPE_UNSPECIFIED: PatchType
JSON_PATCH: PatchType
MERGE_PATCH: PatchType
STRATEGIC_MERGE_PATCH: PatchType
WATCH_EVENT_TYPE_UNSPECIFIED: WatchEventType
ADDED: WatchEventType
MODIFIED: WatchEventType
DELETED: WatchEventType

class GetRequest(_message.Message):
    __slots__ = ("namespace", "name", "options", "subresource")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name: str
    options: _meta_pb2.GetOptions
    subresource: str
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.GetOptions, _Mapping]] = ..., subresource: _Optional[str] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("namespace", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    options: _meta_pb2.ListOptions
    def __init__(self, namespace: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.ListOptions, _Mapping]] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("namespace", "options", "heartbeat_seconds")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    options: _meta_pb2.ListOptions
    heartbeat_seconds: int
    def __init__(self, namespace: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.ListOptions, _Mapping]] = ..., heartbeat_seconds: _Optional[int] = ...) -> None: ...

class PatchRequest(_message.Message):
    __slots__ = ("namespace", "name", "type", "patch", "options", "subresource")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name: str
    type: PatchType
    patch: bytes
    options: _meta_pb2.PatchOptions
    subresource: str
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[_Union[PatchType, str]] = ..., patch: _Optional[bytes] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ..., subresource: _Optional[str] = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("namespace", "name", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    name: str
    options: _meta_pb2.DeleteOptions
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.DeleteOptions, _Mapping]] = ...) -> None: ...

class DeleteCollectionRequest(_message.Message):
    __slots__ = ("namespace", "list_options", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    LIST_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    list_options: _meta_pb2.ListOptions
    options: _meta_pb2.DeleteOptions
    def __init__(self, namespace: _Optional[str] = ..., list_options: _Optional[_Union[_meta_pb2.ListOptions, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.DeleteOptions, _Mapping]] = ...) -> None: ...

class DeleteCollectionResponse(_message.Message):
    __slots__ = ("deleted",)
    DELETED_FIELD_NUMBER: _ClassVar[int]
    deleted: int
    def __init__(self, deleted: _Optional[int] = ...) -> None: ...
