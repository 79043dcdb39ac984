"""All SQL of auth. Functions that take a Transaction change something or lock it; the others only look."""

from . import accounts, people

__all__ = ["accounts", "people"]
