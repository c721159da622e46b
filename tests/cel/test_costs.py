"""What expressions are estimated to cost, against what a kube-apiserver was seen to accept."""

import pytest
from pilothouse.server.cel.costs import estimated
from pilothouse.server.cel.declared import declared_by
from pilothouse.server.cel.limits import ESTIMATED_PER_RULE
from pilothouse.server.cel.runtime import Checker
from pilothouse.server.cel.sizes import declared_sizes


@pytest.mark.parametrize(("length", "accepted"), [(16, 909_090), (63, 333_333), (253, 94_339), (1024, 24_154)])
def test_the_estimate_of_a_loop_over_texts_is_that_of_kubernetes(length: int, accepted: int) -> None:
    def cost(items: int) -> int:
        schema = {"type": "array", "maxItems": items, "items": {"type": "string", "maxLength": length}}
        declared = declared_by(schema, "self")
        assert declared is not None
        tree = Checker({"self": declared}).check("self.all(x, x.contains('gpu'))")
        return estimated(tree, declared_sizes(declared)).most

    assert cost(accepted) <= ESTIMATED_PER_RULE < cost(accepted + 1)
