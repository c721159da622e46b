"""How much an object may hold. Its bytes are bounded by the doors; but three bytes are enough for a value in a list,
and each value costs whoever checks it a hundred times what its bytes cost whoever reads them."""

from google.protobuf.message import Message

from ..errors import BadRequest
from .scalars import JsonValue

# Nothing smaller can hold too much.
UNSUSPICIOUS_BYTES = 128 << 10
# The largest objects that are known, definitions of custom resources, hold half as many.
VALUES_AT_MOST = 100_000
# An object of more members is a map, whose members count.
_MEMBERS = 200


def check_value(value: JsonValue) -> None:
    """Counts objects, lists, what is in lists, and the members of maps. Raises BadRequest."""
    waiting: list[JsonValue] = [value]
    count = 0
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            count += 1 + (len(item) if len(item) > _MEMBERS else 0)
            waiting += [inner for inner in item.values() if isinstance(inner, dict | list)]
        elif isinstance(item, list):
            count += 1 + len(item)
            if count <= VALUES_AT_MOST:
                waiting += [inner for inner in item if isinstance(inner, dict | list)]
        if count > VALUES_AT_MOST:
            raise _too_many()


def check_message(message: Message) -> None:
    """Counts messages and what is in lists and maps. Raises BadRequest."""
    waiting: list[Message] = [message]
    count = 0
    while waiting:
        for field, value in waiting.pop().ListFields():
            count += 1
            if field.is_repeated:
                count += len(value)
            if count > VALUES_AT_MOST:
                raise _too_many()
            if field.message_type is None:
                continue
            if not field.is_repeated:
                waiting.append(value)
            elif not field.message_type.GetOptions().map_entry:
                waiting += value
            elif field.message_type.fields_by_name["value"].message_type is not None:
                waiting += value.values()


def _too_many() -> BadRequest:
    return BadRequest(f"the object holds more than {VALUES_AT_MOST} values in lists, maps and objects")
