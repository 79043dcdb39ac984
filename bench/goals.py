"""What each figure has to reach, and the limit of the machine that it stands beside."""

from msgspec import Struct

from .figures import ACKNOWLEDGED, MESSAGES, PER_DELIVERY, PER_MESSAGE, RECEIVED
from .limits import BATCH_CPU, BATCH_RATE, JOINED_WRITE, LONE_COMMIT
from .replicas import RATIONED
from .searching import QUERIES
from .sockets import P99_IN_STORM


class Goal(Struct, frozen=True):
    """A bound, and the figure among the limits that no suite can beat."""

    least: float | None = None
    most: float | None = None
    limit: str = ""

    def met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def bound(self) -> float:
        return self.least if self.least is not None else self.most or 0.0

    @property
    def sign(self) -> str:
        return "≥" if self.least is not None else "≤"


GOALS = {
    ("group-100", PER_DELIVERY): Goal(most=5, limit=JOINED_WRITE),
    ("group-100-by-50", PER_DELIVERY): Goal(most=3, limit=JOINED_WRITE),
    ("direct-64", MESSAGES): Goal(least=5000, limit=BATCH_RATE),
    ("direct-64", PER_MESSAGE): Goal(most=220, limit=BATCH_CPU),
    ("direct-256", MESSAGES): Goal(least=8000, limit=BATCH_RATE),
    ("hot-group", MESSAGES): Goal(least=5000, limit=BATCH_RATE),
    ("pair", f"{ACKNOWLEDGED}, p50"): Goal(most=3, limit=LONE_COMMIT),
    ("pair", PER_MESSAGE): Goal(most=700),
    ("replicas", f"two for one, {RATIONED}"): Goal(least=1.5),
    ("replicas", "numbers missing, taken twice or not in the order of sending"): Goal(most=0),
    ("replicas", "messages stored twice, or not"): Goal(most=0),
    ("replicas", "events delivered twice, or not"): Goal(most=0),
    ("steady", f"{ACKNOWLEDGED}, p50"): Goal(most=5, limit=LONE_COMMIT),
    ("steady", f"{ACKNOWLEDGED}, p99"): Goal(most=25),
    ("steady", f"{RECEIVED}, p99"): Goal(most=40),
    ("idle", "gateway memory per idle socket, 2,000 sockets"): Goal(most=20),
    ("idle", "gateway memory per idle socket, 5,000 sockets"): Goal(most=20),
    ("storm", "until all are synced again"): Goal(most=15),
    ("storm", "database statements per client"): Goal(most=3),
    ("presence-storm", P99_IN_STORM): Goal(most=1.5),
    ("history", "page of 50 out of 1,000,000 messages, p99"): Goal(most=15),
    ("chat-list", "list of 1,000 chats, from nothing, p99"): Goal(most=50),
    **{("search", f"{query}, p99"): Goal(most=100) for query in QUERIES},
    ("start", "from nothing to ready"): Goal(most=10),
}
"""By scenario and figure. Synapse needs 3,800 µs of CPU per delivery, ejabberd 70: docs/performance.md has more."""
