"""Benchmarks: each figure with the floor or the bar that it is held against.

Here live the floor server, the load generators and the rows of the table. What checks that the server is right, under
load and crashes too, lives in tests/.
"""

import os

# Read when grpc is first imported. These processes only ever fork to exec, and the handlers for more than that complain
# each time that they are not needed.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
