"""Services and what stands behind them: Endpoints and EndpointSlices.

Addresses and node ports are allocated elsewhere: here is only what needs no allocation.
"""
