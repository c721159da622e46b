"""The one way from a verb to the store: whoever waits for the outcome of the write hears of it."""

from collections.abc import Iterator, Sequence

from ..meta.context import RequestContext
from ..store.base import Op, Outcome, Refused
from .plane import Plane

# How often a write is made anew because something that it claims was taken meanwhile: servers that share a store come
# in each other's way where they claim from one map.
CLAIMS = 64


class Tries:
    """The tries of one verb: `own` of them, and CLAIMS beside them for what is lost to claims."""

    def __init__(self, own: int) -> None:
        self._left = own
        self._claims = CLAIMS

    def __iter__(self) -> Iterator[None]:
        while self._left:
            self._left -= 1
            yield

    def lost_a_claim(self) -> None:
        """This try does not count."""
        if self._claims:
            self._claims -= 1
            self._left += 1


async def write(plane: Plane, contexts: Sequence[RequestContext], ops: Sequence[Op]) -> Outcome:
    """Writes what the requests of these contexts were prepared to; raises what the store raises."""
    try:
        outcome = await plane.writer.write(ops)
    except BaseException:
        settle(contexts, None)
        raise
    if isinstance(outcome, Refused):
        settle(contexts, 0)
    else:
        if len(contexts) == 1:
            plane.written.add(contexts[0].type, ops[0].key, outcome.revision)
        settle(contexts, outcome.revision)
    return outcome


def settle(contexts: Sequence[RequestContext], revision: int | None) -> None:
    """RequestContext.settled, of each."""
    for context in contexts:
        context.settled(revision)
