"""Folded stacks (`outer;inner count`, one stack a line) as a flame graph and as a table."""

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from msgspec import Struct

WIDTH = 1400
ROW = 17
LETTER = 6.6
"""Pixels: of the picture, of a row, of a letter."""
NARROWEST = 0.4
FONT = 'font-family="monospace" font-size="11"'

Stacks = Mapping[tuple[str, ...], int]


def read(text: str) -> Stacks:
    """What py-spy writes in its raw format."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        if stack:
            found[tuple(stack.split(";"))] += int(count)
    return found


def top(stacks: Stacks, most: int) -> str:
    """The functions that take the most time themselves, and how much they take with all that they call."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for stack, count in stacks.items():
        own[_function(stack[-1])] += count
        for name in {_function(frame) for frame in stack}:
            whole[name] += count
    total = max(1, sum(own.values()))
    lines = [f"{'own':>6} {'total':>6}  function"]
    lines += [f"{count / total:>6.1%} {whole[name] / total:>6.1%}  {name}" for name, count in own.most_common(most)]
    return "\n".join(lines)


def _function(frame: str) -> str:
    """`name (file)` of `name (path/to/file:line)`."""
    name, _, place = frame.partition(" (")
    return f"{name} ({'/'.join(place.rstrip(')').rpartition(':')[0].split('/')[-3:])})" if place else name


def svg(stacks: Stacks, title: str) -> str:
    """A picture for the browser; a frame says in full what it is when the mouse rests on it."""
    total = max(1, sum(stacks.values()))
    depth = max((len(stack) for stack in stacks), default=0)
    height = (depth + 2) * ROW
    boxes = [box.drawn(total) for box in _boxes(sorted(stacks.items()), 0, 0.0, WIDTH / total)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" {FONT}>',
            f'<text x="4" y="{ROW - 4}">{escape(title)}: {total} samples</text>',
            *boxes,
            "</svg>\n",
        ]
    )


class Box(Struct, frozen=True):
    """A frame in the picture: so many samples, at this depth, from `left` on."""

    frame: str
    depth: int
    samples: int
    left: float
    width: float

    def drawn(self, total: int) -> str:
        """As SVG; `total` are the samples of the whole picture."""
        shade = zlib.crc32(_function(self.frame).encode())
        colour = f"rgb({205 + shade % 50},{90 + shade // 50 % 120},{shade // 6000 % 60})"
        room = int(self.width / LETTER)
        label = escape(self.frame[:room]) if room > 3 else ""
        y = (self.depth + 1) * ROW
        return (
            f"<g><title>{escape(self.frame)}: {self.samples} samples, {self.samples / total:.1%}</title>"
            f'<rect x="{self.left:.1f}" y="{y}" width="{self.width:.1f}" height="{ROW - 1}" fill="{colour}" rx="1"/>'
            f'<text x="{self.left + 2:.1f}" y="{y + ROW - 5}">{label}</text></g>'
        )


def _boxes(stacks: Sequence[tuple[tuple[str, ...], int]], depth: int, left: float, scale: float) -> Iterator[Box]:
    """One box for each run of stacks that have the same frame at this depth, then those within it."""
    ended = sum(count for stack, count in stacks if len(stack) == depth)
    left += ended * scale
    deeper = [one for one in stacks if len(one[0]) > depth]
    for frame, run in groupby(deeper, lambda one: one[0][depth]):
        within = list(run)
        samples = sum(count for _, count in within)
        if samples * scale >= NARROWEST:
            yield Box(frame, depth, samples, left, samples * scale)
            yield from _boxes(within, depth + 1, left, scale)
        left += samples * scale
