"""Roles: what somebody may do in a group."""

from enum import StrEnum


class Role(StrEnum):
    """A group has one owner while anybody is in it. Whatever a role may do, those above it may do as well."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    def reaches(self, lowest: "Role") -> bool:
        """Whether this role may do what `lowest` is the lowest one for."""
        return _RANKS[self] >= _RANKS[lowest]

    def outranks(self, other: "Role") -> bool:
        """Whether this role is above the other."""
        return _RANKS[self] > _RANKS[other]


_RANKS = {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}
