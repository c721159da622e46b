from pilothouse.api import annotations_pb2 as _annotations_pb2
from pilothouse.api.authentication.v1 import authentication_pb2 as _authentication_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from pilothouse.api.runtime.v1 import runtime_pb2 as _runtime_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AdmissionRequest(_message.Message):
    __slots__ = ("uid", "kind", "resource", "sub_resource", "name", "namespace", "operation", "user_info", "object", "old_object", "dry_run", "options", "request_kind", "request_resource", "request_sub_resource")
    UID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    SUB_RESOURCE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    USER_INFO_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OLD_OBJECT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_KIND_FIELD_NUMBER: _ClassVar[int]
    REQUEST_RESOURCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_SUB_RESOURCE_FIELD_NUMBER: _ClassVar[int]
    uid: str
    kind: _meta_pb2.GroupVersionKind
    resource: _meta_pb2.GroupVersionResource
    sub_resource: str
    name: str
    namespace: str
    operation: str
    user_info: _authentication_pb2.UserInfo
    object: _runtime_pb2.RawExtension
    old_object: _runtime_pb2.RawExtension
    dry_run: bool
    options: _runtime_pb2.RawExtension
    request_kind: _meta_pb2.GroupVersionKind
    request_resource: _meta_pb2.GroupVersionResource
    request_sub_resource: str
    def __init__(self, uid: _Optional[str] = ..., kind: _Optional[_Union[_meta_pb2.GroupVersionKind, _Mapping]] = ..., resource: _Optional[_Union[_meta_pb2.GroupVersionResource, _Mapping]] = ..., sub_resource: _Optional[str] = ..., name: _Optional[str] = ..., namespace: _Optional[str] = ..., operation: _Optional[str] = ..., user_info: _Optional[_Union[_authentication_pb2.UserInfo, _Mapping]] = ..., object: _Optional[_Union[_runtime_pb2.RawExtension, _Mapping]] = ..., old_object: _Optional[_Union[_runtime_pb2.RawExtension, _Mapping]] = ..., dry_run: _Optional[bool] = ..., options: _Optional[_Union[_runtime_pb2.RawExtension, _Mapping]] = ..., request_kind: _Optional[_Union[_meta_pb2.GroupVersionKind, _Mapping]] = ..., request_resource: _Optional[_Union[_meta_pb2.GroupVersionResource, _Mapping]] = ..., request_sub_resource: _Optional[str] = ...) -> None: ...

class AdmissionResponse(_message.Message):
    __slots__ = ("uid", "allowed", "status", "patch", "patch_type", "audit_annotations", "warnings")
    class AuditAnnotationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    UID_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PATCH_FIELD_NUMBER: _ClassVar[int]
    PATCH_TYPE_FIELD_NUMBER: _ClassVar[int]
    AUDIT_ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    uid: str
    allowed: bool
    status: _meta_pb2.Status
    patch: bytes
    patch_type: str
    audit_annotations: _containers.ScalarMap[str, str]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, uid: _Optional[str] = ..., allowed: _Optional[bool] = ..., status: _Optional[_Union[_meta_pb2.Status, _Mapping]] = ..., patch: _Optional[bytes] = ..., patch_type: _Optional[str] = ..., audit_annotations: _Optional[_Mapping[str, str]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class AdmissionReview(_message.Message):
    __slots__ = ("request", "response")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    request: AdmissionRequest
    response: AdmissionResponse
    def __init__(self, request: _Optional[_Union[AdmissionRequest, _Mapping]] = ..., response: _Optional[_Union[AdmissionResponse, _Mapping]] = ...) -> None: ...
