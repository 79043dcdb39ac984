"""What a username may be: its shape, and the names that nobody can have. Pure."""

import re

from dialog.protocol.accounts import UsernameRefused
from dialog.protocol.base import Refused

SHAPE = re.compile(r"(?=.*[a-z])[a-z0-9](?:[a-z0-9]|[._](?=[a-z0-9])){2,31}")
"""3 to 32 of `a-z 0-9 . _`, at least one letter, no `.` or `_` at either end or next to another."""

_ROUTES = """
    admin api app auth blog cdn call calls c chat dev docs export g group help invite legal login logout media me null
    privacy push register root s security settings signup static status support system terms turn undefined user users
    well-known ws www
    """
_AUTHORITY = """
    administrator moderator mod staff owner official team abuse postmaster hostmaster webmaster security noreply
    """
_MENTIONS = "all everyone here channel online"
_BRANDS = "dialog dialogapp dialogsupport vanylix livekit giphy"

_INVITE_HOSTS = ("t.me", "wa.me", "m.me", "signal.me", "signal.group", "chat.whatsapp")
_WEB_STARTS = ("http", "www.")
_WEB_ENDS = (".com", ".net", ".org", ".io", ".gg", ".app", ".dev", ".chat", ".info", ".biz", ".xyz", ".link", ".site")


def skeleton(name: str) -> str:
    """What a name looks like at a glance: `4dm1n` differs from `admin`, `adm1n`, `a.d.m.i.n` and `adrnin` do not."""
    bare = name.replace(".", "").replace("_", "").replace("-", "")
    return bare.replace("rn", "m").translate(str.maketrans("01i", "oll"))


_RESERVED = frozenset(skeleton(word) for word in f"{_ROUTES} {_AUTHORITY} {_MENTIONS} {_BRANDS}".split())
_DELETED = skeleton("deleted")


def is_well_shaped(name: str) -> bool:
    """Whether an account could have this name at all."""
    return SHAPE.fullmatch(name) is not None


def is_reserved(name: str) -> bool:
    """Whether a well-shaped name looks like a part of the product, somebody in charge, or a web address."""
    seen = skeleton(name)
    return seen in _RESERVED or seen.startswith(_DELETED) or _looks_like_an_address(name)


def _looks_like_an_address(name: str) -> bool:
    return name.startswith(_WEB_STARTS) or name.endswith(_WEB_ENDS) or name in _INVITE_HOSTS


def check_username(name: str) -> None:
    """Raises Refused(UsernameRefused) for a name that cannot be had."""
    if not is_well_shaped(name):
        raise Refused(UsernameRefused(rule="shape"))
    if is_reserved(name):
        raise Refused(UsernameRefused(rule="reserved"))
