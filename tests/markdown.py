"""docs/markdown.md as a program: what clients are compared with by way of tests/vectors/markdown.json."""

import re
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

DEEP_QUOTES = 3
FENCE = re.compile(r"```([A-Za-z0-9_+#.-]{0,20})")
QUOTED = re.compile(r">(?: |$)")
ITEM = re.compile(r"[-*] (.*)")
NUMBERED = re.compile(r"([0-9]{1,9})\. (.*)")
MENTION = re.compile(r"<@(?:(all)|([1-9][0-9]{0,15}))>")
LABELLED = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s<>`\\()]+)\)")
URL = re.compile(r"https?://[^\s<>`\\]+")
PUNCTUATION = re.compile(r"\\([!-/:-@\[-`{-~])")
STYLES = {"**": "bold", "~~": "strike", "||": "spoiler", "*": "italic", "_": "italic"}
RUNS = {"**": (2, 3), "~~": (2,), "||": (2,), "*": (1, 3), "_": (1,)}
"""How many of the character stand together where it opens or closes."""


def parse(text: str) -> list[Node]:
    """The blocks of a message."""
    return list(_blocks(re.sub(r"\r\n?", "\n", text).split("\n"), 0))


def _blocks(lines: list[str], quotes: int) -> Iterator[Node]:
    at = 0
    while at < len(lines):
        kind, end = _block_at(lines, at, quotes)
        part = lines[at:end]
        at = end
        if kind == "code_block":
            language = part[0][3:] or None
            yield {"type": kind, "language": language, "text": "\n".join(part[1:-1])}
        elif kind == "quote":
            yield {"type": kind, "children": list(_blocks([line[2:] for line in part], quotes + 1))}
        elif kind == "bullets":
            items = [_inline(line[2:]) for line in part]
            yield {"type": "list", "ordered": False, "start": None, "items": items}
        elif kind == "numbers":
            found = [match for line in part if (match := NUMBERED.fullmatch(line))]
            items = [_inline(match[2]) for match in found]
            yield {"type": "list", "ordered": True, "start": int(found[0][1]), "items": items}
        elif kind == "paragraph":
            yield {"type": kind, "children": _inline("\n".join(part))}


def _block_at(lines: list[str], at: int, quotes: int) -> tuple[str, int]:
    """What begins at a line, and where it ends."""
    kind = _kind(lines, at, quotes)
    if kind == "code_block":
        return kind, lines.index("```", at + 1) + 1
    end = at + 1
    while kind and end < len(lines) and _kind(lines, end, quotes) == kind:
        end += 1
    return kind, end


def _kind(lines: list[str], at: int, quotes: int) -> str:
    line = lines[at]
    if FENCE.fullmatch(line) and "```" in lines[at + 1 :]:
        return "code_block"
    if QUOTED.match(line) and quotes < DEEP_QUOTES:
        return "quote"
    if ITEM.fullmatch(line):
        return "bullets"
    if NUMBERED.fullmatch(line):
        return "numbers"
    return "paragraph" if line.strip(" \t") else ""


def _inline(text: str, used: frozenset[str] = frozenset(), *, links: bool = True) -> list[Node]:
    nodes: list[Node] = []
    hopeless: set[str] = set()  # what no longer closes further on
    at = 0
    while at < len(text):
        taken = _atom(text, at, links=links) or _styled(text, at, used, hopeless, links=links)
        if taken:
            made, at = taken
            nodes += made
        else:
            nodes.append({"type": "break"} if text[at] == "\n" else _text(text[at]))
            at += 1
    return list(_joined(nodes))


def _text(text: str) -> Node:
    return {"type": "text", "text": text}


def _joined(nodes: list[Node]) -> Iterator[Node]:
    pending = ""
    for node in nodes:
        if node["type"] == "text":
            pending += node["text"]
            continue
        if pending:
            yield _text(pending)
            pending = ""
        yield node
    if pending:
        yield _text(pending)


def _atom(text: str, at: int, *, links: bool) -> tuple[list[Node], int] | None:
    """Rules 1 to 6."""
    if match := PUNCTUATION.match(text, at):
        return [_text(match[1])], match.end()
    if text[at] == "`":
        return _code(text, at)
    if match := MENTION.match(text, at):
        node: Node = {"type": "mention_all"} if match[1] else {"type": "mention", "user_id": int(match[2])}
        return [node], match.end()
    if links and (match := LABELLED.match(text, at)):
        return [{"type": "link", "url": match[2], "children": _inline(match[1], links=False)}], match.end()
    if (match := URL.match(text, at)) and not _is_word(text, at - 1):
        url = _trimmed(match[0])
        if len(url) > len(url.split("//")[0]) + 2:
            return [{"type": "link", "url": url, "children": [_text(url)]} if links else _text(url)], at + len(url)
    return None


def _code(text: str, at: int) -> tuple[list[Node], int]:
    end = _run(text, at)
    size = end - at
    if size <= 2:
        line_end = (text + "\n").index("\n", at)
        for match in re.finditer("`+", text[end:line_end]):
            if len(match[0]) == size and match.start():
                inner = text[end : end + match.start()]
                return [{"type": "code", "text": inner}], end + match.end()
    return [_text(text[at:end])], end


def _run(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] == text[at]:
        end += 1
    return end


def _trimmed(url: str) -> str:
    while url and (url[-1] in ".,:;!?'\"*_~|]}" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isalnum()


def _styled(
    text: str, at: int, used: frozenset[str], hopeless: set[str], *, links: bool
) -> tuple[list[Node], int] | None:
    """Rule 7."""
    for sign, kind in STYLES.items():
        start = at + len(sign)
        if not text.startswith(sign, at) or kind in used or sign in hopeless or text[at - 1 : at] == sign[0]:
            continue
        if _run(text, at) - at not in RUNS[sign] or (sign == "_" and _is_word(text, at - 1)):
            continue
        if start >= len(text) or text[start].isspace():
            continue
        close = _closing(text, start, sign, links=links)
        if close is None:
            hopeless.add(sign)
            continue
        inner = _inline(text[start:close], used | {kind}, links=links)
        return [{"type": kind, "children": inner}], close + len(sign)
    return None


def _closing(text: str, start: int, sign: str, *, links: bool) -> int | None:
    """Where what opened before `start` is closed."""
    at = start
    while at < len(text):
        if taken := _atom(text, at, links=links):
            at = taken[1]
            continue
        if text[at] != sign[0]:
            at += 1
            continue
        end = _run(text, at)
        close = end - len(sign) if sign[0] == "*" else at
        if _closes(text, start, close, sign, end - at):
            return close
        at = end
    return None


def _closes(text: str, start: int, close: int, sign: str, run: int) -> bool:
    if run not in RUNS[sign] or close <= start or text[close - 1].isspace():
        return False
    return sign != "_" or not _is_word(text, close + 1)
