"""Puts a small world into the database that the environment names, as the application's login.

python -m tests.operations.populate build        a small England, its first pot shared
python -m tests.operations.populate act          one more decision and one more movement, as on any day
python -m tests.operations.populate act-on       the same again and again, a dot each, until it is stopped
"""

from __future__ import annotations

import os
import sys

import django


def act() -> None:
    """The national council decides something, and money is put back where it came from."""
    from budgets import ledger
    from budgets.models import Movement
    from governance.models import Body, User
    from tests import worlds
    from tests.ledger.worlds import own_transaction

    body = Body.objects.get(kind=Body.Kind.NATIONAL_COUNCIL)
    members = User.objects.filter(mandates__role="national-councillor").order_by("pk")
    worlds.decided(worlds.Council(body, list(members)), power="set-the-pot")
    last = Movement.objects.standing().order_by("-pk")[0]
    with own_transaction():
        ledger.reverse(last, reason_code="wrong-amount", by=None)


def main(what: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcare.settings")
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from governance.tasks import publish_audit_head
    from tests import small_england

    if what == "build":
        small_england.build(systems=2, neighbourhoods=3)
        publish_audit_head()
    while what.startswith("act"):
        act()
        print(".", end="", flush=True)
        if what == "act":
            return


if __name__ == "__main__":
    main(sys.argv[1])
