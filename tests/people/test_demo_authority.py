"""The demonstration's legal authority: it holds, it opens what it says and no more, and it is built once."""

from __future__ import annotations

from governance.models import User
from people import queries
from people.models import LegalAuthority
from people.parts import Part
from socialcare import demo
from socialcare.demo_authority import CHILD
from socialcare.kernel.acting import acting_as
from tests.small_england import SmallEngland


def test_it_holds_and_is_built_once(untouched: SmallEngland) -> None:
    for _ in range(2):
        assert CHILD in demo._authority()
    seen = {}
    for somebody in demo.AUTHORITY:
        user = User.objects.get(email=somebody.email)
        with acting_as(user):
            seen[somebody.name] = {
                each.person.preferred_name: set(each.parts) for each in queries.people_who_let(user)
            }
    assert seen == {
        "Nia": {CHILD: set(Part)},
        "Omar": {"Edwin": {Part.BUDGET, Part.SPENDING}},
        "Edwin": {},
        "Jean Booth": {},
    }
    registrar = User.objects.get(email="registrar@demo.example")
    with acting_as(registrar):
        assert LegalAuthority.objects.count() == 2
