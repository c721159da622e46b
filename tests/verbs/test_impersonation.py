"""Whom headers ask to act as."""

import pytest
from pilothouse.server.errors import BadRequest
from pilothouse.server.verbs.impersonation import Impersonation, requested


def test_headers_name_a_user_and_what_he_is() -> None:
    asked = [
        ("impersonate-group", "staff"),
        ("impersonate-user", "ann"),
        ("accept", "*/*"),
        ("impersonate-group", "cooks"),
        ("impersonate-extra-example.com%2ffloor", "two"),
        ("impersonate-extra-example.com%2ffloor", "three"),
        ("impersonate-uid", "7"),
    ]
    extra = {"example.com/floor": ("two", "three")}
    assert requested(asked) == Impersonation("ann", ("staff", "cooks"), "7", extra)


def test_of_two_users_the_first_counts() -> None:
    assert requested([("impersonate-user", "ann"), ("impersonate-user", "bob")]) == Impersonation("ann")
    assert requested([("impersonate-user", ""), ("impersonate-user", "bob")]) is None


def test_a_group_alone_asks_too() -> None:
    assert requested([("impersonate-group", "staff")]) == Impersonation("", ("staff",))


@pytest.mark.parametrize("name", ["impersonate-groups", "impersonate-", "impersonate-extra"])
def test_what_cannot_be_impersonated_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match=name):
        requested([("impersonate-user", "ann"), (name, "staff")])
