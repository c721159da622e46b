"""Reviews over gRPC: by their typed services, and by name."""

from pilothouse.api.authentication.v1.authentication_pb2 import SelfSubjectReview
from pilothouse.api.authorization.v1.authorization_pb2 import SelfSubjectAccessReview
from pilothouse.client import Client

QUESTION = {"verb": "get", "resource": "pods", "namespace": "default"}


async def test_a_typed_review_is_answered(client: Client) -> None:
    asked = SelfSubjectAccessReview(spec={"resource_attributes": QUESTION})
    assert (await client.resource(SelfSubjectAccessReview).create(asked)).status.allowed
    who = await client.resource(SelfSubjectReview).create(SelfSubjectReview())
    assert who.status.user_info.username == "admin"


async def test_a_review_is_created_by_name(client: Client) -> None:
    infos = {info.name.resource: info for info in await client.dynamic.discover()}
    info = infos["selfsubjectaccessreviews"]
    assert (list(info.verbs), info.namespaced) == (["create"], False)
    ask = client.dynamic.resource(info.name, namespaced=False)
    head = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {}}
    answer = await ask.create({**head, "spec": {"resourceAttributes": QUESTION}})
    assert answer["status"] == {"allowed": True}
