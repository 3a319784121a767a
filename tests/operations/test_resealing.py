"""After SECRET_KEY changed: everything is sealed anew, and the old key is needed no more."""

from __future__ import annotations

import secrets

import pytest

from tests.operations.conftest import Place

pytestmark = pytest.mark.services

WRITE = """
import django; django.setup()
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from people.actions import records
from people.models import Person
from socialcare.kernel.acting import acting_as
from tests import worlds
somebody = worlds.user("ann")
with acting_as(somebody):
    person = worlds.person(somebody)
    records.keep_address(person=person, address="1 Quiet Lane", neighbourhood=None, by=somebody)
encrypt = get_adapter().encrypt
Authenticator.objects.bulk_create([
    Authenticator(user=somebody, type="totp", data={"secret": encrypt("seed of an app")}),
    Authenticator(user=somebody, type="recovery_codes", data={"seed": encrypt("seed of codes"), "used_mask": 3}),
    Authenticator(user=somebody, type="webauthn", data={"name": "Phone", "credential": {"id": "x"}}),
])
"""
READ = """
import django; django.setup()
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from governance.models import User
from people.models import Person, ProtectedAddress
from socialcare.kernel.acting import acting_as
somebody = User.objects.get()
with acting_as(somebody):
    kept = ProtectedAddress.objects.get()
    print(kept.words(kept.person.key)["address"])
app, codes, passkey = Authenticator.objects.order_by("pk")
decrypt = get_adapter().decrypt
print(decrypt(app.data["secret"]), "|", decrypt(codes.data["seed"]), codes.data["used_mask"], passkey.data)
"""
SETTINGS = {"DJANGO_SETTINGS_MODULE": "socialcare.settings"}


def test_the_old_key_can_be_thrown_away_once_everything_is_sealed_anew(place: Place) -> None:
    old, new = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    place.manage("migrate", "-v0")
    place.run("-c", WRITE, SECRET_KEY=old, **SETTINGS)
    assert "SealBroken" in place.run("-c", READ, status=1, SECRET_KEY=new, **SETTINGS)
    refused = place.manage("reseal", status=1, SECRET_KEY=new)
    assert "opens with none of the keys" in refused

    said = place.manage("reseal", SECRET_KEY=new, SECRET_KEY_FALLBACKS=old)
    assert "1 people's keys, 3 second steps" in said

    told = place.run("-c", READ, SECRET_KEY=new, **SETTINGS)
    assert "1 Quiet Lane" in told
    assert "seed of an app | seed of codes 3 {'name': 'Phone', 'credential': {'id': 'x'}}" in told
    assert place.manage("reseal", SECRET_KEY=new) == said


def test_only_the_owner_may(place: Place) -> None:
    assert "Set OWNER_DATABASE_URL" in place.manage("reseal", status=2, OWNER_DATABASE_URL="")
