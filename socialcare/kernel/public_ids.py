"""Random public ids: what addresses and files show instead of row numbers, which would tell how many there are."""

import secrets

# Crockford's base 32: no i, l, o or u, so an id can be read out over the telephone.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12  # 60 bits


def new_public_id() -> str:
    """A fresh id of twelve characters from a cryptographic source."""
    # A byte holds each of the 32 letters equally often.
    return "".join([ALPHABET[byte % 32] for byte in secrets.token_bytes(LENGTH)])
