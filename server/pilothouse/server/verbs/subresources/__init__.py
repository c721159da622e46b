"""Parts of objects that are read, written or created by themselves, a file for each or for a family of them.

`parts.py` says what get, update and patch see of an object through a subresource; what is created for an object (a
Binding, an Eviction) is in `creating.py`. What only a strategy tells apart (status, approval, finalize) needs nothing
here.
"""
