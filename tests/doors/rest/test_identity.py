"""Who asks, and whom he may act as."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from pilothouse.server.audit.log import AuditLog
from pilothouse.server.authentication.bearer import BearerTokens
from pilothouse.server.authentication.token_file import TokenFile, TokenFileError
from pilothouse.server.verbs.plane import Plane

from tests.support.rest import Door, open_door

PODS = "/api/v1/namespaces/default/pods"
WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
REVIEW = b'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}'


@pytest.fixture
async def with_tokens(plane: Plane, tmp_path: Path) -> AsyncIterator[Door]:
    file = tmp_path / "tokens.csv"
    file.write_text('tell,ann,7,"staff,cooks"\n\nshout,root,1,"system:masters"\n')
    async with open_door(replace(plane, tokens=BearerTokens(TokenFile(file))), tmp_path) as door:
        yield door


async def who(door: Door, user: str = "", **headers: str) -> dict[str, object]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = await door.send("POST", WHO, REVIEW, given, user=user)
    assert reply.code == 201, reply.body
    info: dict[str, object] = orjson.loads(reply.body)["status"]["userInfo"]
    return info


async def test_a_certificate_names_user_and_groups(door: Door) -> None:
    reply = await door.send("POST", WHO, REVIEW, user="bob", groups=("waiters",))
    info = orjson.loads(reply.body)["status"]["userInfo"]
    assert (info["username"], info["groups"]) == ("bob", ["waiters", "system:authenticated"])


async def test_a_token_names_user_and_groups(with_tokens: Door) -> None:
    info = await who(with_tokens, Authorization="Bearer tell")
    assert info == {"username": "ann", "uid": "7", "groups": ["staff", "cooks", "system:authenticated"]}
    root = await with_tokens.send("GET", PODS, headers={"Authorization": "bearer shout"}, user="")
    assert root.code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer nobody", "Bearer", "Basic dGVsbDo=", "tell"])
async def test_whoever_is_not_known_is_refused(with_tokens: Door, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    refused = await with_tokens.send("GET", PODS, headers=headers, user="")
    value = orjson.loads(refused.body)
    assert (refused.code, value["reason"], value["message"]) == (401, "Unauthorized", "Unauthorized")
    assert "details" not in value


async def test_a_bad_token_is_refused_health_as_well(with_tokens: Door) -> None:
    assert (await with_tokens.send("GET", "/livez", headers={"Authorization": "Bearer x"}, user="")).code == 401


async def test_strangers_are_anonymous_only_where_that_is_wanted(plane: Plane, tmp_path: Path) -> None:
    async with open_door(plane, tmp_path, anonymous=True) as door:
        assert (await door.send("GET", "/version", user="")).code == 200
        refused = await door.send("GET", PODS, user="")
        assert (refused.code, "system:anonymous" in refused.body.decode()) == (403, True)


async def test_who_may_not_go_there_does_not_learn_what_is_there(door: Door) -> None:
    for path in ("/metrics", "/teapot", "/apis/none.example.test/v1/ghosts", "/api/v1/ghosts"):
        refused = await door.send("GET", path, user="bob", groups=())
        assert (refused.code, orjson.loads(refused.body)["reason"]) == (403, "Forbidden")


async def test_an_administrator_acts_as_somebody(door: Door) -> None:
    headers = {"Impersonate_User": "ann", "Impersonate_Group": "staff", "Impersonate_Extra_Floor": "two"}
    info = await who(door, "admin", **headers)
    assert info["username"] == "ann"
    assert info["groups"] == ["staff", "system:authenticated"]
    assert info["extra"] == {"floor": ["two"]}
    account = await who(door, "admin", Impersonate_User="system:serviceaccount:default:clerk")
    assert "system:serviceaccounts:default" in str(account["groups"])


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({"Impersonate-User": "ann"}, 'users "ann" is forbidden: User "bob" cannot impersonate resource "users"'),
        (
            {"Impersonate-User": "system:serviceaccount:a:b"},
            'resource "serviceaccounts" in API group "" in the namespace',
        ),
    ],
)
async def test_nobody_else_does(door: Door, headers: dict[str, str], what: str) -> None:
    refused = await door.send("GET", PODS, headers=headers, user="bob", groups=())
    assert (refused.code, what in orjson.loads(refused.body)["message"]) == (403, True)


async def test_a_group_alone_is_nobody(door: Door) -> None:
    refused = await door.send("GET", PODS, headers={"Impersonate-Group": "staff"})
    assert (refused.code, "without impersonating a user name" in refused.body.decode()) == (400, True)


async def test_the_audit_log_tells_of_each_request(plane: Plane, tmp_path: Path) -> None:
    lines: list[bytes] = []

    class Kept:
        def write(self, data: bytes) -> None:
            lines.extend(data.splitlines())

        def close(self) -> None:
            pass

    audit = AuditLog(Kept())
    audit.start()
    async with open_door(plane, tmp_path, audit=audit) as door:
        made = await door.send("GET", f"{PODS}/ghost?pretty=1", headers={"User-Agent": "spoon/1"})
        await door.send("GET", PODS, headers={"Impersonate-User": "ann"})
        await door.send("GET", f"{PODS}?watch=1&timeoutSeconds=1")
    await audit.close()
    missing, forbidden, started, ended = [orjson.loads(line) for line in lines]
    assert [missing["auditID"]] == made.headers["audit-id"]
    assert missing["requestURI"] == f"{PODS}/ghost?pretty=1"
    assert (missing["verb"], missing["responseStatus"]["code"], missing["userAgent"]) == ("get", 404, "spoon/1")
    assert missing["objectRef"] == {"resource": "pods", "apiVersion": "v1", "namespace": "default", "name": "ghost"}
    assert missing["sourceIPs"] == ["127.0.0.1"]
    assert (forbidden["user"]["username"], forbidden["impersonatedUser"]["username"]) == ("admin", "ann")
    assert (started["stage"], ended["stage"], started["verb"]) == ("ResponseStarted", "ResponseComplete", "watch")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tell,ann\n", "line 1 of .* needs a token, a user name and a uid"),
        ("a,ann,1\n,bob,2\n", "line 2"),
        ("a,ann,1\na,bob,2\n", "the token in line 2 .* is there before"),
    ],
)
def test_a_file_of_tokens_that_cannot_be_used(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text(text)
    with pytest.raises(TokenFileError, match=fault):
        TokenFile(file)
