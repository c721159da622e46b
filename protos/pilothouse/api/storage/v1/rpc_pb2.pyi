from pilothouse.api.meta.v1 import meta_pb2 as _meta_pb2
from pilothouse.api.meta.v1 import requests_pb2 as _requests_pb2
from pilothouse.api.storage.v1 import storage_pb2 as _storage_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCSIDriverRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSIDriver
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSIDriver, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateCSIDriverRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSIDriver
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSIDriver, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyCSIDriverRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSIDriver
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSIDriver, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class CSIDriverWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _storage_pb2.CSIDriver
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_storage_pb2.CSIDriver, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[CSIDriverWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[CSIDriverWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateCSINodeRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSINode
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSINode, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateCSINodeRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSINode
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSINode, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyCSINodeRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSINode
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSINode, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class CSINodeWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _storage_pb2.CSINode
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_storage_pb2.CSINode, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[CSINodeWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[CSINodeWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateCSIStorageCapacityRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSIStorageCapacity
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSIStorageCapacity, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateCSIStorageCapacityRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSIStorageCapacity
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSIStorageCapacity, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyCSIStorageCapacityRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.CSIStorageCapacity
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.CSIStorageCapacity, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class CSIStorageCapacityWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _storage_pb2.CSIStorageCapacity
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_storage_pb2.CSIStorageCapacity, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[CSIStorageCapacityWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[CSIStorageCapacityWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateStorageClassRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.StorageClass
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.StorageClass, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateStorageClassRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.StorageClass
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.StorageClass, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyStorageClassRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.StorageClass
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.StorageClass, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class StorageClassWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _storage_pb2.StorageClass
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_storage_pb2.StorageClass, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[StorageClassWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[StorageClassWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateVolumeAttachmentRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.VolumeAttachment
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttachment, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateVolumeAttachmentRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.VolumeAttachment
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttachment, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyVolumeAttachmentRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.VolumeAttachment
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttachment, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class VolumeAttachmentWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _storage_pb2.VolumeAttachment
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttachment, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[VolumeAttachmentWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[VolumeAttachmentWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...

class CreateVolumeAttributesClassRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.VolumeAttributesClass
    options: _meta_pb2.CreateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttributesClass, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.CreateOptions, _Mapping]] = ...) -> None: ...

class UpdateVolumeAttributesClassRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.VolumeAttributesClass
    options: _meta_pb2.UpdateOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttributesClass, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.UpdateOptions, _Mapping]] = ...) -> None: ...

class ApplyVolumeAttributesClassRequest(_message.Message):
    __slots__ = ("namespace", "object", "options")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    object: _storage_pb2.VolumeAttributesClass
    options: _meta_pb2.PatchOptions
    def __init__(self, namespace: _Optional[str] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttributesClass, _Mapping]] = ..., options: _Optional[_Union[_meta_pb2.PatchOptions, _Mapping]] = ...) -> None: ...

class VolumeAttributesClassWatchFrame(_message.Message):
    __slots__ = ("revision", "events", "initial_events_end")
    class Change(_message.Message):
        __slots__ = ("type", "object")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        OBJECT_FIELD_NUMBER: _ClassVar[int]
        type: _requests_pb2.WatchEventType
        object: _storage_pb2.VolumeAttributesClass
        def __init__(self, type: _Optional[_Union[_requests_pb2.WatchEventType, str]] = ..., object: _Optional[_Union[_storage_pb2.VolumeAttributesClass, _Mapping]] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_EVENTS_END_FIELD_NUMBER: _ClassVar[int]
    revision: int
    events: _containers.RepeatedCompositeFieldContainer[VolumeAttributesClassWatchFrame.Change]
    initial_events_end: bool
    def __init__(self, revision: _Optional[int] = ..., events: _Optional[_Iterable[_Union[VolumeAttributesClassWatchFrame.Change, _Mapping]]] = ..., initial_events_end: _Optional[bool] = ...) -> None: ...
