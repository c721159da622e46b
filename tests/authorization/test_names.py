"""What a rule with names lets through."""

import pytest
from pilothouse.server.errors import Forbidden

from tests.authorization.people import People

ONE_MAP = {
    "apiGroups": [""],
    "resources": ["configmaps"],
    "resourceNames": ["a"],
    "verbs": ["get", "list", "watch", "deletecollection", "create"],
}


async def test_one_object_is_listed_by_its_name_and_no_other(people: People) -> None:
    ann = await people.grant("ann", ONE_MAP, namespace="orchard")
    admins = people.requests("configmaps", namespace="orchard", group="")
    maps = people.requests("configmaps", ann, "orchard", group="")
    for name in ("a", "b"):
        await admins.create({"metadata": {"name": name}})
    listed = await maps.list(field_selector="metadata.name=a")
    assert [item.name for item in listed.items] == ["a"]
    assert not (await maps.list(field_selector="metadata.name=a,metadata.name=b")).items
    for selector in ("", "metadata.name=b", "metadata.name!=a"):
        with pytest.raises(Forbidden, match="cannot list resource"):
            await maps.list(field_selector=selector)
    elsewhere = people.requests("configmaps", ann, "", group="")
    with pytest.raises(Forbidden):
        await elsewhere.list(field_selector="metadata.name=a")


async def test_a_name_allows_no_create(people: People) -> None:
    ann = await people.grant("ann", ONE_MAP, namespace="orchard")
    with pytest.raises(Forbidden, match="cannot create"):
        await people.requests("configmaps", ann, "orchard", group="").create({"metadata": {"name": "a"}})


async def test_a_continue_token_leads_into_no_other_namespace(people: People) -> None:
    ann = await people.grant("ann", {**ONE_MAP, "resourceNames": []}, namespace="cellar")
    admins = people.requests("configmaps", namespace="", group="")
    for namespace in ("cellar", "orchard"):
        for name in ("a", "b"):
            await people.requests("configmaps", namespace=namespace, group="").create({"metadata": {"name": name}})
    await people.plane.cache.wait_for(await people.plane.store.revision(), 5)
    token = (await admins.list(limit=3)).continue_token
    found = await people.requests("configmaps", ann, "cellar", group="").list(after=token)
    assert {item.namespace for item in found.items} <= {"cellar"}
