"""What the door lets in: a frame is a command exactly as the protocol describes it, or it is refused."""

import json
from typing import Any

import msgspec
import pytest
from msgspec import Struct, inspect

from dialog.bus import BAD_JSON, explain
from dialog.protocol import COMMANDS, ClientCommand, InternalCommand, PublicCommand, members
from dialog.protocol.base import tag_of
from dialog.protocol.described import words_of
from dialog.protocol.frames import FRAME_HEADS, FRAMES
from tests.contract.samples import smallest, wrong_values

ON_SOCKETS = members(ClientCommand)
FROM_OUTSIDE = members(PublicCommand | ClientCommand)

WHOM_IT_IS_ABOUT = {
    ("session.revoke", "session_id"),  # one of the actor's own
    ("chat.create", "user_ids"),
    ("chat.open_direct", "user_id"),
    ("chat.people", "user_ids"),
    ("member.add", "user_ids"),
    ("member.remove", "user_id"),
    ("member.edit", "user_id"),
    ("member.ban", "user_id"),
    ("member.unban", "user_id"),
    ("invite.approve", "user_id"),
    ("invite.decline", "user_id"),
    ("presence.get", "user_ids"),
    ("message.search", "from_id"),
    ("message.send", "mentions"),
    ("message.edit", "mentions"),
    ("message.schedule", "mentions"),
    ("friend.request", "user_id"),
    ("friend.accept", "user_id"),
    ("friend.decline", "user_id"),
    ("friend.cancel", "user_id"),
    ("friend.remove", "user_id"),
    ("block.add", "user_id"),
    ("block.remove", "user_id"),
    ("report.user", "user_id"),
    ("warning.dismiss", "warning_id"),  # one of the actor's own
}
"""Fields that name people or sessions. Each names whom the command is about; none says who asks."""


def frame(command: object) -> bytes:
    return json.dumps({"id": 1, "command": command}).encode()


def refusal_of(kind: type[Struct], body: object) -> str:
    """Why the decoder turns a body down; fails when it does not."""
    with pytest.raises(BAD_JSON) as refused:
        msgspec.json.decode(json.dumps(body), type=kind)
    return explain(refused.value)


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=tag_of)
def test_the_smallest_command_is_let_in(kind: type[Struct]) -> None:
    decoded = msgspec.json.decode(json.dumps(smallest(kind)), type=kind)
    assert type(decoded) is kind


@pytest.mark.parametrize("kind", ON_SOCKETS, ids=tag_of)
def test_a_socket_carries_it(kind: type[Struct]) -> None:
    assert type(FRAMES.decode(frame(smallest(kind))).command) is kind


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=tag_of)
@pytest.mark.parametrize("name", ["author_id", "actor", "sender_id", "as_user", "trace", "Chat_id", "", "__proto__"])
def test_an_unknown_field_is_refused(kind: type[Struct], name: str) -> None:
    assert "unknown field" in refusal_of(kind, smallest(kind) | {name: 1})


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=tag_of)
def test_a_body_cannot_claim_an_identity(kind: type[Struct]) -> None:
    """Whatever could name the actor is either unknown, or one of the fields that name somebody else."""
    for name in ("user_id", "user_ids", "session_id", "member_id", "owner_id", "address"):
        if name in kind.__struct_fields__:
            assert (tag_of(kind), name) in WHOM_IT_IS_ABOUT
        else:
            assert "unknown field" in refusal_of(kind, smallest(kind) | {name: 1})


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=tag_of)
def test_every_id_in_a_command_is_that_of_a_chat_or_message_or_known_to_name_another(kind: type[Struct]) -> None:
    """A new field that holds an id has to be thought about here before it can become a way to speak for others."""
    for name in kind.__struct_fields__:
        if words_of(kind).alias(name) == "Id" and name not in THINGS:
            assert (tag_of(kind), name) in WHOM_IT_IS_ABOUT


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=tag_of)
def test_a_missing_field_is_refused(kind: type[Struct]) -> None:
    complete = smallest(kind)
    for name in complete:
        if name != "type":
            left = {key: value for key, value in complete.items() if key != name}
            assert "missing required field" in refusal_of(kind, left)


