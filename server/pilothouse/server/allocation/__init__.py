"""Addresses and ports of Services: claimed and given up in the transaction that writes the Service, so that no two
share one, whichever servers write them, and none is left behind.

`plugin.py` is the step of the line; `carried.py` says what an update keeps, `families.py` which families of addresses a
Service has, `addresses.py` and `ports.py` what is free. What else a Service must be is in `schema/` and `strategies/`.
"""

from .plugin import AllocationConfig, ServiceAllocation
from .ranges import default_range

__all__ = ["AllocationConfig", "ServiceAllocation", "default_range"]
