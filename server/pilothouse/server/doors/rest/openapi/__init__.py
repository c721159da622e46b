"""OpenAPI: what the API looks like, made from the registry, the options of the .proto files and their comments.

`schemas.py` describes messages and `operations.py` paths, both in the form of version 3; `swagger.py` turns that into
version 2. `documents.py` puts documents together, as JSON or, by way of `wire.py`, as protobuf. What a document is
asked for by and answered with is settled here too; what is served, and what its fields obey, is not.
"""
