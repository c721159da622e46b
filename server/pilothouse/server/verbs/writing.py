"""The one way from a verb to the store: whoever waits for the outcome of the write hears of it."""

from collections.abc import Sequence

from ..meta.context import RequestContext
from ..store.base import Op, Outcome, Refused
from .plane import Plane


async def write(plane: Plane, contexts: Sequence[RequestContext], ops: Sequence[Op]) -> Outcome:
    """Writes what the requests of these contexts were prepared to; raises what the store raises."""
    try:
        outcome = await plane.writer.write(ops)
    except BaseException:
        settle(contexts, None)
        raise
    settle(contexts, 0 if isinstance(outcome, Refused) else outcome.revision)
    return outcome


def settle(contexts: Sequence[RequestContext], revision: int | None) -> None:
    """RequestContext.settled, of each."""
    for context in contexts:
        context.settled(revision)
