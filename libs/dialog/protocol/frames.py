"""The JSON frames on a socket, and the same envelopes on the bus."""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from . import AnyFailure, ClientCommand, ServerEvent
from .base import HTTP_STATUS, Event, Failure, Wire
from .connection import FrameId

ENCODER = msgspec.json.Encoder()


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends."""

    id: FrameId
    command: ClientCommand


class FrameHead(Struct, frozen=True):
    """Enough of a refused frame to address the refusal."""

    id: FrameId | None = None


class Answer(Wire):
    """What comes back for a frame or a request on the bus: one of `reply` and `refused`; `id` on a socket."""

    id: int | None = None
    reply: Raw = Raw()
    refused: Raw = Raw()


class Told(Wire):
    """An event frame."""

    event: ServerEvent


class ServerFrame(Wire):
    """Anything that the gateway sends, as a client decodes it."""

    id: int | None = None
    reply: Raw = Raw()
    refused: Raw = Raw()
    event: ServerEvent | None = None


FRAMES = msgspec.json.Decoder(Frame)
FRAME_HEADS = msgspec.json.Decoder(FrameHead)
ANSWERS = msgspec.json.Decoder(Answer)
SERVER_FRAMES = msgspec.json.Decoder(ServerFrame)
REFUSALS = msgspec.json.Decoder(AnyFailure)

EVENT_HEAD = b'{"event":{"type":"'


def encode_event(event: Event) -> bytes:
    """The frame of an event, as every receiver gets it."""
    return b'{"event":' + ENCODER.encode(event) + b"}"


def event_tag(frame: bytes) -> str:
    """The type of an encoded event frame, without decoding it."""
    start = len(EVENT_HEAD)
    return frame[start : frame.index(b'"', start)].decode()


def encode_reply(reply: Any) -> bytes:
    """The answer to a request that was done."""
    return b'{"reply":' + ENCODER.encode(reply) + b"}"


def encode_refusal(failure: Failure) -> bytes:
    """The answer to a request that was refused: the failure's fields and its `status`."""
    body = ENCODER.encode(failure)
    return b'{"refused":' + body[:-1] + b',"status":"' + failure.status.encode() + b'"}}'


def with_id(frame_id: int, answer: bytes) -> bytes:
    """An answer from the bus as the frame that answers frame `frame_id`."""
    return b'{"id":%d,' % frame_id + answer[1:]


def is_refusal(answer: bytes) -> bool:
    """Whether an encoded answer is a refusal."""
    return answer.startswith(b'{"refused":')


def http_status(answer: bytes) -> tuple[int, bytes, float | None]:
    """An encoded answer as HTTP: status, body, and the seconds for `Retry-After` if it names any."""
    if not is_refusal(answer):
        return 200, answer[len(b'{"reply":') : -1], None
    refused = msgspec.json.decode(answer)["refused"]
    return HTTP_STATUS[refused["status"]], answer, refused.get("retry_after")
