"""The bricks of the protocol: values, commands with typed replies, events, and typed refusals."""

from enum import StrEnum
from typing import Annotated, ClassVar, Generic, TypeVar, cast, dataclass_transform, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

R = TypeVar("R")

MAX_ID = 2**53 - 1

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
"""An identity made by `dialog.ids`: safe as a JavaScript number, and no secret."""

Seq = Annotated[int, Meta(ge=0, le=MAX_ID)]
"""A dense number within a chat: the `seq` of a message or the `rev` of a change. 0 is "before everything"."""

Millis = Annotated[int, Meta(ge=0, le=MAX_ID)]
"""Milliseconds since 1970, UTC."""


class Status(StrEnum):
    """What a client should do about a refusal. Closed: a client handles each of these."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


HTTP_STATUS = {
    Status.INVALID: 400,
    Status.UNAUTHENTICATED: 401,
    Status.FORBIDDEN: 403,
    Status.NOT_FOUND: 404,
    Status.CONFLICT: 409,
    Status.TOO_LARGE: 413,
    Status.RATE_LIMITED: 429,
    Status.UNAVAILABLE: 503,
    Status.INTERNAL: 500,
}


class Audience(StrEnum):
    """Whose sockets hear an event: everyone in one chat, one person's, or (once connected) one socket alone."""

    CHAT = "chat"
    USER = "user"
    SOCKET = "socket"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Wire(Struct, frozen=True, kw_only=True):
    """A value that crosses a process boundary."""


class Nothing(Wire):
    """The reply of a command that has nothing to tell."""


class Command(Wire, Generic[R], frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """A request. `R` is what its one handler answers."""

    public: ClassVar[bool] = False
    """Answered without an access token, over HTTP only."""


class Event(Wire, frozen=True, kw_only=True, tag_field="type"):
    """A fact that clients hear. Encoded once: it holds nothing that differs between receivers."""

    audience: ClassVar[Audience] = Audience.CHAT
    ephemeral: ClassVar[bool] = False
    """Carries no `rev`, is never stored, and may be dropped unless it is `synced`."""
    synced: ClassVar[bool] = False
    """`sync` tells it as well: a client that does not keep up is told to, rather than left without."""


class Fact(Wire, frozen=True, kw_only=True, tag_field="type"):
    """What one service tells the others, at least once (JetStream); never sent to clients."""


class Failure(Wire, frozen=True, kw_only=True, tag_field="reason"):
    """A typed refusal. Its class name says why, its status what the client should do."""

    status: ClassVar[Status] = Status.INVALID


class Refused(Exception):
    """The one exception that a handler raises on purpose."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(type(failure).__struct_config__.tag))
        self.failure = failure


class Actor(Wire, frozen=True, kw_only=True):
    """Who asks. Travels beside the command, where only the gateway writes, and never in it."""

    user_id: Id = 0
    session_id: Id = 0
    address: str = ""
    """The client's network address, for throttling: an IPv4 address or an IPv6 /64."""
    may_hide: bool = False
    """They may be invisible to others; false for whoever is known to be visible, and for what is not done now."""


def tag_of(kind: type[Struct]) -> str:
    """The name a type goes by on the wire, such as `message.send`."""
    return cast("str", kind.__struct_config__.tag)


def reply_type(command: type[Command[R]]) -> type[R]:
    """What the handler of `command` must answer: the `R` in `class X(Command[R])`."""
    for base in command.__dict__.get("__orig_bases__", ()):
        if get_origin(base) is Command:
            return cast("type[R]", get_args(base)[0])
    raise TypeError(f"{command.__name__} does not say what it is answered with: derive from Command[Reply]")


# Refusals that any door may give; those that belong to one command stand beside it.


class Invalid(Failure, tag="invalid"):
    """The request is not what the protocol describes. `detail` says where, without repeating the input."""

    detail: str


class Unauthenticated(Failure, tag="unauthenticated"):
    """No valid access token: refresh it and try once more."""

    status = Status.UNAUTHENTICATED


class NotFound(Failure, tag="not_found"):
    """There is no such thing, or it is not for you: the two look the same."""

    status = Status.NOT_FOUND


class Forbidden(Failure, tag="forbidden"):
    """You can see it, but this is not yours to do."""

    status = Status.FORBIDDEN


class TooManyRequests(Failure, tag="rate_limited"):
    """Slow down. `retry_after` is in seconds."""

    status = Status.RATE_LIMITED
    retry_after: float


class TooLarge(Failure, tag="too_large"):
    """More than `limit` (of what the command measures: characters, members, bytes)."""

    status = Status.TOO_LARGE
    limit: int


class Unavailable(Failure, tag="unavailable"):
    """A part of the suite does not answer now. The outcome may be unknown: retry with the same nonce."""

    status = Status.UNAVAILABLE
    retry_after: float = 1.0


class Internal(Failure, tag="internal"):
    """A fault of ours. `trace` finds it in the logs."""

    status = Status.INTERNAL
    trace: str
