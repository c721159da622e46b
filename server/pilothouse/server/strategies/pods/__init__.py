"""What a pod's spec must be, wherever it stands: in pods and in the templates of workloads, a file per subject; and
what may change of a pod.

Each function appends to a list of causes what is wrong, by the path that it is given. What the options of the .proto
files say (enums, bounds, formats, what is required) is checked before, by the schema, and is not checked again.
No defaults, and no other objects, live here.
"""
