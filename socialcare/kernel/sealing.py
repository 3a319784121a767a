"""Text that is kept where only this service can read it: encrypted with keys made from SECRET_KEY.

For the few secrets that have to be read back (the seed of an authenticator app, a form somebody had not sent yet).
Passwords are not among them: they are hashed. It refuses to return anything that was altered or sealed for another
purpose.

Each purpose has a key of its own, made by HKDF-SHA256 (RFC 5869). A new SECRET_KEY seals from then on; what the
SECRET_KEY_FALLBACKS sealed can still be read.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(Exception):
    """The text was not sealed here for this purpose, or with a key that is no longer known."""


def seal(text: str, *, purpose: str) -> str:
    """`text`, encrypted and signed, as ASCII. `purpose` is a short code such as "second-factor"."""
    return _box(purpose).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, *, purpose: str) -> str:
    """The text that was sealed for this purpose. Raises SealBroken."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken(purpose) from error


def _box(purpose: str) -> MultiFernet:
    return _made((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose)


@lru_cache(maxsize=16)
def _made(secrets: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])


def _key(secret: str, purpose: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"socialcare {purpose}".encode())
    return base64.urlsafe_b64encode(derive.derive(secret.encode()))
