from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.schema.remembered import Remembered


@given(st.lists(st.tuples(st.binary(max_size=8), st.booleans()), max_size=200))
def test_what_is_told_is_what_was_remembered_last(steps: list[tuple[bytes, bool]]) -> None:
    facts: Remembered[int] = Remembered(limit=64)
    told: dict[bytes, int] = {}
    for number, (data, ask) in enumerate(steps):
        if ask:
            assert facts.get(data) in (None, told.get(data))
        else:
            facts.put(data, number)
            told[data] = number


def test_what_is_asked_for_stays() -> None:
    facts: Remembered[bool] = Remembered(limit=1_000)
    facts.put(b"often", True)
    for number in range(500):
        facts.put(b"once %04d" % number, True)
        assert facts.get(b"often")


def test_the_budget_holds() -> None:
    facts: Remembered[bool] = Remembered(limit=1_000)
    for number in range(500):
        facts.put(b"%010d" % number, True)
    assert sum(facts.get(b"%010d" % number) is not None for number in range(500)) <= 100
    facts.put(b"x" * 600, True)
    assert facts.get(b"x" * 600) is None
