"""Sealed text: readable here, for one purpose, also after the key was changed; never when it was altered."""

import base64

import pytest
from pytest_django.fixtures import Settings

from socialcare.kernel.sealing import SealBroken, seal, unseal

SECRET = "the seed of an app"


def test_what_is_sealed_cannot_be_read_and_comes_back_whole() -> None:
    sealed = seal(SECRET, purpose="one")
    assert SECRET not in sealed
    assert SECRET.encode() not in base64.urlsafe_b64decode(sealed)
    assert unseal(sealed, purpose="one") == SECRET


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    assert seal(SECRET, purpose="one") != seal(SECRET, purpose="one")


def test_it_is_good_for_one_purpose_only() -> None:
    with pytest.raises(SealBroken):
        unseal(seal(SECRET, purpose="one"), purpose="two")


@pytest.mark.parametrize("place", [0, 20, -20])
def test_altered_text_is_refused(place: int) -> None:
    sealed = bytearray(base64.urlsafe_b64decode(seal(SECRET, purpose="one")))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        unseal(base64.urlsafe_b64encode(sealed).decode(), purpose="one")


@pytest.mark.parametrize("text", ["", "plain", "gAAAAA=="])
def test_text_that_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(SealBroken):
        unseal(text, purpose="one")


def test_a_new_key_still_reads_what_the_old_one_sealed(settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "old", []
    sealed = seal(SECRET, purpose="one")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert unseal(sealed, purpose="one") == SECRET
    newer = seal(SECRET, purpose="one")
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(newer, purpose="one") == SECRET
    with pytest.raises(SealBroken):
        unseal(sealed, purpose="one")
