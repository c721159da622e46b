"""authorizer: what is asked of it step by step, as a value that carries the question, and the answers.

Who answers is known to the evaluation alone; see `evaluation.py`.
"""

import json
from collections.abc import Callable

from google.protobuf.message import Message

from .values import AUTHORIZER, DECISION, GROUP, PATH, RESOURCE, text_of, wrap

Question = dict[str, str]
"""path; or group, resource, subresource, namespace, name, fieldSelector, labelSelector. verb; for whom else
(serviceAccount: "namespace:name") where not for the user of the request."""


Asked = Callable[[Question], tuple[bool, str]]
"""Who answers: whether it is allowed, and why."""


def authorizer() -> Message:
    """The value of the variable `authorizer`."""
    return _question(AUTHORIZER, {})


def resource_check(question: Question) -> Message:
    """The value of the variable `authorizer.requestResource`."""
    return _question(RESOURCE, question)


def service_account(value: Message, namespace: str, name: str) -> Message:
    return _with(value, AUTHORIZER, serviceAccount=f"{namespace}:{name}")


def path(value: Message, path: str) -> Message:
    if not path:
        raise ValueError("path must not be empty")
    return _with(value, PATH, path=path)


def group(value: Message, group: str) -> Message:
    return _with(value, GROUP, group=group)


def resource(value: Message, resource: str) -> Message:
    if not resource:
        raise ValueError("resource must not be empty")
    return _with(value, RESOURCE, resource=resource)


def subresource(value: Message, name: str) -> Message:
    return _with(value, RESOURCE, subresource=name)


def namespace(value: Message, name: str) -> Message:
    return _with(value, RESOURCE, namespace=name)


def name(value: Message, name: str) -> Message:
    return _with(value, RESOURCE, name=name)


def field_selector(value: Message, selector: str) -> Message:
    return _with(value, RESOURCE, fieldSelector=selector)


def label_selector(value: Message, selector: str) -> Message:
    return _with(value, RESOURCE, labelSelector=selector)


def decide(value: Message, verb: str, asked: Asked) -> Message:
    """check(): the decision."""
    allowed, reason = asked({**json.loads(text_of(value)), "verb": verb})
    return wrap(DECISION, json.dumps({"allowed": allowed, "reason": reason}))


def allowed(value: Message) -> bool:
    return bool(json.loads(text_of(value))["allowed"])


def reason(value: Message) -> str:
    return str(json.loads(text_of(value))["reason"])


def errored(value: Message) -> bool:
    """Authorizers here answer always."""
    return False


def error(value: Message) -> str:
    return ""


def _with(value: Message, kind: str, **more: str) -> Message:
    return _question(kind, {**json.loads(text_of(value)), **more})


def _question(kind: str, question: Question) -> Message:
    return wrap(kind, json.dumps(question, sort_keys=True))
