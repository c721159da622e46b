"""One case, sent through a transport."""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from tests.conformance.cases import Case, Json, Values, at
from tests.conformance.matching import Difference, differences
from tests.conformance.transport import Request, Response, Transport

USER_AGENT = "casebook/1.0"
SUCCESS = (200, 201, 202)
PATIENCE = 15.0
# The first are compared though nothing is recorded.
EXACT_HEADERS = ("Warning", "Retry-After")
GIVEN_HEADERS = ("Allow", "Location", "Content-Type")


@dataclass(frozen=True, slots=True)
class Outcome:
    """needs: what the transport lacks for the case; broken: what went wrong before the answer could be compared."""

    case: Case
    needs: str = ""
    broken: str = ""
    differences: list[Difference] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not (self.needs or self.broken or self.differences)

    def __str__(self) -> str:
        head = f"{self.case.name}: {self.case.why}\n  {self.case.request['method']} {self.case.request['path']}"
        said = [text for text in (self.needs and f"needs {self.needs}", self.broken) if text]
        return "\n  ".join((head, *said, *map(str, self.differences)))


async def replay(case: Case, transport: Transport) -> Outcome:
    """Runs a case in a namespace of its own."""
    values = Values(f"c-{uuid4().hex[:8]}")
    needs = _needs(case, values.namespace, transport)
    if needs:
        return Outcome(case, needs)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "<ns>"}}
    first = {"method": "POST", "path": "/api/v1/namespaces", "as": "admin", "body": namespace}
    for step in (first, *case.setup):
        broken = await _prepare(step, values, transport)
        if broken:
            return Outcome(case, broken=broken)
    response = await transport.send(_request(case.request, values))
    return Outcome(case, differences=_compared(case, values, response))


def _needs(case: Case, namespace: str, transport: Transport) -> str:
    unsaved = Values(namespace)
    for step in (*case.setup, case.request):
        unsaved.saved.update(dict.fromkeys(step.get("save", ()), "x"))
        if "external" not in step:
            lacking = transport.lacks(_request(step, unsaved))
            if lacking:
                return lacking
    return ""


async def _prepare(step: Mapping[str, Json], values: Values, transport: Transport) -> str:
    """Sends one request of the setup. Returns what went wrong."""
    if step.get("external") == "compact-store":
        await transport.compact()
        return ""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        request = _request(step, values)
        response = await transport.send(request)
        fits = response.code in step.get("expect", SUCCESS) and _fits(step.get("until"), response)
        if fits or "until" not in step or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.05)
    if not fits:
        return f"setup {request.method} {request.path}: {response.code} {response.body.decode(errors='replace')}"
    for name, pointer in step.get("save", {}).items():
        values.saved[name] = str(at(json.loads(response.body), pointer))
    return ""


def _fits(until: Mapping[str, Json] | None, response: Response) -> bool:
    if not until:
        return True
    if "contains" in until:
        return until["contains"] in response.body.decode(errors="replace")
    document = json.loads(response.body)
    if "condition" in until:
        conditions = at(document, "/status/conditions") or ()
        return any(c["type"] == until["condition"] and c["status"] == "True" for c in conditions)
    return bool(at(document, until["at"]) == until["equals"])


def _request(step: Mapping[str, Json], values: Values) -> Request:
    headers = {"accept": "application/json", "user-agent": USER_AGENT}
    headers |= {name.lower(): values.text(value) for name, value in step.get("headers", {}).items()}
    body = b""
    if "body" in step:
        filled = values.fill(step["body"])
        body = filled.encode() if isinstance(filled, str) else json.dumps(filled).encode()
        if content_type := step.get("contentType", "application/json"):
            headers["content-type"] = content_type
    return Request(step["method"], values.text(step["path"]), headers, body, step["as"])


def _compared(case: Case, values: Values, response: Response) -> list[Difference]:
    expected = values.fill(case.answer)
    body = expected["body"]
    try:
        actual = _decoded(body, response.body)
    except ValueError:
        actual = response.body.decode(errors="replace")
    found = differences(body, actual, keep_managed_fields=case.area == "apply")
    if expected["code"] != response.code:
        found.insert(0, Difference("code", expected["code"], response.code))
    for name in (*EXACT_HEADERS, *GIVEN_HEADERS):
        wanted, given = expected.get("headers", {}).get(name), response.headers.get(name)
        if wanted != given and (wanted is not None or name in EXACT_HEADERS):
            found.append(Difference(name, wanted, given))
    return found


def _decoded(expected: Json, body: bytes) -> Json:
    """The answer in the form of the recorded one. Raises ValueError."""
    if isinstance(expected, str):
        return body.decode()
    if "stream" in expected:
        return {"stream": [json.loads(line) for line in body.splitlines()]}
    if "base64" in expected:
        return {"base64": base64.b64encode(body).decode()}
    return json.loads(body)
