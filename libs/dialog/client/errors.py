"""What can go wrong between a client and its gateway, besides being refused."""

from typing import Any, ClassVar

import msgspec

from dialog.protocol.base import (
    Failure,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    Refused,
    Status,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from dialog.protocol.frames import REFUSALS


class ConnectionLost(Exception):
    """There is no answer. What was asked may have happened or not: ask again only what is idempotent.

    `code` is the socket's close code, if it was closed; `retry_after` how many seconds the server asks to wait.
    """

    def __init__(self, why: str, *, code: int | None = None, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.code = code
        self.retry_after = retry_after


class SignedOut(ConnectionLost):
    """This session has ended: sign in again."""


class TurnedAway(ConnectionLost):
    """The gateway closed for good: the client is too old or broke the protocol, or the user is banned; see `code`."""


class OutboxFull(Exception):
    """More messages wait to be sent than the client keeps."""


class UnknownConflict(Failure, tag="conflict"):
    """Something stands in the way that this client has no name for: reload and let the user decide."""

    status: ClassVar[Status] = Status.CONFLICT


_BY_STATUS: dict[Status, Failure] = {
    Status.INVALID: Invalid(detail="a refusal that this client does not know"),
    Status.UNAUTHENTICATED: Unauthenticated(),
    Status.FORBIDDEN: Forbidden(),
    Status.NOT_FOUND: NotFound(),
    Status.CONFLICT: UnknownConflict(),
    Status.TOO_LARGE: TooLarge(limit=0),
    Status.RATE_LIMITED: TooManyRequests(retry_after=1.0),
    Status.UNAVAILABLE: Unavailable(),
    Status.INTERNAL: Internal(trace=""),
}


def refusal(encoded: bytes | msgspec.Raw) -> Refused:
    """An encoded refusal as the exception it is. One of a newer server is known by its `status` alone."""
    try:
        return Refused(REFUSALS.decode(encoded))
    except msgspec.ValidationError:
        said: Any = msgspec.json.decode(encoded)
        return Refused(_BY_STATUS[Status(said["status"])])


def retry_after(refused: Refused) -> float:
    """The seconds that a refusal asks to wait; 0 when it does not say."""
    return float(getattr(refused.failure, "retry_after", 0.0))
