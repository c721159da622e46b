"""The audit log: what its lines say, and that it holds nobody up."""

import errno
import json
import threading
import time
from typing import Any

from pilothouse.server.audit.log import PENDING_AT_MOST, AuditLog
from pilothouse.server.audit.record import COMPLETE, STARTED, Entry
from pilothouse.server.errors import ApiError, Forbidden, Invalid
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.user import User

REGISTRY = registry_from_protos()
PODS, SECRETS = (REGISTRY.get("", "v1", plural) for plural in ("pods", "secrets"))
ANN = User("ann", ("staff",), "7", {"floor": ("two",)})


class Lines:
    """A sink that keeps what it gets, once it is let."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.fails = False
        self.open = threading.Event()
        self.open.set()

    def write(self, data: bytes) -> None:
        assert self.open.wait(20)
        if self.fails:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.lines += [json.loads(line) for line in data.splitlines()]

    def close(self) -> None:
        self.open.clear()


def entry(*contexts: RequestContext, fault: ApiError | None = None, stage: str = COMPLETE, **changes: Any) -> Entry:
    whole = Entry(
        stage=stage,
        request_id="g1",
        uri="/pilothouse.api.core.v1.Pods/Get",
        verb="get",
        group="",
        resource="pods",
        user=ANN,
        source="ipv6:%5B::1%5D:4711",
        user_agent="test/1",
        contexts=contexts,
        fault=fault,
        canceled=False,
        received=1_700_000_000.25,
        at=1_700_000_000.2515,
    )
    return whole._replace(**changes)


async def logged(*entries: Entry) -> list[Any]:
    sink = Lines()
    log = AuditLog(sink)
    log.start()
    for one in entries:
        log.add(one)
    await log.close()
    assert (log.written, log.dropped) == (len(entries), 0)
    return sink.lines


async def test_a_request_is_an_event_of_kubernetes(request: Any) -> None:
    context = RequestContext(ANN, "get", PODS, "orchard", "pear", "log")
    context.annotations["authorization.k8s.io/decision"] = "allow"
    (line,) = await logged(entry(context))
    assert line.pop("auditID").endswith("-g1")
    assert line == {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "stage": "ResponseComplete",
        "requestURI": "/pilothouse.api.core.v1.Pods/Get",
        "verb": "get",
        "user": {"username": "ann", "uid": "7", "groups": ["staff"], "extra": {"floor": ["two"]}},
        "sourceIPs": ["::1"],
        "userAgent": "test/1",
        "objectRef": {
            "resource": "pods",
            "namespace": "orchard",
            "name": "pear",
            "apiVersion": "v1",
            "subresource": "log",
        },
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2023-11-14T22:13:20.250000Z",
        "stageTimestamp": "2023-11-14T22:13:20.251500Z",
        "annotations": {
            "authorization.k8s.io/decision": "allow",
            "apiserver.latency.k8s.io/total": "1.500ms",
        },
    }


async def test_a_request_of_nobody_names_nobody() -> None:
    (line,) = await logged(entry(user=None, fault=Forbidden("no")))
    assert line["user"] == {}
    assert line["objectRef"]["resource"] == "pods"
    assert line["responseStatus"]["code"] == 403


async def test_the_messages_of_refusals_quote_no_content() -> None:
    pods, secrets = (RequestContext(ANN, "create", kind, "orchard") for kind in (PODS, SECRETS))
    lines = await logged(
        entry(pods, fault=Forbidden("may not")),
        entry(secrets, fault=Forbidden("hush")),
        entry(pods, fault=Invalid("hush")),
    )
    assert [line["responseStatus"].get("message") for line in lines] == ["may not", None, None]
    assert [line["responseStatus"]["reason"] for line in lines] == ["Forbidden", "Forbidden", "Invalid"]
    assert "hush" not in json.dumps(lines)


async def test_each_object_of_a_transaction_has_an_event_of_the_same_request() -> None:
    contexts = [RequestContext(ANN, verb, PODS, "orchard", verb) for verb in ("create", "delete")]
    lines = await logged(entry(*contexts))
    assert [(line["verb"], line["objectRef"]["name"]) for line in lines] == [("create", "create"), ("delete", "delete")]
    assert lines[0]["auditID"] == lines[1]["auditID"]


async def test_who_acts_as_another_is_told_beside_him() -> None:
    (line,) = await logged(entry(RequestContext(User("bob"), "get", PODS)))
    assert (line["user"]["username"], line["impersonatedUser"]["username"]) == ("ann", "bob")


async def test_a_stream_that_begins_has_taken_no_time_yet() -> None:
    (line,) = await logged(entry(RequestContext(ANN, "watch", PODS), stage=STARTED))
    assert line["annotations"] == {}


async def test_a_full_disk_is_counted_and_survived() -> None:
    sink = Lines()
    sink.fails = True
    log = AuditLog(sink)
    log.start()
    log.add(entry())
    deadline = time.monotonic() + 10
    while not log.dropped:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    sink.fails = False
    log.add(entry())
    await log.close()
    assert (log.written, log.dropped, len(sink.lines)) == (1, 1, 1)


async def test_a_sink_that_is_stuck_holds_nobody_up() -> None:
    sink = Lines()
    sink.open.clear()
    log = AuditLog(sink)
    log.start()
    started = time.process_time()
    for _ in range(PENDING_AT_MOST + 1000):
        log.add(entry())
    assert time.process_time() - started < 5
    # The thread has taken a few out to write them.
    assert 500 <= log.dropped <= 1000
    sink.open.set()
    await log.close()
    assert log.written + log.dropped == PENDING_AT_MOST + 1000
