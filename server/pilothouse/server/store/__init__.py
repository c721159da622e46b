"""Where bytes rest: the Store protocol, and its implementations over etcd and SQLite.

A store knows keys, values and revisions. It knows nothing of objects, kinds, users or caches, and it never retries.
"""
