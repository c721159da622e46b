"""Version 2 from version 3: schemas and path items, as the OpenAPI specification 2.0 has them.

What version 2 has no word for is left out, and with it the defaults of built-in fields, which clients of that version
have never seen. Parameters that many operations share stand at the top of the document.
"""

from collections.abc import Mapping
from typing import Any

from .operations import CONNECT
from .schemas import REF, Json

REF_2 = "#/definitions/"
SHARED = "#/parameters/"
_DROPPED = frozenset({"default", "nullable", "oneOf", "anyOf", "allOf", "not"})


def schema_2(schema: Mapping[str, Any]) -> Json:
    """A schema in the form of version 2."""
    found: Json = {key: value for key, value in schema.items() if key not in _DROPPED}
    if "$ref" in found:
        found["$ref"] = _ref(schema["$ref"])
    match schema.get("allOf"):
        case [{"$ref": to}]:
            found["$ref"] = _ref(to)
    if "oneOf" in schema and all("type" in choice for choice in schema["oneOf"]):
        found["type"] = "string"
    if schema.get("nullable") or schema.get("x-kubernetes-preserve-unknown-fields"):
        # Clients of version 2 refuse what is null, and what they are not told of.
        for key in ("properties", "items", *(("type",) if schema.get("nullable") else ())):
            found.pop(key, None)
    if "properties" in found:
        found["properties"] = {name: schema_2(value) for name, value in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(found.get(key), dict):
            found[key] = schema_2(schema[key])
    return found


def path_item_2(item: Mapping[str, Any], shared: dict[str, Json]) -> Json:
    """A path item in the form of version 2. shared: is given the parameters that stand at the top."""
    found: Json = {method: _operation(item[method], shared) for method in CONNECT if method in item}
    if "parameters" in item:
        found["parameters"] = [_parameter(parameter, shared) for parameter in item["parameters"]]
    return found


def _ref(to: str) -> str:
    return REF_2 + to.removeprefix(REF)


def _operation(operation: Mapping[str, Any], shared: dict[str, Json]) -> Json:
    found: Json = {key: operation[key] for key in operation if key not in ("parameters", "requestBody", "responses")}
    parameters = [_parameter(parameter, shared) for parameter in operation.get("parameters", ())]
    body = operation.get("requestBody")
    if body is not None:
        found["consumes"] = list(body["content"])
        schema = schema_2(next(iter(body["content"].values()))["schema"])
        own: Json = {"name": "body", "in": "body", "schema": schema}
        parameters.insert(0, {**own, "required": True} if body.get("required") else own)
    if parameters:
        found["parameters"] = parameters
    answers: dict[str, Json] = {}
    for code, response in operation["responses"].items():
        answers[code] = {"description": response["description"]}
        for kind in response.get("content", {}).values():
            answers[code]["schema"] = schema_2(kind["schema"])
    found["produces"] = list(operation["responses"]["200"].get("content", ()))
    found["responses"] = answers
    found["schemes"] = ["https"]
    return found


def _parameter(parameter: Mapping[str, Any], shared: dict[str, Json]) -> Json:
    """Flat, as version 2 has it, and where it is one of the query's a reference to the one at the top."""
    found: Json = {key: value for key, value in parameter.items() if key != "schema"} | parameter["schema"]
    name = str(parameter["name"])
    if parameter["in"] != "query":
        return found
    where, others = name, 1
    while shared.setdefault(where, found) != found:
        others += 1
        where = f"{name}-{others}"
    return {"$ref": SHARED + where}
