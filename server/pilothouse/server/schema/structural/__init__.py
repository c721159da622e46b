"""Structural schemas: what a CustomResourceDefinition says of its objects, as JSON schemas of a certain form.

Compiling, pruning, defaulting and validation of plain JSON values live here. Expressions are compiled in `cel/`; what a
schema itself may say is judged in `strategies/definitions/`.
"""
