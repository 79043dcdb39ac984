"""The envelopes: built as bytes, read back as what was put in."""

import json

import msgspec
import pytest

from dialog.ids import new_id
from dialog.protocol import EVENTS, FAILURES
from dialog.protocol.base import Failure, Internal, Invalid, NotFound, Nothing, TooManyRequests, Unavailable
from dialog.protocol.connection import ChatsBehind, Draining
from dialog.protocol.frames import (
    ANSWERS,
    REFUSALS,
    SERVER_FRAMES,
    encode_event,
    encode_refusal,
    encode_reply,
    event_tag,
    http_status,
    is_refusal,
    with_id,
)
from dialog.protocol.messages import Message, MessagePosted
from dialog.protocol.presence import Availability, Presence, PresenceChanged

TEXT = 'quotes " and \\ and }]},"event":{"type":"x"} and \U0001f600 and \u2028 and \x7f'
MESSAGE = Message(
    chat_id=1, seq=2, rev=3, author_id=new_id(), kind="text", text=TEXT, sent_at=5, nonce='n"}', reply_to=None
)

HERE = PresenceChanged(people=[Presence(user_id=7, status=Availability.ONLINE)])


def test_an_event_comes_back_as_it_was() -> None:
    for event in (
        MessagePosted(message=MESSAGE, nonce=MESSAGE.nonce),
        HERE,
        Draining(within=30),
        ChatsBehind(),
    ):
        frame = encode_event(event)
        assert SERVER_FRAMES.decode(frame).event == event
        assert EVENTS[event_tag(frame)] is type(event)


def test_a_text_is_kept_byte_for_byte() -> None:
    frame = encode_event(MessagePosted(message=MESSAGE, nonce="n"))
    assert json.loads(frame)["event"]["message"]["text"] == TEXT


def test_a_reply_gets_the_id_of_its_frame() -> None:
    answer = encode_reply(MESSAGE)
    assert not is_refusal(answer)
    read = SERVER_FRAMES.decode(with_id(9007199254740991, answer))
    assert read.id == 9007199254740991
    assert msgspec.json.decode(read.reply, type=Message) == MESSAGE
    assert not read.refused


def test_nothing_is_an_empty_object() -> None:
    assert json.loads(with_id(0, encode_reply(Nothing()))) == {"id": 0, "reply": {}}


@pytest.mark.parametrize(
    "failure", [NotFound(), Invalid(detail='a "b"'), TooManyRequests(retry_after=3), Unavailable()]
)
def test_a_refusal_comes_back_as_it_was_with_its_status(failure: Failure) -> None:
    answer = encode_refusal(failure)
    assert is_refusal(answer)
    refused = ANSWERS.decode(answer).refused
    assert REFUSALS.decode(refused) == failure
    said = json.loads(with_id(4, answer))
    assert said["id"] == 4
    assert said["refused"]["status"] == type(failure).status.value
    assert said["refused"]["reason"] in FAILURES


def test_over_http_a_reply_is_the_body() -> None:
    status, body, retry_after = http_status(encode_reply(MESSAGE))
    assert (status, retry_after) == (200, None)
    assert msgspec.json.decode(body, type=Message) == MESSAGE


def test_over_http_a_refusal_says_when_to_come_back() -> None:
    status, body, retry_after = http_status(encode_refusal(TooManyRequests(retry_after=2.5)))
    assert (status, retry_after) == (429, 2.5)
    assert json.loads(body)["refused"]["reason"] == "rate_limited"
    assert http_status(encode_refusal(Internal(trace="abc")))[0] == 500


def test_a_client_reads_on_past_what_a_newer_server_adds() -> None:
    frame = json.loads(encode_event(HERE))
    frame["event"]["since"] = 3
    assert SERVER_FRAMES.decode(json.dumps(frame)).event == HERE
