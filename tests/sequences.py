"""Tables of numbers, for tests that need many rows."""

import re

_SEQUENCE = re.compile(r"\bseq_(\d+)_to_(\d+)\b(?: AS (\w+))?")
_DIGIT = " UNION ALL ".join(f"SELECT {digit} AS d" if digit == 0 else f"SELECT {digit}" for digit in range(10))


def spelled(sql: str) -> str:
    """`seq_1_to_500`, a table with the column `seq` that MariaDB makes up, in words that MySQL understands as well."""
    return _SEQUENCE.sub(lambda found: _numbers(int(found[1]), int(found[2]), found[3] or "numbers"), sql)


def _numbers(first: int, last: int, name: str) -> str:
    places = range(len(str(last - first)))
    number = " + ".join([str(first), *(f"{10**place} * digit{place}.d" for place in places)])
    digits = " CROSS JOIN ".join(f"({_DIGIT}) AS digit{place}" for place in places)
    return f"(SELECT * FROM (SELECT {number} AS seq FROM {digits}) AS made WHERE seq <= {last} ORDER BY seq) AS {name}"
