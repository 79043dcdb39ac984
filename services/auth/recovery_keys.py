"""Recovery keys: 25 characters of Crockford's base 32 (125 random bits), shown once and kept as their SHA-256. Pure."""

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 25
_GROUP = 5
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_recovery_key() -> str:
    """A fresh key in groups of five, such as `7K2QX-…`."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(characters[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def recovery_digest(key: str) -> bytes:
    """What is stored of a key. Case, spaces, dashes and the letters that look like digits make no difference."""
    # 125 bits cannot be guessed, so unlike a password the key needs no slow hash.
    return hashlib.sha256(key.strip().upper().translate(_MISREAD).encode()).digest()
