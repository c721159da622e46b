"""Dynamic resource allocation: claims to devices, classes of them, and the slices that list them.

Expressions that select devices are compiled to find their faults and their cost; devices are not selected here.
"""
