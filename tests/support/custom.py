"""Definitions of custom resources, and what it takes to use them through the REST door."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from yarl import URL

from tests.support.rest import ADMIN_GROUPS, Door, Reply

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SECONDS = 10.0

SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["color"],
    "properties": {
        "color": {"type": "string", "enum": ["red", "blue"]},
        "size": {"type": "integer", "default": 3, "minimum": 1, "maximum": 9},
        "note": {"type": "string", "nullable": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "parts": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "n": {"type": "integer", "default": 1}},
            },
        },
    },
}
STATUS: dict[str, Any] = {"type": "object", "properties": {"size": {"type": "integer"}}}


def schema(spec: dict[str, Any] = SPEC) -> dict[str, Any]:
    """The schema of objects with such a spec, and a status."""
    return {"type": "object", "properties": {"spec": spec, "status": STATUS}}


def version(name: str = "v1", storage: bool = True, **more: Any) -> dict[str, Any]:
    """A version of a definition; `schema` is that of its objects."""
    given = {"name": name, "served": True, "storage": storage, "subresources": {"status": {}}, **more}
    return {**given, "schema": {"openAPIV3Schema": given.get("schema", schema())}}


def definition(
    group: str = "shop.example.test", *versions: dict[str, Any], plural: str = "mugs", **more: Any
) -> dict[str, Any]:
    """A definition of Mugs; more: of its spec."""
    names = {"plural": plural, "singular": plural[:-1], "kind": plural[:-1].capitalize()}
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": list(versions) or [version()], **more}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": spec,
    }


class Client:
    """JSON requests to a door, by one who may do everything."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def send(self, method: str, path: str, value: Any = None, kind: str = "application/json") -> Reply:
        body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        return await self.door.send(method, path, body, {"content-type": kind} if body else {})

    async def ask(self, method: str, path: str, value: Any = None, kind: str = "application/json") -> Any:
        """The answer of a request that succeeds."""
        reply = await self.send(method, path, value, kind)
        assert reply.code < 300, (method, path, reply.code, reply.body)
        return json.loads(reply.body)

    async def refused(
        self, code: int, method: str, path: str, value: Any = None, kind: str = "application/json"
    ) -> Any:
        """The answer of a request that does not succeed."""
        reply = await self.send(method, path, value, kind)
        assert reply.code == code, (method, path, reply.code, reply.body)
        return json.loads(reply.body)

    async def until(self, path: str, holds: Callable[[int, Any], bool]) -> Any:
        """Reads until the answer is as wanted."""
        deadline = asyncio.get_running_loop().time() + SECONDS
        while True:
            reply = await self.send("GET", path)
            value = json.loads(reply.body) if reply.body[:1] == b"{" else None
            if holds(reply.code, value):
                return value
            assert asyncio.get_running_loop().time() < deadline, (path, reply.code, reply.body)
            await asyncio.sleep(0.005)

    @asynccontextmanager
    async def watch(self, path: str) -> AsyncIterator[AsyncIterator[Any]]:
        """The events of a watch, from the first to the end of the stream. It is open when this is."""
        url = URL(f"https://127.0.0.1:{self.door.port}{path}", encoded=True)
        async with self.door.session("admin", ADMIN_GROUPS).get(url) as answer:
            assert answer.status == 200

            async def events() -> AsyncIterator[Any]:
                async for line in answer.content:
                    yield json.loads(line)

            yield events()

    async def define(self, crd: dict[str, Any]) -> Any:
        """Creates a definition and returns it established."""
        await self.ask("POST", DEFINITIONS, crd)
        return await self.established(crd["metadata"]["name"])

    async def established(self, name: str) -> Any:
        return await self.until(f"{DEFINITIONS}/{name}", lambda code, crd: conditions(crd).get("Established") == "True")

    async def namespace(self, name: str) -> None:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        await self.ask("POST", "/api/v1/namespaces", namespace)


def conditions(crd: Any) -> dict[str, str]:
    """The conditions of a definition, by type."""
    return {c["type"]: c["status"] for c in (crd or {}).get("status", {}).get("conditions") or []}


def mug(name: str = "m", version: str = "v1", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": f"shop.example.test/{version}",
        "kind": "Mug",
        "metadata": {"name": name},
        "spec": {"color": "red", **spec},
    }
