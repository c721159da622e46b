"""The audit log: one line for each request, in the form of audit.k8s.io/v1 Events at the level Metadata.

Doors hand in what they know of a request when it has ended, and when a stream has begun; a thread makes lines of it.
Nothing of an object's content is in here, and nothing here may hold up a request: what cannot be written is counted.
"""
