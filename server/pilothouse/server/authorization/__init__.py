"""Who may do what: the Authorizer protocol, nodes, RBAC, and the roles that a new server starts with.

Authorizers answer at once, from memory; what they must know they follow through what `app.py` hands them. Who the
caller is was settled in `authentication/`; what an object may look like is for `admission/` and `schema/`.
"""
