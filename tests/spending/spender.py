"""One of several processes that spend from the same budget at once.

Run by test_races with the database's name. It says when it is ready, then reads its work from its input: who pays,
from whose budget, whom, how much and how often; with a key, the same request each time. Prints what each came to.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import django


def main() -> None:
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()

    from django.db import connection

    from budgets.actions import entitlements, payments
    from budgets.models import Payee
    from governance.models import User
    from people.models import Person
    from socialcare.kernel.acting import acting_as
    from socialcare.kernel.errors import DomainError

    tally: Counter[str] = Counter()
    connection.ensure_connection()
    print("ready", flush=True)
    work = json.load(sys.stdin)
    if "user" not in work:
        tally["jobs"] = entitlements.pay_due() + payments.pay_standing()
        print(json.dumps(tally))
        return
    user = User.objects.get(pk=work["user"])
    for _ in range(work["times"]):
        try:
            with acting_as(user):
                payments.pay(
                    person=Person.objects.get(pk=work["person"]),
                    payee=Payee.objects.get(pk=work["payee"]),
                    amount_pence=work["pence"],
                    request_key=work["key"],
                    by=user,
                )
        except DomainError as refusal:
            tally[refusal.code] += 1
        else:
            tally["paid"] += 1
    print(json.dumps(tally))


if __name__ == "__main__":
    main()
