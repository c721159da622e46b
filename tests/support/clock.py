"""A clock that stands still until a test moves it."""


class Clock:
    """Seconds; called as time.time and time.monotonic are."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
