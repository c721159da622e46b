from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    NAMESPACED: _ClassVar[Scope]
    CLUSTER: _ClassVar[Scope]

class JsonForm(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JSON_FORM_UNSPECIFIED: _ClassVar[JsonForm]
    TIME: _ClassVar[JsonForm]
    MICRO_TIME: _ClassVar[JsonForm]
    DURATION: _ClassVar[JsonForm]
    QUANTITY: _ClassVar[JsonForm]
    INT_OR_STRING: _ClassVar[JsonForm]
    RAW: _ClassVar[JsonForm]
    FIELDS: _ClassVar[JsonForm]
    STRINGS: _ClassVar[JsonForm]
    SCHEMA_OR_LIST: _ClassVar[JsonForm]
    SCHEMA_OR_BOOL: _ClassVar[JsonForm]
    SCHEMA_OR_STRINGS: _ClassVar[JsonForm]

class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORMAT_UNSPECIFIED: _ClassVar[Format]
    DNS_LABEL: _ClassVar[Format]
    DNS_SUBDOMAIN: _ClassVar[Format]
    DNS1035_LABEL: _ClassVar[Format]
    PATH_SEGMENT: _ClassVar[Format]
    LABEL_KEY: _ClassVar[Format]
    LABEL_VALUE: _ClassVar[Format]
    PORT_NAME: _ClassVar[Format]
    IP: _ClassVar[Format]
    CIDR: _ClassVar[Format]
    ENV_NAME: _ClassVar[Format]
    CONFIG_KEY: _ClassVar[Format]
    ABSOLUTE_PATH: _ClassVar[Format]
    LABELS: _ClassVar[Format]

class ListType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIST_TYPE_UNSPECIFIED: _ClassVar[ListType]
    ATOMIC: _ClassVar[ListType]
    SET: _ClassVar[ListType]
    MAP: _ClassVar[ListType]
SCOPE_UNSPECIFIED: Scope
NAMESPACED: Scope
CLUSTER: Scope
JSON_FORM_UNSPECIFIED: JsonForm
TIME: JsonForm
MICRO_TIME: JsonForm
DURATION: JsonForm
QUANTITY: JsonForm
INT_OR_STRING: JsonForm
RAW: JsonForm
FIELDS: JsonForm
STRINGS: JsonForm
SCHEMA_OR_LIST: JsonForm
SCHEMA_OR_BOOL: JsonForm
SCHEMA_OR_STRINGS: JsonForm
FORMAT_UNSPECIFIED: Format
DNS_LABEL: Format
DNS_SUBDOMAIN: Format
DNS1035_LABEL: Format
PATH_SEGMENT: Format
LABEL_KEY: Format
LABEL_VALUE: Format
PORT_NAME: Format
IP: Format
CIDR: Format
ENV_NAME: Format
CONFIG_KEY: Format
ABSOLUTE_PATH: Format
LABELS: Format
LIST_TYPE_UNSPECIFIED: ListType
ATOMIC: ListType
SET: ListType
MAP: ListType
RESOURCE_TYPE_FIELD_NUMBER: _ClassVar[int]
resource_type: _descriptor.FieldDescriptor
JSON_FORM_FIELD_NUMBER: _ClassVar[int]
json_form: _descriptor.FieldDescriptor
ATOMIC_TYPE_FIELD_NUMBER: _ClassVar[int]
atomic_type: _descriptor.FieldDescriptor
VALUE_FIELD_NUMBER: _ClassVar[int]
value: _descriptor.FieldDescriptor
ALWAYS_FIELD_NUMBER: _ClassVar[int]
always: _descriptor.FieldDescriptor
INLINE_FIELD_NUMBER: _ClassVar[int]
inline: _descriptor.FieldDescriptor
REQUIRED_FIELD_NUMBER: _ClassVar[int]
required: _descriptor.FieldDescriptor
ENUM_FIELD_NUMBER: _ClassVar[int]
enum: _descriptor.FieldDescriptor
DEFAULT_FIELD_NUMBER: _ClassVar[int]
default: _descriptor.FieldDescriptor
FORMAT_FIELD_NUMBER: _ClassVar[int]
format: _descriptor.FieldDescriptor
MINIMUM_FIELD_NUMBER: _ClassVar[int]
minimum: _descriptor.FieldDescriptor
MAXIMUM_FIELD_NUMBER: _ClassVar[int]
maximum: _descriptor.FieldDescriptor
MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
max_length: _descriptor.FieldDescriptor
PATTERN_FIELD_NUMBER: _ClassVar[int]
pattern: _descriptor.FieldDescriptor
IMMUTABLE_FIELD_NUMBER: _ClassVar[int]
immutable: _descriptor.FieldDescriptor
LIST_TYPE_FIELD_NUMBER: _ClassVar[int]
list_type: _descriptor.FieldDescriptor
MAP_KEYS_FIELD_NUMBER: _ClassVar[int]
map_keys: _descriptor.FieldDescriptor
ATOMIC_FIELD_NUMBER: _ClassVar[int]
atomic: _descriptor.FieldDescriptor
PATCH_STRATEGY_FIELD_NUMBER: _ClassVar[int]
patch_strategy: _descriptor.FieldDescriptor
PATCH_MERGE_KEY_FIELD_NUMBER: _ClassVar[int]
patch_merge_key: _descriptor.FieldDescriptor
ENFORCED_FIELD_NUMBER: _ClassVar[int]
enforced: _descriptor.FieldDescriptor
OPEN_FIELD_NUMBER: _ClassVar[int]
open: _descriptor.FieldDescriptor
UNIQUE_FIELD_NUMBER: _ClassVar[int]
unique: _descriptor.FieldDescriptor
GRANULAR_FIELD_NUMBER: _ClassVar[int]
granular: _descriptor.FieldDescriptor

class Subresource(_message.Message):
    __slots__ = ("name", "body", "verbs", "method")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    VERBS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    name: str
    body: str
    verbs: _containers.RepeatedScalarFieldContainer[str]
    method: str
    def __init__(self, name: _Optional[str] = ..., body: _Optional[str] = ..., verbs: _Optional[_Iterable[str]] = ..., method: _Optional[str] = ...) -> None: ...

class Storage(_message.Message):
    __slots__ = ("key", "api_version", "json", "expires")
    KEY_FIELD_NUMBER: _ClassVar[int]
    API_VERSION_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    AS_FIELD_NUMBER: _ClassVar[int]
    key: str
    api_version: str
    json: bool
    expires: bool
    def __init__(self, key: _Optional[str] = ..., api_version: _Optional[str] = ..., json: _Optional[bool] = ..., expires: _Optional[bool] = ..., **kwargs) -> None: ...

class Generation(_message.Message):
    __slots__ = ("initial", "raised_by")
    INITIAL_FIELD_NUMBER: _ClassVar[int]
    RAISED_BY_FIELD_NUMBER: _ClassVar[int]
    initial: int
    raised_by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, initial: _Optional[int] = ..., raised_by: _Optional[_Iterable[str]] = ...) -> None: ...

