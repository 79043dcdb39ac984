"""Receipts: how far each member has received and read a chat. Two numbers per person that only ever grow."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Fact, Id, Nothing, Seq, Wire

RECEIPT_MEMBERS = 100
"""Members up to which a chat is told who has received and read what; beyond, only how many have."""


class Receipt(Wire):
    """How far somebody has received and read a chat. What is read is delivered, and so is what they wrote before."""

    user_id: Id
    delivered_seq: Seq
    read_seq: Seq


class Receipts(Wire):
    """Who has received and read one message, of the `people` who were in the chat when it was said.

    Its author does not count, nor does who shows no receipts. `receipts` is empty above 100 members.
    """

    people: int
    delivered: int
    read: int
    receipts: list[Receipt]


class ReadReceipt(Command[Nothing], tag="receipt.read"):
    """You have read the chat up to message `seq`; it is no longer marked unread. Beyond its end means to the end."""

    chat_id: Id
    seq: Seq


class DeliveredReceipt(Command[Nothing], tag="receipt.delivered"):
    """This device has the chats up to these messages. Chats that you are not in are passed over."""

    chats: Annotated[dict[str, Seq], Meta(max_length=500)]
    """Chat id (a JSON key, so in quotes) to `seq`."""


class ListReceipts(Command[Receipts], tag="receipt.list"):
    """Who has received and read one message; those who have left the chat since are among them."""

    chat_id: Id
    seq: Id


class ReceiptMoved(Event, tag="receipt.moved"):
    """These people have received or read more. At most once a second per chat, of at most 100 members."""

    audience: ClassVar[Audience] = Audience.CHAT
    ephemeral: ClassVar[bool] = True
    synced: ClassVar[bool] = True
    chat_id: Id
    receipts: list[Receipt]


class ChatsRecounted(Event, tag="chats.recounted"):
    """What you chose has reached all of your chats: whom you block, or that you show receipts. `sync`, since what is
    unread there and how far others have come is something else now."""

    audience: ClassVar[Audience] = Audience.USER


class ReceiptsSwitched(Event, tag="receipt.switched"):
    """Somebody shows how far they come in this chat from now on, or no longer: then forget how far they have come.

    Not told in groups of more than 100 members.
    """

    audience: ClassVar[Audience] = Audience.CHAT
    ephemeral: ClassVar[bool] = True
    synced: ClassVar[bool] = True
    chat_id: Id
    user_id: Id
    shown: bool


class SwitchUntold(Fact, tag="receipts.switch_untold"):
    """Somebody shows receipts now, or no longer, and those in their chats have not been told."""

    user_id: Id


class ReceiptsUntold(Fact, tag="receipts.untold"):
    """Receipts have moved in these chats, and whoever was to tell the members may not have done so."""

    chat_ids: list[Id]


class ChatRead(Event, tag="chat.read"):
    """You have read this chat so far, on whichever device."""

    audience: ClassVar[Audience] = Audience.USER
    chat_id: Id
    read_seq: Seq
