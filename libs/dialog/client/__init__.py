"""The typed asyncio client that tests, benchmarks, bots and the terminal app use, and the model for the web client.

    client = await Client.sign_in("http://127.0.0.1:8080", "anna", "correct horse battery")
    async with client:
        chat = await client.call(OpenDirect(user_id=7))
        message = await client.send(chat.id, "hello")
        async for event in client.events:
            ...

It follows docs/protocol.md to the letter: `state.py` holds the rules of seq and rev (no I/O), `affairs.py` what
concerns only oneself, `client.py` how it stays connected, `outbox.py` how nothing written is lost.
"""

from dialog.protocol.base import Refused

from .client import Client
from .connection import ConnectionStatus
from .errors import ConnectionLost, OutboxFull, SignedOut, TurnedAway
from .outbox import Entry, Progress
from .session import Session
from .state import State
from .view import ChatView

__all__ = [
    "ChatView",
    "Client",
    "ConnectionLost",
    "ConnectionStatus",
    "Entry",
    "OutboxFull",
    "Progress",
    "Refused",
    "Session",
    "SignedOut",
    "State",
    "TurnedAway",
]
