"""The objects that configure admission: webhooks, policies and their bindings.

Expressions are compiled to find their faults, and never evaluated here.
"""
