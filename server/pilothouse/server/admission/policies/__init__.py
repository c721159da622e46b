"""Admission policies: what is common to those that validate and those that mutate. Which requests they match, what they
are parameterized with, and what their expressions see.

The plugins themselves are in `plugins/`. Nothing here is loaded with CEL before there is a policy and a binding for it.
"""
