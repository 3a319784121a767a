"""Random public ids: what addresses and files show instead of row numbers, which would tell how many there are."""

import secrets

# Crockford's base 32: no i, l, o or u, so an id can be read out over the telephone.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12  # 60 bits


def new_public_id() -> str:
    """A fresh id of twelve characters from a cryptographic source."""
    # A byte holds each of the 32 letters equally often.
    return "".join([ALPHABET[byte % 32] for byte in secrets.token_bytes(LENGTH)])


def in_fours(public_id: str) -> str:
    """The id as it is read out: "7k2m-9q4x-0abc"."""
    return "-".join(public_id[start : start + 4] for start in range(0, len(public_id), 4))
