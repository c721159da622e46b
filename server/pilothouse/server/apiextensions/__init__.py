"""Custom resources: from a CustomResourceDefinition to types that are served while the server runs.

The JSON of custom objects on the wire and at rest, their strategy, and what of a definition is served live here. What
their schemas mean is in `schema/structural/`, the rules for definitions as objects in `strategies/definitions/`. Who
writes their conditions, and deletes the objects of one that goes, is in `controllers/`.
"""
