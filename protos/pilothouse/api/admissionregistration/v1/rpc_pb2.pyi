from pilothouse.api.admissionregistration.v1 import admissionregistration_pb2 as _admissionregistration_pb2
from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from pilothouse.api.meta.v1 import requests_pb2 as _requests_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateMutatingAdmissionPolicyRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingAdmissionPolicy
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicy, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateMutatingAdmissionPolicyRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingAdmissionPolicy
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicy, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyMutatingAdmissionPolicyRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingAdmissionPolicy
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicy, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class MutatingAdmissionPolicyWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _admissionregistration_pb2.MutatingAdmissionPolicy
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicy, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[MutatingAdmissionPolicyWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[MutatingAdmissionPolicyWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateMutatingAdmissionPolicyBindingRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingAdmissionPolicyBinding
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicyBinding, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateMutatingAdmissionPolicyBindingRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingAdmissionPolicyBinding
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicyBinding, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyMutatingAdmissionPolicyBindingRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingAdmissionPolicyBinding
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicyBinding, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class MutatingAdmissionPolicyBindingWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _admissionregistration_pb2.MutatingAdmissionPolicyBinding
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingAdmissionPolicyBinding, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[MutatingAdmissionPolicyBindingWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[MutatingAdmissionPolicyBindingWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateMutatingWebhookConfigurationRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingWebhookConfiguration
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingWebhookConfiguration, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateMutatingWebhookConfigurationRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingWebhookConfiguration
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingWebhookConfiguration, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyMutatingWebhookConfigurationRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.MutatingWebhookConfiguration
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingWebhookConfiguration, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class MutatingWebhookConfigurationWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _admissionregistration_pb2.MutatingWebhookConfiguration
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_admissionregistration_pb2.MutatingWebhookConfiguration, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[MutatingWebhookConfigurationWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[MutatingWebhookConfigurationWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateValidatingAdmissionPolicyRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingAdmissionPolicy
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicy, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateValidatingAdmissionPolicyRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingAdmissionPolicy
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicy, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyValidatingAdmissionPolicyRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingAdmissionPolicy
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicy, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class ValidatingAdmissionPolicyWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _admissionregistration_pb2.ValidatingAdmissionPolicy
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicy, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[ValidatingAdmissionPolicyWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[ValidatingAdmissionPolicyWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateValidatingAdmissionPolicyBindingRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingAdmissionPolicyBinding
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicyBinding, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateValidatingAdmissionPolicyBindingRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingAdmissionPolicyBinding
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicyBinding, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyValidatingAdmissionPolicyBindingRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingAdmissionPolicyBinding
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicyBinding, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class ValidatingAdmissionPolicyBindingWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _admissionregistration_pb2.ValidatingAdmissionPolicyBinding
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingAdmissionPolicyBinding, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[ValidatingAdmissionPolicyBindingWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[ValidatingAdmissionPolicyBindingWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateValidatingWebhookConfigurationRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingWebhookConfiguration
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingWebhookConfiguration, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateValidatingWebhookConfigurationRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingWebhookConfiguration
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingWebhookConfiguration, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyValidatingWebhookConfigurationRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _admissionregistration_pb2.ValidatingWebhookConfiguration
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingWebhookConfiguration, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class ValidatingWebhookConfigurationWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _admissionregistration_pb2.ValidatingWebhookConfiguration
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_admissionregistration_pb2.ValidatingWebhookConfiguration, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[ValidatingWebhookConfigurationWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[ValidatingWebhookConfigurationWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...
