"""Making accounts other than by signing up: for set-up commands, and for tests."""

from django.contrib.auth.base_user import BaseUserManager
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from socialcare.kernel.errors import Conflict


@transaction.atomic
def register(*, email: str, password: str | None, public_name: str = "", by: User | None) -> User:
    """Makes an account that can sign in with this address; without a password it has to ask for one.

    Raises Conflict(address-taken).
    """
    user = User(email=BaseUserManager.normalize_email(email), public_name=public_name)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict("address-taken", _("There is an account with that address.")) from error
    audit.record("user.registered", subject=user, by=by)
    return user


def read_easy(*, wanted: bool, by: User) -> None:
    """Remembers that `by` reads Easy Read, or no longer does. How somebody likes to read is no decision: no trace."""
    User.objects.filter(pk=by.pk).update(reads_easy=wanted)
