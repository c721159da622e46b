"""CustomResourceDefinitions as objects. What they define is the business of the package of that name.

Rules in expressions are not compiled here.
"""
