"""Kubernetes' limits of expressions, in CEL's units of cost; sizes in bytes.

From k8s.io/apiserver/pkg/apis/cel and the validation of apiextensions.k8s.io.
"""

PER_CALL = 1_000_000
"""What one evaluation may cost."""

PER_OBJECT = 10_000_000
"""What all rules of a custom resource, or all expressions of a policy and binding, may cost together."""

MATCH_CONDITIONS = 2_500_000
"""What all matchConditions of one policy or webhook may cost together."""

ESTIMATED_PER_RULE = 10_000_000
ESTIMATED_PER_SCHEMA = 100_000_000
"""What is at worst to be expected of a rule, and of all rules of a definition, when they are written down."""

REQUEST_BYTES = 3 * 1024 * 1024
"""The largest request that sizes are estimated from."""

MESSAGE_BYTES = 5 * 1024
"""The longest message that an expression may make."""

ENDLESS = (1 << 64) - 1
"""A size or cost that nothing is known of. Sums and products stop here."""
