"""The patches a client can send: JSON patch (RFC 6902), JSON merge patch (RFC 7386) and strategic merge patch, on plain
JSON values.

Nothing here knows an object's message, reads the store or decides who may patch; server-side apply is in `fields/`.
"""
