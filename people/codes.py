"""Codes that are handed over on paper or read out by telephone, and of which only a hash is kept.

A code has 60 random bits, so a hash without salt cannot be turned round. It opens one thing, is never part of an
address, and is shown once.
"""

from __future__ import annotations

from hashlib import sha256

from socialcare.kernel.public_ids import in_fours, new_public_id

# Letters that people write for the digits they look like; the alphabet of codes has none of them.
_LOOKALIKES = str.maketrans("oil", "011")


def new_code() -> str:
    """A fresh code as it is shown: "7k2m-9q4x-0abc"."""
    return in_fours(new_public_id())


def hash_of(code: str) -> str:
    """What is kept of a code. Capitals, spaces and hyphens do not matter."""
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return sha256(f"socialcare code {letters.translate(_LOOKALIKES)}".encode()).hexdigest()
