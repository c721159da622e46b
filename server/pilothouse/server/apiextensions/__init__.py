"""Custom resources: from a CustomResourceDefinition to types that are served while the server runs.

Structural schemas (pruning, defaulting, validation), the JSON of custom objects on the wire and at rest, their
strategy, and what of a definition is served live here. The rules for definitions as objects are in
`strategies/definitions/`; who writes their conditions, and deletes the objects of one that goes, is in `controllers/`.
"""
