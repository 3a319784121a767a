"""Every page and letter of the sign-in package is ours, in plain words, and names nobody."""

import inspect
from pathlib import Path

import allauth
import pytest
from allauth.account import app_settings, views
from allauth.account.urls import urlpatterns
from django.conf import settings
from django.template.loader import get_template
from django.test import RequestFactory
from django.views.generic.base import TemplateResponseMixin

from socialcare.kernel import sign_in
from tests.kit.reading import Page
from tests.kit.test_templates import ancestors

OURS = Path(settings.BASE_DIR) / "templates"
THEIRS = Path(allauth.__file__).parent / "templates"
# Pages for telephones, passkeys and codes: our settings serve none of them.
SWITCHED_OFF = {
    "account/confirm_email_verification_code.html",
    "account/confirm_password_reset_code.html",
    "account/confirm_phone_verification_code.html",
    "account/phone_change.html",
    "account/signup_by_passkey.html",
}
SERVED = sorted(
    {
        view.template_name
        for view in vars(views).values()
        if inspect.isclass(view)
        and issubclass(view, TemplateResponseMixin)
        and view.__module__ == views.__name__
        and view.template_name
    }
    - SWITCHED_OFF
)
LETTERS = sorted(p.name for p in (THEIRS / "account/email").glob("*.txt"))
MESSAGES = sorted(p.name for p in (THEIRS / "account/messages").glob("*.txt"))
PAGES = sorted(p.name for p in (THEIRS / "account").glob("*.html"))


def test_the_pages_were_found() -> None:
    assert {"account/login.html", "account/reauthenticate.html", "account/email.html"} <= set(
        SERVED
    )
    served = {pattern.name for pattern in urlpatterns}
    assert not served & {
        "account_signup_by_passkey",
        "account_change_phone",
        "account_verify_phone",
    }


@pytest.mark.parametrize(
    "name", [*SERVED, "account/signup_closed.html", "account/verified_email_required.html"]
)
def test_each_page_that_is_served_is_ours(name: str) -> None:
    template = get_template(name)
    assert template.origin.name == str(OURS / name)
    assert ancestors(template.template)[-1] == str(OURS / "base.html")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_a_setting_could_switch_on_still_stands_in_the_kit(name: str) -> None:
    assert ancestors(get_template(f"account/{name}").template)[-1] == str(OURS / "base.html")


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_ours_and_names_nobody(name: str, rf: RequestFactory) -> None:
    template = get_template(f"account/email/{name}")
    assert template.origin.name == str(OURS / "account/email" / name)
    private = {
        "email": "ann@example.org",
        "from_email": "ann@example.org",
        "to_email": "ann@new.example.org",
        "deleted_email": "ann@example.org",
        "username": "ann",
        "user": "ann",
        "ip": "192.0.2.7",
        "user_agent": "Ann's browser",
    }
    links = {
        "activate_url": "https://here.example/confirm?a=1&b=2",
        "password_reset_url": "https://here.example/reset?a=1&b=2",
        "signup_url": "https://here.example/signup?a=1&b=2",
    }
    text = template.render({**private, **links}, rf.get("/"))
    assert "ann" not in text.lower()
    assert "192.0.2.7" not in text
    assert "&amp;" not in text
    if "_subject" in name:
        assert len(text.strip().splitlines()) == 1
    else:
        assert "We never ask for your password" in text


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_ours_and_names_nobody(name: str, rf: RequestFactory) -> None:
    template = get_template(f"account/messages/{name}")
    assert template.origin.name == str(OURS / "account/messages" / name)
    text = template.render(
        {"email": "ann@example.org", "user": "ann", "phone": "07700"}, rf.get("/")
    )
    assert text.strip()
    assert "ann@" not in text


def test_every_form_the_pages_show_is_in_plain_words() -> None:
    for path in app_settings.FORMS.values():
        form = getattr(sign_in, path.rsplit(".", 1)[-1])
        assert issubclass(form, sign_in.PlainWords)


def test_the_sign_in_form(rf: RequestFactory) -> None:
    form = sign_in.SignIn(request=rf.get("/"))
    page = Page(
        get_template("account/login.html").render({"form": form}, rf.get("/accounts/login/"))
    )
    assert page.one("label", **{"for": "id_login"}).text.strip() == "E-mail address"
    assert page.one("input", name="login").attributes["autocomplete"] == "email"
    assert page.one("input", name="password").attributes["autocomplete"] == "current-password"
    assert (
        page.one("button", class_="govuk-js-password-input-toggle").attributes["type"] == "button"
    )


def test_a_new_password_says_what_it_needs() -> None:
    form = sign_in.NewPassword()
    assert str(form.fields["password1"].help_text).startswith("At least 12 characters.")
    assert settings.AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] == {"min_length": 12}
