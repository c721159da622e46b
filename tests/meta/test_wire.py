from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.meta.wire import first_field, framed, varint


@given(st.binary(max_size=400), st.binary(max_size=20))
def test_the_first_field_is_found_whole(content: bytes, rest: bytes) -> None:
    assert first_field(b"\n" + varint(len(content)) + content + rest) == content


@given(st.binary(max_size=40))
def test_what_is_cut_or_something_else_is_not_taken_for_it(data: bytes) -> None:
    found = first_field(data)
    assert found is None or (data[:1] == b"\n" and found in data)
    assert first_field(b"\n" + varint(len(data) + 1) + data) is None
    assert first_field(framed(data)) is None
