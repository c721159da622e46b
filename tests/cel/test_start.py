"""CEL is loaded when the first expression is, and not before."""

import subprocess
import sys

SCRIPT = """
import sys
import pilothouse.server.process
from pilothouse.server.admission.plugins import DEFAULT_ON
from pilothouse.server.admission import building
for name in DEFAULT_ON:
    building._factory(name)
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.strategies import strategy_for
for resource in registry_from_protos():
    strategy_for(resource)
print([name for name in sys.modules if name.startswith(("cel_expr_python", "pilothouse.server.cel"))])
"""


def test_a_server_without_expressions_does_not_load_the_language() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
