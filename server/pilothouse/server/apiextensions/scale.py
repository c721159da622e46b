"""The scale of custom objects, by the paths that their definition names."""

from typing import Any

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceSubresourceScale
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject

from ..errors import Internal
from .codec import compact, content_of
from .paths import Misplaced, value_at


class CustomScaling:
    """Reads and writes the replicas of one version's objects. field: their path, as owned fields have it."""

    def __init__(self, paths: CustomResourceSubresourceScale) -> None:
        self._paths = paths
        self.field = tuple(f"f:{name}" for name in paths.spec_replicas_path.removeprefix(".").split("."))

    def status(self, obj: CustomObject) -> tuple[int, str]:
        """The observed replicas, and the selector as text. Raises Internal."""
        content = content_of(obj)
        replicas = self._value(content, self._paths.status_replicas_path, int, "int64") or 0
        selector = ""
        if self._paths.label_selector_path:
            selector = self._value(content, self._paths.label_selector_path, str, "string") or ""
        return replicas, selector

    def replicas(self, obj: CustomObject) -> int | None:
        """The wanted replicas; None where the object does not say. Raises Internal."""
        found: int | None = self._value(content_of(obj), self._paths.spec_replicas_path, int, "int64")
        return found

    def set(self, obj: CustomObject, replicas: int) -> None:
        """Raises Internal where something else stands in the way."""
        content = content_of(obj)
        *above, last = self._paths.spec_replicas_path.removeprefix(".").split(".")
        place: Any = content
        for name in above:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                path = self._paths.spec_replicas_path
                raise Internal(f"value cannot be set because {path} leads through a value that is no object")
        place[last] = replicas
        obj.content = compact(content)

    def _value(self, content: dict[str, Any], path: str, wanted: type, name: str) -> Any:
        try:
            return value_at(content, path, wanted, name)
        except Misplaced as error:
            raise Internal(str(error)) from None

    def missing(self) -> Internal:
        """What a reader is told of an object that does not say how many replicas it wants."""
        return Internal(
            f'Internal error occurred: the spec replicas field "{self._paths.spec_replicas_path}" does not exist'
        )
