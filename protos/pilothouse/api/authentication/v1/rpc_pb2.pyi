from pilothouse.api.authentication.v1 import authentication_pb2 as _authentication_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateSelfSubjectReviewRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authentication_pb2.SelfSubjectReview
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authentication_pb2.SelfSubjectReview, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class CreateTokenReviewRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authentication_pb2.TokenReview
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authentication_pb2.TokenReview, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class CreateTokenRequestRequest(_message.Message):
    __slots__ = ("namespace", "object", "options", "name")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _authentication_pb2.TokenRequest
    options: _meta_pb2.CreateOptions
    name: str
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_authentication_pb2.TokenRequest, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...