class ResourceOptions(_message.Message):
    __slots__ = ("group", "plural", "singular", "scope", "short_names", "categories", "verbs", "subresources", "storage", "selectable_fields", "conditional_update", "create_on_update", "delete_returns_object", "orphans_by_default", "generation", "name_rule", "max_name_length", "service", "deprecation")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PLURAL_FIELD_NUMBER: _ClassVar[int]
    SINGULAR_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SHORT_NAMES_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    VERBS_FIELD_NUMBER: _ClassVar[int]
    SUBRESOURCES_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    SELECTABLE_FIELDS_FIELD_NUMBER: _ClassVar[int]
    CONDITIONAL_UPDATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_ON_UPDATE_FIELD_NUMBER: _ClassVar[int]
    DELETE_RETURNS_OBJECT_FIELD_NUMBER: _ClassVar[int]
    ORPHANS_BY_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    NAME_RULE_FIELD_NUMBER: _ClassVar[int]
    MAX_NAME_LENGTH_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    DEPRECATION_FIELD_NUMBER: _ClassVar[int]
    group: str
    plural: str
    singular: str
    scope: Scope
    short_names: _containers.RepeatedScalarFieldContainer[str]
    categories: _containers.RepeatedScalarFieldContainer[str]
    verbs: _containers.RepeatedScalarFieldContainer[str]
    subresources: _containers.RepeatedCompositeFieldContainer[Subresource]
    storage: Storage
    selectable_fields: _containers.RepeatedScalarFieldContainer[str]
    conditional_update: bool
    create_on_update: bool
    delete_returns_object: bool
    orphans_by_default: bool
    generation: Generation
    name_rule: str
    max_name_length: int
    service: str
    deprecation: str
    def __init__(self, group: _Optional[str] = ..., plural: _Optional[str] = ..., singular: _Optional[str] = ..., scope: _Optional[_Union[Scope, str]] = ..., short_names: _Optional[_Iterable[str]] = ..., categories: _Optional[_Iterable[str]] = ..., verbs: _Optional[_Iterable[str]] = ..., subresources: _Optional[_Iterable[_Union[Subresource, _Mapping]]] = ..., storage: _Optional[_Union[Storage, _Mapping]] = ..., selectable_fields: _Optional[_Iterable[str]] = ..., conditional_update: _Optional[bool] = ..., create_on_update: _Optional[bool] = ..., delete_returns_object: _Optional[bool] = ..., orphans_by_default: _Optional[bool] = ..., generation: _Optional[_Union[Generation, _Mapping]] = ..., name_rule: _Optional[str] = ..., max_name_length: _Optional[int] = ..., service: _Optional[str] = ..., deprecation: _Optional[str] = ...) -> None: ...
