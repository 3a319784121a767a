"""django-allauth's sign-in forms and messages in plain words. What they check and do stays allauth's.

Two things it would tell, ours do not: who has a sign-in, by how long an answer takes, and from which network address
somebody came.
"""

from __future__ import annotations

import ipaddress
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from socialcare.kernel import acting

logger = logging.getLogger(__name__)

# One household or office has a whole network of IPv6 addresses: its tries count together.
IPV6_NETWORK = 64  # bits

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

    def get_client_ip(self, request: HttpRequest) -> str:
        """A name for the client's network that is good for counting tries today, and cannot be read back."""
        try:
            address = ipaddress.ip_address(super().get_client_ip(request))
        except (PermissionDenied, ValueError):  # a unix socket, without a proxy that says who asks
            network = "unknown"
        else:
            bits = IPV6_NETWORK if address.version == 6 else address.max_prefixlen
            network = str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
        name = f"{acting.today().isoformat()} {network}"
        return salted_hmac("sign-in.client", name, algorithm="sha256").hexdigest()[:32]

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tells somebody what was changed. A mail server that is away does not undo the change."""
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except (SMTPException, OSError) as error:
            logger.warning("a letter (%s) was not sent: %s", template_prefix, type(error).__name__)


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
    def try_save(self, request: HttpRequest) -> tuple[AbstractBaseUser | None, HttpResponse | None]:
        """An address that is taken costs the same work as a new one: hashing is most of the time that it takes."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


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
