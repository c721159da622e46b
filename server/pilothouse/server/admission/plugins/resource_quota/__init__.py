"""ResourceQuota: what the objects of a namespace may ask for together.

What an object counts as is in `usage.py`, which quotas it falls under in `scopes.py`, how it is charged to their
status in `ledger.py`. Recounting when objects go or end is a controller's; `recount.py` is for it.
"""

from .plugin import ResourceQuotas
from .recount import recount

__all__ = ["ResourceQuotas", "recount"]
