"""How the lists of a strategic merge patch merge: by values where the items are scalars, by key where they are objects,
and in an order that respects the patch first and the document as well as it can."""

from collections.abc import Callable, Sequence

from pilothouse.server.errors import BadRequest, Invalid
from pilothouse.server.patch.documents import Json, JsonObject
from pilothouse.server.patch.merge_schema import MergeField, MergeSchema

MergeObject = Callable[[JsonObject, JsonObject, MergeSchema | None], JsonObject]
Identity = tuple[bool, bool | int | float | str | None]
"""What tells an item from others; the first member keeps true apart from 1."""


def merge_scalars(original: list[Json], patch: list[Json]) -> list[Json]:
    """The values of both, each once."""
    merged = dict.fromkeys(_identities(original, "") + _identities(patch, ""))
    return _arranged([value for _, value in merged], patch, original, "")


def without(original: list[Json], values: list[Json]) -> list[Json]:
    """The list without these scalars."""
    gone = set(_identities(values, ""))
    return [item for item in original if isinstance(item, dict | list) or _scalar(item) not in gone]


def merge_items(original: list[Json], patch: list[Json], field: MergeField, merge: MergeObject) -> list[Json]:
    """The items of both, merged where the key is the same; items of the patch can delete and replace."""
    key = field.merge_key
    if not key:
        raise BadRequest("cannot merge lists without merge key")
    kept, changes, replace = _directed(_objects(original), _objects(patch), key)
    if replace:
        return [merge({}, change, field.child) for change in changes]
    merged: list[JsonObject] = list(kept)
    places: dict[Identity, int] = {}
    for place, item in enumerate(kept):
        if key in item:
            places.setdefault(_scalar(item[key]), place)
    for change in changes:
        identity = _identity(change, key)
        place = places.get(identity, -1)
        if place >= 0:
            merged[place] = merge(merged[place], change, field.child)
        else:
            places[identity] = len(merged)
            merged.append(merge({}, change, field.child))
    return _arranged(merged, changes, kept, key)


def arrange(merged: list[Json], patch: Json, order: list[Json], original: Json, key: str) -> list[Json]:
    """The merged list as `$setElementOrder` wants it."""
    _check_order(patch if isinstance(patch, list) else [], order, key)
    return _arranged(merged, order, original if isinstance(original, list) else [], key)


def _directed(
    original: list[JsonObject], patch: list[JsonObject], key: str
) -> tuple[list[JsonObject], list[JsonObject], bool]:
    """What the items that direct leave of the original, the other items of the patch, and whether these replace."""
    changes, gone, replace = [], set(), False
    for item in patch:
        match item.get("$patch"):
            case None:
                changes.append(item)
            case "delete":
                gone.add(_identity(item, key))
            case "replace":
                replace = True
            case "merge":
                raise BadRequest("merging lists cannot yet be specified in the patch")
            case other:
                raise BadRequest(f"unknown patch type: {other} in a list item: use replace or delete")
    kept = [item for item in original if key not in item or _scalar(item[key]) not in gone]
    return kept, changes, replace


def _check_order(patch: list[Json], order: list[Json], key: str) -> None:
    """The items of the patch must come in the order that it asks for."""
    kept = [item for item in patch if not (isinstance(item, dict) and "$patch" in item)]
    wanted = iter(_identities(order, key))
    if not all(identity in wanted for identity in _identities(kept, key)):
        raise BadRequest("the order in the patch's list does not match its $setElementOrder list")


def _arranged(
    merged: Sequence[Json], patch_order: Sequence[Json], original_order: Sequence[Json], key: str
) -> list[Json]:
    """The items that the patch orders, in its order, and among them those that only the original has, in the
    original's. An item of the second kind comes before the first item of the patch that followed it there."""
    asked = _positions(patch_order, key)
    known = _positions(original_order, key)
    named = [(_known(item, key), item) for item in merged]
    ordered = sorted((pair for pair in named if pair[0] in asked), key=lambda pair: asked[pair[0]])
    others = sorted((pair for pair in named if pair[0] not in asked), key=lambda pair: known.get(pair[0], -1))
    result: list[Json] = []
    place = 0
    for identity, item in ordered:
        # An item that is new has no place in the original: it goes where the patch has it.
        if identity in known:
            while place < len(others) and known.get(others[place][0], len(known)) < known[identity]:
                result.append(others[place][1])
                place += 1
        result.append(item)
    result.extend(item for _, item in others[place:])
    return result


def _positions(items: Sequence[Json], key: str) -> dict[Identity, int]:
    positions: dict[Identity, int] = {}
    for position, item in enumerate(items):
        positions.setdefault(_known(item, key), position)
    return positions


def _known(item: Json, key: str) -> Identity:
    """The identity of an item that may lack its key, as one in the document may."""
    if key and isinstance(item, dict):
        return _scalar(item.get(key))
    return _scalar(item)


def _objects(items: Sequence[Json]) -> list[JsonObject]:
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) != len(items):
        raise BadRequest("list element types are not identical: all items must be objects")
    return objects


def _identities(items: Sequence[Json], key: str) -> list[Identity]:
    return [_identity(item, key) if key else _scalar(item) for item in items]


def _identity(item: Json, key: str) -> Identity:
    if not isinstance(item, dict) or key not in item:
        raise BadRequest(f"an item of the list does not contain the declared merge key: {key}")
    return _scalar(item[key])


def _scalar(value: Json) -> Identity:
    if isinstance(value, list):
        raise Invalid("the server rejected our request due to an error in our request")
    if isinstance(value, dict):
        raise BadRequest("list element types are not identical: all items must be scalars")
    return isinstance(value, bool), value
