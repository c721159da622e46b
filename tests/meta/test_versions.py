"""Which version comes first."""

import random

from pilothouse.server.meta.versions import preference

ORDER = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"]


def test_the_order_is_that_of_the_documentation() -> None:
    mixed = random.Random(1).sample(ORDER, len(ORDER))
    assert sorted(mixed, key=preference) == ORDER
