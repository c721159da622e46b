"""Dynamic resource allocation: claims to devices, classes of them, and the slices that list them.

Expressions that select devices are not compiled here.
"""
