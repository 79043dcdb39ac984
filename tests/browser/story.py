"""Chats, friends and groups as somebody might have them: what there is to be seen on the screens."""

import secrets
from dataclasses import dataclass

from dialog.client import Client
from dialog.protocol.accounts import EditProfile
from dialog.protocol.bans import BanMember
from dialog.protocol.chats import Chat
from dialog.protocol.invites import CreateInvite, UseInvite
from dialog.protocol.messages import DeleteMessage, EditMessage, ForwardMessages, PinMessage
from dialog.protocol.people import AddBlock, RequestFriend
from dialog.protocol.preferences import SetDraft, SetPreferences
from dialog.protocol.presence import Choice, SetStatus
from dialog.protocol.reactions import AddReaction
from dialog.protocol.settings import EditSettings, Whom
from tests.browser.long_chats import fill
from tests.browser.visitors import Visitors
from tests.operators import operate
from tests.people import befriend, direct, group, me, username

NAMES = {
    "tom": "Tom Berg",
    "ana": "Ana Kovač",
    "mira": "Mira Roth",
    "jonas": "Jonas Bauer",
    "ola": "Ola Nordmann",
    "gus": "Gus Green",
    "hal": "Hal Holm",
    "ivo": "Ivo Ilić",
    "uma": "Uma Underhill",
}
GROUPS = ("Design team", "Ops on-call", "Book club")


@dataclass(frozen=True)
class Story:
    username: str
    """Who sees it all."""
    newcomer: str
    """Who sees nothing yet."""
    places: dict[str, str]
    """The addresses of chats, and names, by what screens call them."""
    names: tuple[str, ...]
    """What people and chats are called."""


async def tell(visitors: Visitors) -> Story:
    """Have it all happen."""
    people = dict(zip(NAMES, await visitors.people.join(*NAMES), strict=True))
    for name, person in people.items():
        await person.call(EditProfile(display_name=NAMES[name]))
    tom = people["tom"]
    await _people(tom, people)
    chats = {"ops": await _ops(tom, people)}
    chats["jonas"] = await direct(people["jonas"], tom)
    await people["jonas"].send(chats["jonas"].id, "could you look at the *draft* of `settings.toml`?")
    chats["ana"] = await direct(tom, people["ana"])
    await tom.send(chats["ana"].id, "See you at 6 🙂")
    chats["hal"] = await direct(tom, people["hal"])
    await people["hal"].call(EditSettings(who_may_write=Whom.NOBODY))
    chats["team"] = await _team(tom, people)
    chats["long"] = await _long(visitors, tom, people["ola"])
    await _book_club(tom, people)
    invite = await tom.call(CreateInvite(chat_id=chats["ops"].id, approval=True))
    await people["hal"].call(UseInvite(token=invite.token))
    link = await people["mira"].call(CreateInvite(chat_id=(await group(people["mira"], title="Sailors")).id))
    await operate(visitors.people.suite, "warn", "--user", username(tom), "--say", "Be kind to others", "--why", "rude")
    places = {name: f"/c/{chat.id}" for name, chat in chats.items()}
    places |= {"token": link.token, "ana_name": username(people["ana"]), "newcomer": f"nora.{secrets.token_hex(4)}"}
    usernames = [username(person) for person in people.values()]
    return Story(username(tom), username(people["uma"]), places, (*NAMES.values(), *GROUPS, "Sailors", *usernames))


async def _people(tom: Client, people: dict[str, Client]) -> None:
    """A friend, requests both ways, and somebody who is blocked."""
    ola = people["ola"]
    await befriend(tom, ola)
    await ola.call(EditProfile(display_name=NAMES["ola"], description="Maps, mountains and far too much coffee."))
    await ola.call(SetStatus(status=Choice.AUTO, text="on a train"))
    await people["gus"].call(RequestFriend(user_id=me(tom).id))
    await tom.call(RequestFriend(user_id=me(people["hal"]).id))
    await tom.call(AddBlock(user_id=me(people["ivo"]).id))


async def _long(visitors: Visitors, tom: Client, ola: Client) -> Chat:
    """Much to read, most of it new, and an answer to something long ago."""
    long = await direct(tom, ola)
    await fill(visitors.people.suite.servers, long.id, [ola], 400, every=6 * 3_600_000, reader=tom, read=150)
    await ola.send(long.id, "as I said", reply_to=5)
    return long


async def _ops(tom: Client, people: dict[str, Client]) -> Chat:
    """A group of one's own, with somebody who is banned."""
    ops = await group(tom, people["jonas"], people["gus"], title="Ops on-call")
    await tom.send(ops.id, "rolled back, gateway is green")
    await tom.call(BanMember(chat_id=ops.id, user_id=me(people["gus"]).id))
    return ops


async def _team(tom: Client, people: dict[str, Client]) -> Chat:
    """Messages with all that may be on them."""
    ana, mira, jonas = people["ana"], people["mira"], people["jonas"]
    team = await group(ana, tom, mira, jonas, title="Design team")
    first = await ana.send(
        team.id,
        "Can we agree on one radius scale before Monday? I count five different ones in the settings screens.",
    )
    for person, emoji in ((tom, "👍"), (mira, "👍"), (jonas, "🎯")):
        await person.call(AddReaction(chat_id=team.id, seq=first.seq, emoji=emoji))
    answer = "6, 10, 16. Six joins messages, ten is controls, sixteen is surfaces."
    await tom.send(team.id, answer, reply_to=first.seq)
    await tom.read(team.id)
    noted = await jonas.send(team.id, "Noted:\n- 6 joins\n- 10 controls\n- 16 surfaces\n\n> ask **Mira** before Monday")
    await ana.call(PinMessage(chat_id=team.id, seq=noted.seq))
    oops = await mira.send(team.id, "sorry, wrong chat")
    await mira.call(DeleteMessage(chat_id=team.id, seq=oops.seq))
    code = await mira.send(team.id, "```css\n.bubble { border-radius: 16px }\n```")
    await mira.call(EditMessage(chat_id=team.id, seq=code.seq, text=code.text.replace("16px", "var(--surface)")))
    await mira.send(team.id, "🎉")
    await mira.send(team.id, f"the grid finally holds at 320 px, <@{me(tom).id}>", mentions=[me(tom).id])
    return team


async def _book_club(tom: Client, people: dict[str, Client]) -> None:
    """A group that is muted, with a draft, something forwarded and what a blocked person says."""
    mira, ivo = people["mira"], people["ivo"]
    club = await group(mira, tom, ivo, title="Book club")
    said = await mira.send(club.id, "Chapter four by Friday?")
    await mira.call(ForwardMessages(chat_id=club.id, nonce="again", from_chat_id=club.id, seqs=[said.seq]))
    await ivo.send(club.id, "I have not begun yet")
    await tom.call(SetPreferences(chat_id=club.id, muted_until=2**53 - 1))
    await tom.call(SetDraft(chat_id=club.id, text="Friday is fine, but"))
