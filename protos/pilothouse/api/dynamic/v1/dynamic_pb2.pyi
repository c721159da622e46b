from pilothouse.api import annotations_pb2 as _annotations_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from pilothouse.api.meta.v1 import requests_pb2 as _requests_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENCODING_UNSPECIFIED: _ClassVar[Encoding]
    PROTOBUF: _ClassVar[Encoding]
    JSON: _ClassVar[Encoding]
ENCODING_UNSPECIFIED: Encoding
PROTOBUF: Encoding
JSON: Encoding

class ResourceName(_message.Message):
    __slots__ = ("group", "version", "resource")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    group: str
    version: str
    resource: str
    def __init__(self, group: _Optional[str] = ..., version: _Optional[str] = ..., resource: _Optional[str] = ...) -> None: ...

class Object(_message.Message):
    __slots__ = ("resource", "object", "encoding")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    object: bytes
    encoding: Encoding
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., object: _Optional[bytes] = ..., encoding: _Optional[_Union[Encoding, str]] = ...) -> None: ...

class CustomObject(_message.Message):
    __slots__ = ("metadata", "content", "kind")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    metadata: _meta_pb2.ObjectMeta
    content: bytes
    kind: str
    def __init__(self, metadata: _Optional[_Union[_meta_pb2.ObjectMeta, _Mapping]] = ..., content: _Optional[bytes] = ..., kind: _Optional[str] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ("resource", "namespace", "name", "options", "encoding", "subresource")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    name: str
    options: _meta_pb2.GetOptions
    encoding: Encoding
    subresource: str
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.GetOptions, _Mapping]] = ..., encoding: _Optional[_Union[Encoding, str]] = ..., subresource: _Optional[str] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("resource", "namespace", "options", "encoding")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    options: _meta_pb2.ListOptions
    encoding: Encoding
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.ListOptions, _Mapping]] = ..., encoding: _Optional[_Union[Encoding, str]] = ...) -> None: ...

class ObjectList(_message.Message):
    __slots__ = ("metadata", "items", "encoding")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    metadata: _meta_pb2.ListMeta
    items: _containers.RepeatedScalarFieldContainer[bytes]
    encoding: Encoding
    def __init__(self, metadata: _Optional[_Union[_meta_pb2.ListMeta, _Mapping]] = ..., items: _Optional[_Iterable[bytes]] = ..., encoding: _Optional[_Union[Encoding, str]] = ...) -> None: ...

class WriteRequest(_message.Message):
    __slots__ = ("namespace", "object", "options", "resource", "encoding", "subresource", "name")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: bytes
    options: WriteOptions
    resource: ResourceName
    encoding: Encoding
    subresource: str
    name: str
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[bytes] = ..., options: _Optional[_Union[WriteOptions, _Mapping]] = ..., resource: _Optional[_Union[ResourceName, _Mapping]] = ..., encoding: _Optional[_Union[Encoding, str]] = ..., subresource: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class WriteOptions(_message.Message):
    __slots__ = ("dry_run", "field_manager", "field_validation")
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    FIELD_MANAGER_FIELD_NUMBER: _ClassVar[int]
    FIELD_VALIDATION_FIELD_NUMBER: _ClassVar[int]
    dry_run: _containers.RepeatedScalarFieldContainer[str]
    field_manager: str
    field_validation: str
    def __init__(self, dry_run: _Optional[_Iterable[str]] = ..., field_manager: _Optional[str] = ..., field_validation: _Optional[str] = ...) -> None: ...

class PatchRequest(_message.Message):
    __slots__ = ("resource", "namespace", "name", "type", "patch", "options", "subresource", "encoding")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    name: str
    type: _requests_pb2.PatchType
    patch: bytes
    options: _meta_pb2.PatchOptions
    subresource: str
    encoding: Encoding
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[_Union[_requests_pb2.PatchType, str]] = ..., patch: _Optional[bytes] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ..., subresource: _Optional[str] = ..., encoding: _Optional[_Union[Encoding, str]] = ...) -> None: ...

