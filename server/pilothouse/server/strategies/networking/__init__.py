"""Ingresses and their classes, NetworkPolicies, and the addresses of Services as objects."""
