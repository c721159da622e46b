from pilothouse.api.authorization.v1 import authorization_pb2 as _authorization_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateLocalSubjectAccessReviewRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authorization_pb2.LocalSubjectAccessReview
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authorization_pb2.LocalSubjectAccessReview, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class CreateSelfSubjectAccessReviewRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authorization_pb2.SelfSubjectAccessReview
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authorization_pb2.SelfSubjectAccessReview, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class CreateSelfSubjectRulesReviewRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authorization_pb2.SelfSubjectRulesReview
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authorization_pb2.SelfSubjectRulesReview, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class CreateSubjectAccessReviewRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authorization_pb2.SubjectAccessReview
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authorization_pb2.SubjectAccessReview, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...