class ApplyRequest(_message.Message):
    __slots__ = ("resource", "namespace", "object", "options", "encoding", "subresource")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    object: bytes
    options: _meta_pb2.PatchOptions
    encoding: Encoding
    subresource: str
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., object: _Optional[bytes] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ..., encoding: _Optional[_Union[Encoding, str]] = ..., subresource: _Optional[str] = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("resource", "namespace", "name", "options", "encoding")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    name: str
    options: _meta_pb2.DeleteOptions
    encoding: Encoding
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., options: _Optional[_Union[_meta_pb2.DeleteOptions, _Mapping]] = ..., encoding: _Optional[_Union[Encoding, str]] = ...) -> None: ...

class DeleteCollectionRequest(_message.Message):
    __slots__ = ("resource", "namespace", "list_options", "options")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    LIST_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    list_options: _meta_pb2.ListOptions
    options: _meta_pb2.DeleteOptions
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., list_options: _Optional[_Union[_meta_pb2.ListOptions, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.DeleteOptions, _Mapping]] = ...) -> None: ...

class WatchScope(_message.Message):
    __slots__ = ("resource", "namespace", "label_selector", "field_selector")
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    LABEL_SELECTOR_FIELD_NUMBER: _ClassVar[int]
    FIELD_SELECTOR_FIELD_NUMBER: _ClassVar[int]
    resource: ResourceName
    namespace: str
    label_selector: str
    field_selector: str
    def __init__(self, resource: _Optional[_Union[ResourceName, _Mapping]] = ..., namespace: _Optional[str] = ..., label_selector: _Optional[str] = ..., field_selector: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("scopes", "resource_version", "send_initial_events", "encoding", "heartbeat_seconds", "timeout_seconds")
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_VERSION_FIELD_NUMBER: _ClassVar[int]
    SEND_INITIAL_EVENTS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    scopes: _containers.RepeatedCompositeFieldContainer[WatchScope]
    resource_version: str
    send_initial_events: bool
    encoding: Encoding
    heartbeat_seconds: int
    timeout_seconds: int
    def __init__(self, scopes: _Optional[_Iterable[_Union[WatchScope, _Mapping]]] = ..., resource_version: _Optional[str] = ..., send_initial_events: _Optional[bool] = ..., encoding: _Optional[_Union[Encoding, str]] = ..., heartbeat_seconds: _Optional[int] = ..., timeout_seconds: _Optional[int] = ...) -> None: ...

class WatchEvent(_message.Message):
    __slots__ = ("type", "object", "scope")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    type: _requests_pb2.WatchEventType
    object: bytes
    scope: int
    def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[bytes] = ..., scope: _Optional[int] = ...) -> None: ...

class WatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[WatchEvent]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[WatchEvent, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class Operation(_message.Message):
    __slots__ = ("create", "update", "delete")
    CREATE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    create: WriteRequest
    update: WriteRequest
    delete: DeleteRequest
    def __init__(self, create: _Optional[_Union[WriteRequest, _Mapping]] = ..., update: _Optional[_Union[WriteRequest, _Mapping]] = ..., delete: _Optional[_Union[DeleteRequest, _Mapping]] = ...) -> None: ...

class TransactRequest(_message.Message):
    __slots__ = ("operations", "dry_run")
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    dry_run: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ..., dry_run: _Optional[_Iterable[str]] = ...) -> None: ...

class TransactResponse(_message.Message):
    __slots__ = ("revision", "objects")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    objects: _containers.RepeatedCompositeFieldContainer[Object]
    def __init__(self, revision: _Optional[int] = ..., objects: _Optional[_Iterable[_Union[Object, _Mapping]]] = ...) -> None: ...

class DiscoverRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResourceInfo(_message.Message):
    __slots__ = ("name", "kind", "singular", "namespaced", "short_names", "categories", "verbs", "subresources", "preferred", "message")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SINGULAR_FIELD_NUMBER: _ClassVar[int]
    NAMESPACED_FIELD_NUMBER: _ClassVar[int]
    SHORT_NAMES_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    VERBS_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCES_FIELD_NUMBER: _ClassVar[int]
    PREFERRED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    name: ResourceName
    kind: str
    singular: str
    namespaced: bool
    short_names: _containers.RepeatedScalarFieldContainer[str]
    categories: _containers.RepeatedScalarFieldContainer[str]
    verbs: _containers.RepeatedScalarFieldContainer[str]
    subresources: _containers.RepeatedScalarFieldContainer[str]
    preferred: bool
    message: str
    def __init__(self, name: _Optional[_Union[ResourceName, _Mapping]] = ..., kind: _Optional[str] = ..., singular: _Optional[str] = ..., namespaced: _Optional[bool] = ..., short_names: _Optional[_Iterable[str]] = ..., categories: _Optional[_Iterable[str]] = ..., verbs: _Optional[_Iterable[str]] = ..., subresources: _Optional[_Iterable[str]] = ..., preferred: _Optional[bool] = ..., message: _Optional[str] = ...) -> None: ...

