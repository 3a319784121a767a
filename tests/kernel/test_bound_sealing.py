"""Text that opens only in its own row: with the right key, under the right name, and unaltered."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings

from socialcare.kernel import bound_sealing
from socialcare.kernel.sealing import SealBroken

ROW = "people.protectedaddress:1"
TEXT = "17 Larkspur Yard, Cwm-bach"


def test_it_opens_in_its_row() -> None:
    key = bound_sealing.new_key()
    sealed = bound_sealing.seal(TEXT, key=key, bound_to=ROW)
    assert b"Larkspur" not in sealed
    assert bound_sealing.unseal(memoryview(sealed), key=key, bound_to=ROW) == TEXT


def test_the_same_text_is_never_sealed_alike() -> None:
    key = bound_sealing.new_key()
    assert len({bound_sealing.seal(TEXT, key=key, bound_to=ROW) for _ in range(50)}) == 50


@pytest.mark.parametrize("row", ["people.protectedaddress:2", "people.safecontact:1", ""])
def test_in_another_row_it_does_not_open(row: str) -> None:
    key = bound_sealing.new_key()
    sealed = bound_sealing.seal(TEXT, key=key, bound_to=ROW)
    with pytest.raises(SealBroken) as broken:
        bound_sealing.unseal(sealed, key=key, bound_to=row)
    assert "Larkspur" not in str(broken.value)
    # Not even the row: an error is read by others.
    assert ":" not in str(broken.value)


def test_another_key_does_not_open_it() -> None:
    sealed = bound_sealing.seal(TEXT, key=bound_sealing.new_key(), bound_to=ROW)
    with pytest.raises(SealBroken):
        bound_sealing.unseal(sealed, key=bound_sealing.new_key(), bound_to=ROW)


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_one_altered_bit_is_noticed(at: int) -> None:
    key = bound_sealing.new_key()
    sealed = bytearray(bound_sealing.seal(TEXT, key=key, bound_to=ROW))
    sealed[at] ^= 1
    with pytest.raises(SealBroken):
        bound_sealing.unseal(bytes(sealed), key=key, bound_to=ROW)


@pytest.mark.parametrize("sealed", [b"", b"short", b"\x00" * 12])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        bound_sealing.unseal(sealed, key=bound_sealing.new_key(), bound_to=ROW)


def test_a_key_is_wrapped_for_its_row() -> None:
    key = bound_sealing.new_key()
    wrapped = bound_sealing.wrap(key, bound_to=ROW)
    assert key not in wrapped
    assert bound_sealing.unwrap(wrapped, bound_to=ROW) == key
    with pytest.raises(SealBroken):
        bound_sealing.unwrap(wrapped, bound_to="people.personkey:2")


def test_a_new_secret_still_opens_what_the_one_before_it_wrapped() -> None:
    key = bound_sealing.new_key()
    wrapped = bound_sealing.wrap(key, bound_to=ROW)
    with override_settings(
        SECRET_KEY="another secret", SECRET_KEY_FALLBACKS=["none of them", settings.SECRET_KEY]
    ):
        assert bound_sealing.unwrap(wrapped, bound_to=ROW) == key
    with (
        override_settings(SECRET_KEY="another secret", SECRET_KEY_FALLBACKS=[]),
        pytest.raises(SealBroken),
    ):
        bound_sealing.unwrap(wrapped, bound_to=ROW)
