"""Every page, letter and message of the second step is ours, in the kit, and names nobody."""

from __future__ import annotations

from pathlib import Path

import allauth
import pytest
from allauth.mfa import app_settings
from allauth.mfa.base import forms as base_forms
from django.conf import settings
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.module_loading import import_string

from socialcare.kernel import second_factor
from tests.kit.test_templates import ancestors

OURS = Path(settings.BASE_DIR) / "templates"
THEIRS = Path(allauth.__file__).parent / "templates/mfa"
# Trusting a browser and signing up by passkey are switched off; the rest only hold others together.
NOT_SERVED = {
    "trust.html",
    "webauthn/signup_form.html",
    "webauthn/snippets/login_script.html",
    "webauthn/snippets/scripts.html",
    "base_entrance.html",
    "base_manage.html",
    "recovery_codes/base.html",
    "totp/base.html",
    "webauthn/base.html",
}
PAGES = sorted(
    name
    for path in THEIRS.rglob("*.html")
    if (name := str(path.relative_to(THEIRS))) not in NOT_SERVED
)
LETTERS = sorted(path.name for path in (THEIRS / "email").iterdir())
MESSAGES = sorted(path.name for path in (THEIRS / "messages").iterdir())


def test_what_is_not_served_is_switched_off() -> None:
    assert len(PAGES) > 8
    assert not app_settings.TRUST_ENABLED
    assert not app_settings.PASSKEY_SIGNUP_ENABLED


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_ours(name: str) -> None:
    template = get_template(f"mfa/{name}")
    assert template.origin.name == str(OURS / "mfa" / name)
    assert ancestors(template.template)[-1] == str(OURS / "base.html")


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_ours_and_names_nobody(name: str, rf: RequestFactory) -> None:
    template = get_template(f"mfa/email/{name}")
    assert template.origin.name == str(OURS / "mfa/email" / name)
    private = {"email": "ann@example.org", "ip": "192.0.2.7", "user_agent": "Ann's browser"}
    text = template.render(private, rf.get("/"))
    assert "ann" not in text.lower().replace("cannot", "")
    assert "192.0.2.7" not in text
    if "_subject" in name:
        assert len(text.strip().splitlines()) == 1
    else:
        assert "We never ask for your password" in text


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_ours(name: str) -> None:
    template = get_template(f"mfa/messages/{name}")
    assert template.origin.name == str(OURS / "mfa/messages" / name)
    assert len(template.render({}).strip().splitlines()) == 1


def test_every_form_is_in_plain_words() -> None:
    assert set(settings.MFA_FORMS) == {
        "authenticate",
        "reauthenticate",
        "activate_totp",
        "deactivate_totp",
        "generate_recovery_codes",
        "add_webauthn",
        "edit_webauthn",
        "login_webauthn",
        "authenticate_webauthn",
        "reauthenticate_webauthn",
    }
    for path in settings.MFA_FORMS.values():
        assert issubclass(import_string(path), second_factor.PlainWords)
    form = second_factor.SecondStep(user=None)
    assert isinstance(form, base_forms.AuthenticateForm)
    assert form.fields["code"].label == "Code"
    assert form.fields["code"].widget.attrs["inputmode"] == "numeric"


def test_the_square_to_scan_has_nothing_that_the_content_policy_refuses() -> None:
    svg = second_factor.Adapter().build_totp_svg("otpauth://totp/a?secret=<&>")
    assert svg.startswith("<svg ")
    assert "style" not in svg
    assert "data:" not in svg
    assert 'aria-label="A square code to scan with the app"' in svg
