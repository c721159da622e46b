"""The Pilothouse API server: everything behind the doors, and the doors.

What a client needs lives in `pilothouse.client` and `pilothouse.api`; nothing there imports this package.
"""
