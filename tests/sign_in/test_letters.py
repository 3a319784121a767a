"""The letter about a sign-in on another kind of device: sent in the background, naming nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from governance.actions import sessions
from governance.models import KnownDevice, User
from governance.tasks import forget_sessions
from socialcare.kernel import outbox
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.sign_in.conftest import (
    FIREFOX,
    IPHONE,
    SignIn,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def letters_promised() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(topic=sessions.NEW_DEVICE))


def test_another_kind_of_device_is_told_by_letter_that_names_nobody(
    ann: User, sign_in: SignIn
) -> None:
    sign_in(ann, FIREFOX)
    assert letters_promised() == [], "the first one is no news"
    sign_in(ann, IPHONE)
    (promised,) = letters_promised()
    assert promised.payload == {"device": "safari-ios"}
    assert promised.acting_user_id == ann.pk
    assert outbox.deliver(promised.pk)
    (letter,) = mail.outbox
    assert letter.to == [ann.email]
    assert "Safari on an iPhone or iPad" in letter.body
    assert "We never ask for your password" in letter.body
    assert "http" not in letter.body
    assert "Ann" not in letter.body
    sign_in(ann, IPHONE)
    assert len(letters_promised()) == 1, "by now it is known"


def test_a_device_not_used_for_90_days_is_new_again_and_forgotten(
    ann: User, sign_in: SignIn
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(ann, IPHONE)
        clock.shift(timedelta(days=80))
        sign_in(ann, FIREFOX)
        assert len(letters_promised()) == 1
        clock.shift(timedelta(days=11))
        forget_sessions()
        assert {known.device for known in KnownDevice.objects.all()} == {"firefox-linux"}
        sign_in(ann, IPHONE)
        assert len(letters_promised()) == 2


def test_nobody_is_written_to_without_an_address() -> None:
    user = worlds.user("gone")
    user.emailaddress_set.all().delete()
    sessions.tell_of_new_device(device="safari-ios", by=user.pk)
    assert mail.outbox == []
