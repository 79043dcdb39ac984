"""All SQL of auth. Functions that take a Transaction change something or lock it; the others only look."""

from . import accounts, moderation, people, reports, statuses

__all__ = ["accounts", "moderation", "people", "reports", "statuses"]
