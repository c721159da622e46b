"""The Python client of a Pilothouse server: configuration, typed and dynamic resources, watches that resume by
themselves, and the command line (`cli`). It knows the API's messages (`pilothouse.api`), and nothing of the server's
code."""

from .client import Client, Dynamic, create_operation, delete_operation, update_operation
from .config import ClientConfig, ConfigError
from .errors import ApiError
from .resource import ALL_NAMESPACES, ListPage, PatchType, Resource
from .watch import Event, EventType, Progress, Watch
from .wire import JSON, Codec, JsonObject, protobuf

__all__ = [
    "ALL_NAMESPACES",
    "JSON",
    "ApiError",
    "Client",
    "ClientConfig",
    "Codec",
    "ConfigError",
    "Dynamic",
    "Event",
    "EventType",
    "JsonObject",
    "ListPage",
    "PatchType",
    "Progress",
    "Resource",
    "Watch",
    "create_operation",
    "delete_operation",
    "protobuf",
    "update_operation",
]
