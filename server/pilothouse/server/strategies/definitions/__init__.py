"""CustomResourceDefinitions as objects. What they define is the business of the package of that name.

Rules in expressions are judged by `cel/rule_checks.py`.
"""
