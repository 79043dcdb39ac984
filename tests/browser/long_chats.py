"""Long chats and many of them, written straight to chat's tables as if they had been said over the years."""

from dialog.client import Client
from dialog.ids import new_id, now_ms
from tests.people import me
from tests.records import on_record
from tests.servers import Servers

AT_ONCE = 5000
MINUTE = 60_000
TEXTS = (
    "The ferry leaves at ten past six",
    "ok",
    "and the last one back is at eleven, so bring a coat, something to read, and the **blue** bag with the maps in it",
    "Who has the key? I thought it was with you, but it may as well lie in the drawer under the window.\\nLook there",
    "it says:\\n> under the window\\nnot there",
    "see https://example.org/timetable?from=pier",
    "Yes! See you there, then; it is the third jetty, the one behind the yellow crane, where we met the last time.",
    "If the weather turns, we shall take the train and meet at the station, in the hall with the clock. " * 3,
    "🎉",
)


async def fill(
    servers: Servers,
    chat_id: int,
    people: list[Client],
    number: int,
    *,
    every: int = MINUTE,
    reader: Client | None = None,
    read: int = 0,
) -> None:
    """So many messages of these people in a chat that holds none, one in `every` milliseconds until now.

    All have read them, but for the `reader`, who has `read` so many.
    """
    authors = [me(person).id for person in people]
    first_at = now_ms() - number * every
    for first in range(1, number + 1, AT_ONCE):
        rows = ",".join(
            f"({chat_id},{seq},{seq},{authors[turn(seq, len(authors))]},'n{seq}','text',"
            f"'no. {seq}: {TEXTS[seq * 7 % len(TEXTS)]}',{first_at + seq * every})"
            for seq in range(first, min(first + AT_ONCE, number + 1))
        )
        await on_record(
            servers,
            f"INSERT INTO messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at) VALUES {rows}",
        )
    pointers = dict.fromkeys(authors, number) | ({me(reader).id: read} if reader else {})
    for user_id, seq in pointers.items():
        await on_record(
            servers,
            "REPLACE INTO receipts (chat_id, user_id, read_seq, delivered_seq, moved_at) "
            f"VALUES ({chat_id}, {user_id}, {seq}, {seq}, {now_ms()})",
        )
    await on_record(
        servers,
        f"UPDATE chats SET head_seq = {number}, rev = rev + {number}, created_at = {first_at} WHERE id = {chat_id}",
    )


def turn(seq: int, people: int) -> int:
    """Which of so many people has said that."""
    return seq // 3 % people


async def many_groups(servers: Servers, owner: Client, number: int) -> None:
    """So many groups of one person, with a message in each."""
    user_id, now = me(owner).id, now_ms()
    first = new_id() - (1 << 34)
    ids = range(first, first + number)
    tables = {
        "chats (id, kind, title, head_seq, rev, member_rev, member_count, created_at)": [
            f"({id_},'group','Group {at:04}',1,2,1,1,{now})" for at, id_ in enumerate(ids)
        ],
        "members (chat_id, user_id, role, joined_seq, joined_at, rev)": [
            f"({id_},{user_id},'owner',0,{now},1)" for id_ in ids
        ],
        "messages (chat_id, seq, rev, author_id, nonce, kind, text, sent_at)": [
            f"({id_},1,2,{user_id},'n1','text','{TEXTS[at % 4]}',{now - at * MINUTE})" for at, id_ in enumerate(ids)
        ],
    }
    for table, rows in tables.items():
        await on_record(servers, f"INSERT INTO {table} VALUES {','.join(rows)}")
