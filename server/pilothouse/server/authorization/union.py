"""Several authorizers as one."""

from .base import Attributes, Authorizer, Decision, Verdict

SYSTEM_MASTERS = "system:masters"


class Union:
    """The first authorizer with an opinion decides. Members of the group system:masters are allowed everything before
    any authorizer is asked, so that no role or policy can lock the administrator out."""

    def __init__(self, *members: Authorizer) -> None:
        self._members = members

    @property
    def generation(self) -> int:
        return sum(member.generation for member in self._members)

    def authorize(self, attributes: Attributes) -> Verdict:
        """NO_OPINION carries the reasons of all that had none, a line each."""
        if SYSTEM_MASTERS in attributes.user.groups:
            return Decision.ALLOW, ""
        reasons = []
        for member in self._members:
            verdict = member.authorize(attributes)
            if verdict[0] is not Decision.NO_OPINION:
                return verdict
            if verdict[1]:
                reasons.append(verdict[1])
        return Decision.NO_OPINION, "\n".join(reasons)
