"""Puts a small world into the database that the environment names, as the application's login.

python -m tests.operations.populate build        a small England, its first pot shared
python -m tests.operations.populate act          one more decision and one more movement, as on any day
python -m tests.operations.populate act-on       the same again and again, a dot each, until it is stopped
python -m tests.operations.populate pots         more local systems, many pots that are set, and a steward signed in to
                                                 share them; prints their ids and the sign-in's cookies as JSON
"""

from __future__ import annotations

import json
import os
import sys

import django

SYSTEMS, POTS = 20, 15


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


def pots() -> dict[str, object]:
    """More pots than any test shares, one a year."""
    from django.test import Client

    from tests import small_england

    world = small_england.build(systems=SYSTEMS, neighbourhoods=1)
    steward = world.people["steward"]
    pots = [small_england.set_pot(world.council, after=n, by=steward) for n in range(5, 5 + POTS)]
    client = Client()
    client.force_login(steward)
    return {
        "pots": [pot.public_id for pot in pots],
        "cookies": {name: cookie.value for name, cookie in client.cookies.items()},
    }


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
    if what == "pots":
        print(json.dumps(pots()))
    while what.startswith("act"):
        act()
        print(".", end="", flush=True)
        if what == "act":
            break


if __name__ == "__main__":
    main(sys.argv[1])
    from django.db import connections

    connections.close_all()
