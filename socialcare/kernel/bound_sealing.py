"""Text that opens only in its own row: AES-256-GCM, with the name of the row as associated data.

A sealed text copied into another row, another table or another person's record does not open there. Keys are not
kept in the open: `new_key` makes one, `wrap` seals it with a key made from SECRET_KEY. Destroying a wrapped key
destroys what it sealed. It refuses to return anything that was altered.

AES-GCM is NIST SP 800-38D; the nonce is 96 random bits, so one key is good for far more than the 2³² texts it allows.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from socialcare.kernel.sealing import SealBroken

KEY_BYTES = 32
_NONCE_BYTES = 12


def new_key() -> bytes:
    """256 random bits."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def seal(text: str, *, key: bytes, bound_to: str) -> bytes:
    """`text` sealed with `key`. `bound_to` names the row that it belongs in, and nowhere else."""
    return _encrypt(text.encode(), key=key, bound_to=bound_to)


def unseal(sealed: bytes | memoryview, *, key: bytes, bound_to: str) -> str:
    """The text sealed with this key for this row. Raises SealBroken."""
    return _decrypt(bytes(sealed), key=key, bound_to=bound_to).decode()


def wrap(key: bytes, *, bound_to: str) -> bytes:
    """`key` itself, sealed with one made from SECRET_KEY."""
    return _encrypt(key, key=_outer_key(settings.SECRET_KEY), bound_to=bound_to)


def unwrap(wrapped: bytes | memoryview, *, bound_to: str) -> bytes:
    """The key that was wrapped, also by an earlier SECRET_KEY that is still among the fallbacks. Raises SealBroken."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _decrypt(bytes(wrapped), key=_outer_key(secret), bound_to=bound_to)
        except SealBroken:
            continue
    raise SealBroken(bound_to.partition(":")[0])


def _encrypt(plain: bytes, *, key: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def _decrypt(sealed: bytes, *, key: bytes, bound_to: str) -> bytes:
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, rest, bound_to.encode())
    except (InvalidTag, ValueError) as error:
        # The name of the table is all that an error may tell.
        raise SealBroken(bound_to.partition(":")[0]) from error


@lru_cache(maxsize=8)
def _outer_key(secret: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"socialcare person-keys")
    return derive.derive(secret.encode())
