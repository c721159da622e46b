"""Who is a node, by its credentials."""

from .user import User

USER_PREFIX, GROUP = "system:node:", "system:nodes"
LEASES = "kube-node-lease"
"""The namespace of the leases by which nodes say that they are alive."""


def node_of(user: User) -> str | None:
    """The name of the node that the user is; "" where it names none; None where he is no node."""
    if not user.name.startswith(USER_PREFIX) or GROUP not in user.groups:
        return None
    return user.name[len(USER_PREFIX) :]