@pytest.mark.parametrize("kind", FROM_OUTSIDE, ids=tag_of)
def test_a_value_of_another_type_or_beyond_a_limit_is_refused(kind: type[Struct]) -> None:
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    for field in shape.fields:
        for wrong in wrong_values(field.type):
            refusal_of(kind, smallest(kind) | {field.encode_name: wrong})


def test_what_is_not_for_sockets_is_refused_on_them() -> None:
    kinds = [*members(PublicCommand), *members(InternalCommand)]
    for kind in kinds:
        with pytest.raises(msgspec.ValidationError):
            FRAMES.decode(frame(smallest(kind)))
    assert not {tag_of(kind) for kind in kinds} & {tag_of(kind) for kind in ON_SOCKETS}


def test_internal_commands_are_no_public_ones() -> None:
    assert not set(members(InternalCommand)) & set(FROM_OUTSIDE)
    assert all(tag.startswith("internal.") == (kind in members(InternalCommand)) for tag, kind in COMMANDS.items())


THINGS = {"chat_id", "seq", "before", "around", "from_chat_id", "seqs", "scheduled_id"}
"""Fields that hold the ids of chats, messages and what the actor has scheduled."""

PING: dict[str, Any] = {"type": "ping"}

NOT_FRAMES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"hello",
    "not UTF-8": b"\xff\xfe",
    "a byte order mark": b'\xef\xbb\xbf{"id":1,"command":{"type":"ping"}}',
    "binary": bytes(range(256)),
    "a list": json.dumps([{"id": 1, "command": PING}]).encode(),
    "null": b"null",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"id":1,"command":' * 10_000,
    "something behind it": frame(PING) + b"{}",
    "no id": json.dumps({"command": PING}).encode(),
    "no command": b'{"id":1}',
    "null for a command": frame(None),
    "no type": frame({}),
    "an unknown type": frame({"type": "chat.explode"}),
    "a type that is no string": frame({"type": 1}),
    "two types": b'{"id":1,"command":{"type":"ping","type":"session.close"}}',
    "a field beside the two": json.dumps({"id": 1, "command": PING, "actor": 1}).encode(),
    "an id that is text": json.dumps({"id": "1", "command": PING}).encode(),
    "an id that is true": json.dumps({"id": True, "command": PING}).encode(),
    "an id below zero": json.dumps({"id": -1, "command": PING}).encode(),
    "an id that JavaScript cannot hold": json.dumps({"id": 2**53, "command": PING}).encode(),
    "an id of a thousand digits": b'{"id":' + b"9" * 1000 + b',"command":{"type":"ping"}}',
    "an id with a fraction": json.dumps({"id": 1.5, "command": PING}).encode(),
    "NaN": b'{"id":NaN,"command":{"type":"ping"}}',
    "half a surrogate pair": rb'{"id":1,"command":{"type":"user.find","username":"\ud800"}}',
    "the other half": rb'{"id":1,"command":{"type":"user.find","username":"a\udc00b"}}',
    "a bare control character": b'{"id":1,"command":{"type":"user.find","username":"a\nb"}}',
    "UTF-8 of a surrogate": b'{"id":1,"command":{"type":"user.find","username":"\xed\xa0\x80"}}',
    "overlong UTF-8": b'{"id":1,"command":{"type":"user.find","username":"\xc0\x80"}}',
}


@pytest.mark.parametrize("data", NOT_FRAMES.values(), ids=NOT_FRAMES.keys())
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BAD_JSON) as refused:
        FRAMES.decode(data)
    assert len(explain(refused.value)) <= 200


def test_the_id_of_a_refused_frame_can_often_be_read() -> None:
    assert FRAME_HEADS.decode(frame({"type": "chat.explode"})).id == 1
    assert FRAME_HEADS.decode(b'{"command":3}').id is None


def test_of_two_ids_the_last_one_counts() -> None:
    """JSON leaves open what a repeated name means; a client that repeats one gets its answer under the last."""
    assert FRAMES.decode(b'{"id":1,"id":2,"command":{"type":"ping"}}').id == 2


def test_an_explanation_does_not_repeat_a_value() -> None:
    secret = "hunter2-hunter2"
    for command in ({"type": secret}, {"type": "session.renew", "access_token": [secret]}, {"type": "ping", secret: 1}):
        with pytest.raises(BAD_JSON) as refused:
            FRAMES.decode(frame(command))
        if secret not in command:  # the name of an unknown field is told, so that a typing error can be found
            assert secret not in explain(refused.value)