class DiscoverResponse(_message.Message):
    __slots__ = ("resources",)
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    resources: _containers.RepeatedCompositeFieldContainer[ResourceInfo]
    def __init__(self, resources: _Optional[_Iterable[_Union[ResourceInfo, _Mapping]]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("verb", "resource", "subresource", "namespace", "name", "path", "user", "groups", "object", "encoding")
    VERB_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    verb: str
    resource: ResourceName
    subresource: str
    namespace: str
    name: str
    path: str
    user: str
    groups: _containers.RepeatedScalarFieldContainer[str]
    object: bytes
    encoding: Encoding
    def __init__(self, verb: _Optional[str] = ..., resource: _Optional[_Union[ResourceName, _Mapping]] = ..., subresource: _Optional[str] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., path: _Optional[str] = ..., user: _Optional[str] = ..., groups: _Optional[_Iterable[str]] = ..., object: _Optional[bytes] = ..., encoding: _Optional[_Union[Encoding, str]] = ...) -> None: ...

class Grant(_message.Message):
    __slots__ = ("binding", "subject", "verbs", "api_groups", "resources", "resource_names", "non_resource_urls", "lacks")
    BINDING_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERBS_FIELD_NUMBER: _ClassVar[int]
    API_GROUPS_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_NAMES_FIELD_NUMBER: _ClassVar[int]
    NON_RESOURCE_URLS_FIELD_NUMBER: _ClassVar[int]
    LACKS_FIELD_NUMBER: _ClassVar[int]
    binding: str
    subject: str
    verbs: _containers.RepeatedScalarFieldContainer[str]
    api_groups: _containers.RepeatedScalarFieldContainer[str]
    resources: _containers.RepeatedScalarFieldContainer[str]
    resource_names: _containers.RepeatedScalarFieldContainer[str]
    non_resource_urls: _containers.RepeatedScalarFieldContainer[str]
    lacks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, binding: _Optional[str] = ..., subject: _Optional[str] = ..., verbs: _Optional[_Iterable[str]] = ..., api_groups: _Optional[_Iterable[str]] = ..., resources: _Optional[_Iterable[str]] = ..., resource_names: _Optional[_Iterable[str]] = ..., non_resource_urls: _Optional[_Iterable[str]] = ..., lacks: _Optional[_Iterable[str]] = ...) -> None: ...

class FieldChange(_message.Message):
    __slots__ = ("path", "before", "after")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    path: str
    before: str
    after: str
    def __init__(self, path: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class AdmissionStep(_message.Message):
    __slots__ = ("plugin", "phase", "changes", "notes", "refusal")
    PLUGIN_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    plugin: str
    phase: str
    changes: _containers.RepeatedCompositeFieldContainer[FieldChange]
    notes: _containers.RepeatedScalarFieldContainer[str]
    refusal: str
    def __init__(self, plugin: _Optional[str] = ..., phase: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[FieldChange, _Mapping]]] = ..., notes: _Optional[_Iterable[str]] = ..., refusal: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("allowed", "reason", "granted_by", "nearest", "problems", "admission", "failure")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GRANTED_BY_FIELD_NUMBER: _ClassVar[int]
    NEAREST_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    reason: str
    granted_by: Grant
    nearest: _containers.RepeatedCompositeFieldContainer[Grant]
    problems: _containers.RepeatedScalarFieldContainer[str]
    admission: _containers.RepeatedCompositeFieldContainer[AdmissionStep]
    failure: str
    def __init__(self, allowed: _Optional[bool] = ..., reason: _Optional[str] = ..., granted_by: _Optional[_Union[Grant, _Mapping]] = ..., nearest: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., problems: _Optional[_Iterable[str]] = ..., admission: _Optional[_Iterable[_Union[AdmissionStep, _Mapping]]] = ..., failure: _Optional[str] = ...) -> None: ...
