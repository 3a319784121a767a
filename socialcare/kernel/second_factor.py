"""django-allauth's second step of signing in (a code from an app, a passkey, a recovery code) in plain words.

What it checks stays allauth's. Ours are the words, the sealed secrets, and a picture that the content policy allows.
Who has to have a second step is not known here: see `governance.second_factor`.
"""

from __future__ import annotations

from typing import Any

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from socialcare.kernel.errors import Conflict
from socialcare.kernel.sealing import SealBroken, seal, unseal

PURPOSE = "second-factor"
QR_SIDE = 240  # CSS pixels: large enough to be scanned from a laptop's screen


class Adapter(DefaultMFAAdapter):
    """Keeps what has to be read back sealed, and says what went wrong in words for everybody."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "You hold an office, so you need a second step. Add another one before you remove this."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes stand in for an app or a passkey. Set up one of those first."
        ),
        "incorrect_code": gettext_lazy(
            "This is not right. A code works for 30 seconds and only once: wait for the next one."
        ),
        "unverified_email": gettext_lazy("Open the link that we sent to your address first."),
    }

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Conflict(second-factor-unreadable) when SECRET_KEY was changed and the old one is not a fallback."""
        try:
            return unseal(encrypted_text, purpose=PURPOSE)
        except SealBroken as error:
            raise Conflict(
                "second-factor-unreadable",
                _("We cannot read your second step any more. Tell whoever runs this service."),
            ) from error

    def get_totp_issuer(self) -> str:
        return str(settings.SERVICE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {
            **super().get_public_key_credential_rp_entity(),
            "name": settings.SERVICE_NAME,
        }

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """The address in both places: it is how people tell their sign-ins apart in the list their device shows."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("My passkey") if number == 1 else _("My passkey %(number)s") % {"number": number}

    def build_totp_svg(self, url: str) -> SafeString:
        """The picture to scan, as SVG without any style: allauth's own has to be loaded from a `data:` address."""
        code = qrcode.QRCode()
        code.add_data(url)
        rows = code.get_matrix()
        squares = "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(rows)
            for x, is_dark in enumerate(row)
            if is_dark
        )
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" width="{1}" height="{1}" role="img" '
            'aria-label="{2}"><rect width="{0}" height="{0}" fill="#ffffff"/><path d="{3}" fill="#000000"/></svg>',
            len(rows),
            QR_SIDE,
            _("A square code to scan with the app"),
            squares,
        )


LABELS: dict[str, Promise] = {
    "code": gettext_lazy("Code"),
    "name": gettext_lazy("What to call it"),
    "passwordless": gettext_lazy("Let me sign in with it alone, without my password"),
}
CODE_HINT = gettext_lazy("The six digits that your app shows now. A recovery code works too, once.")
FIRST_CODE_HINT = gettext_lazy("The six digits that your app shows now.")


class PlainWords:
    """Puts our words in place of a form's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = LABELS.get(name, field.label)
            field.help_text = ""
        if "code" in self.fields:  # type: ignore[attr-defined]
            code = self.fields["code"]  # type: ignore[attr-defined]
            code.help_text = CODE_HINT
            code.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class SecondStep(PlainWords, AuthenticateForm):
    pass


class StillYou(PlainWords, ReauthenticateForm):
    pass


class AddApp(PlainWords, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = FIRST_CODE_HINT


class RemoveApp(PlainWords, DeactivateTOTPForm):
    pass


class NewRecoveryCodes(PlainWords, GenerateRecoveryCodesForm):
    pass


class AddPasskey(PlainWords, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What nearly everybody wants. A plain security key without a PIN cannot: for that it can be unticked.
        self.fields["passwordless"].initial = True


class RenamePasskey(PlainWords, EditWebAuthnForm):
    pass


class SignInWithPasskey(PlainWords, LoginWebAuthnForm):
    pass


class SecondStepWithPasskey(PlainWords, AuthenticateWebAuthnForm):
    pass


class StillYouWithPasskey(PlainWords, ReauthenticateWebAuthnForm):
    pass
