"""django-allauth's sign-in forms and messages in plain words. What they check and do stays allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Promise] = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "oldpassword": _("The password you have now"),
    "password": _("Password"),
    "password2": _("The same password again"),
}
NEW_PASSWORD = _("New password")
NEW_PASSWORD_HINT = _("At least 12 characters. Three words that do not belong together are good.")


class Adapter(DefaultAccountAdapter):
    """Says what went wrong, and what to do, to somebody who never thinks about computers."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This sign-in is switched off."),
        "cannot_remove_primary_email": _("You cannot remove the address that we write to."),
        "duplicate_email": _("You have added this address already."),
        "email_password_mismatch": _("The address or the password is not right. Try again."),
        "email_taken": _("There is a sign-in with this address already."),
        "enter_current_password": _("This is not the password you have now."),
        "incorrect_code": _("This is not the code we sent."),
        "incorrect_password": _("The password is not right. Try again."),
        "invalid_or_expired_key": _("This link no longer works. Ask for a new one."),
        "invalid_password_reset": _("This link no longer works. Ask for a new one."),
        "max_email_addresses": _("You cannot have more than %d addresses."),
        "too_many_login_attempts": _("Too many wrong tries. Wait a few minutes, then try again."),
        "unknown_email": _("There is no sign-in with this address."),
        "unverified_primary_email": _("Open the link that we sent to this address first."),
        "same_as_current": _("This is the one you have already."),
        "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
    }


class PlainWords:
    """Takes a form's own labels and hints away and puts ours there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        for name, label in LABELS.items():
            if name in fields:
                fields[name].label = label
                fields[name].help_text = ""
        if "password1" in fields:
            fields["password1"].label = NEW_PASSWORD
            fields["password1"].help_text = NEW_PASSWORD_HINT


class SignIn(PlainWords, forms.LoginForm):
    pass


class SignUp(PlainWords, forms.SignupForm):
    pass


class AddAddress(PlainWords, forms.AddEmailForm):
    pass


class ChangePassword(PlainWords, forms.ChangePasswordForm):
    pass


class SetPassword(PlainWords, forms.SetPasswordForm):
    pass


class ForgottenPassword(PlainWords, forms.ResetPasswordForm):
    pass


class NewPassword(PlainWords, forms.ResetPasswordKeyForm):
    pass


class StillYou(PlainWords, forms.ReauthenticateForm):
    pass
