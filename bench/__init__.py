"""Benchmarks: each figure with the floor or the bar that it is held against.

Here live the floor server, the load generators and the rows of the table. What checks that the server is right, under
load and crashes too, lives in tests/.
"""
