"""Sight at a million people: whose rows somebody sees, asked in three ways on the same tables.

Ours is `people.rules.visible_to` as the application's login, row-level security and all. django-guardian's own helpers
read the same consents (it knows nothing of their days, so it answers a shorter question), and hand-written SQL joins
them; both as the owner, whom no policy slows down. What is timed is a whole question, from Python to the rows.

The people are invented and written by the owner: two consents and a half a person, forty to each who supports somebody.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from django.contrib.auth.models import Permission
from django.db import connections, router
from django.db.models import QuerySet
from guardian.shortcuts import get_objects_for_user

from benchmarks.measuring import Figure, Size
from governance.models import User
from people import rules
from people.models import Person, SupportPlan
from people.parts import Part
from socialcare.kernel.acting import acting_as

SUPPORTED = 40  # people whom each supporter supports
PER_PERSON = 2.5  # consents
PART = Part.PLAN

_FILL = """
INSERT INTO governance_user (public_id, email, public_name, is_active, joined_at, password)
SELECT 'u' || lpad(n::text, 11, '0'), 'sight' || n || '@example.org', '', true, now(), '!'
  FROM generate_series(1, %(supporters)s + 1) AS n;

INSERT INTO governance_sphere (public_id, level, code, name, starts_on)
SELECT 's' || lpad(n::text, 11, '0'), 'person', '', '', '2020-01-01' FROM generate_series(1, %(people)s) AS n;

INSERT INTO people_person (public_id, user_id, sphere_id, preferred_name, pronouns, created_at)
SELECT 'p' || lpad(n::text, 11, '0'), u.id, s.id, 'Somebody', '', now()
  FROM generate_series(1, %(people)s) AS n
  JOIN governance_sphere s ON s.public_id = 's' || lpad(n::text, 11, '0')
  LEFT JOIN governance_user u ON u.public_id = 'u' || lpad(n::text, 11, '0') AND n <= %(supporters)s;

INSERT INTO people_supportplan (public_id, person_id, number, state, begun_at, agreed_at)
SELECT 'g' || right(public_id, 11), id, 1, 'agreed', now(), now() FROM people_person WHERE public_id LIKE 'p0%%';

-- The supporter numbered n supports forty people, spread over everybody; the prime spreads them without repeating.
INSERT INTO people_personuserobjectpermission
       (public_id, permission_id, user_id, content_object_id, purpose, starts_at, ends_at)
SELECT 'c' || lpad((n * %(supported)s + k)::text, 11, '0'), %(permission)s, u.id, p.id, 'everyday',
       now() - interval '1 day', now() + interval '300 days'
  FROM generate_series(1, %(supporters)s) AS n
 CROSS JOIN generate_series(1, %(supported)s) AS k
  JOIN governance_user u ON u.public_id = 'u' || lpad(n::text, 11, '0')
  JOIN people_person p ON p.public_id = 'p' || lpad(
       ((n::bigint * 7919 + k::bigint * (%(people)s / %(supported)s)) %% %(people)s + 1)::text, 11, '0');
"""

_BARE = """
SELECT a.* FROM people_supportplan a JOIN people_person p ON p.id = a.person_id
 WHERE p.user_id = %(user)s
 UNION ALL
SELECT a.*
  FROM people_personuserobjectpermission c JOIN people_supportplan a ON a.person_id = c.content_object_id
 WHERE c.user_id = %(user)s AND c.permission_id = %(permission)s AND c.starts_at <= now() AND c.ends_at > now()
"""
_BARE_ONE = """
SELECT EXISTS (SELECT FROM people_personuserobjectpermission
                WHERE user_id = %(user)s AND permission_id = %(permission)s AND content_object_id = %(person)s
                  AND starts_at <= now() AND ends_at > now())
"""


@dataclass(frozen=True)
class Question:
    """The same question, put in each of the three ways, by one user; `rows` is what each must answer."""

    user: User
    person: int
    rows: int


class _Owner:
    """Sends what asks without naming a database to the owner's connection."""

    def db_for_read(self, model: object, **hints: object) -> str:
        return "owner"


@contextmanager
def _as_owner() -> Iterator[None]:
    before, router.routers = router.routers, [_Owner()]
    try:
        yield
    finally:
        router.routers = before


def measure(size: Size) -> list[Figure]:
    """Four questions, each in the three ways, in turns; milliseconds are medians."""
    people = size.people
    supporters = round(people * PER_PERSON / SUPPORTED)
    permission = Permission.objects.get(codename=PART, content_type__model="person")
    _fill(people, supporters, permission)
    chance = random.Random(4)  # noqa: S311 -- nothing secret is chosen
    figures = []
    for what, one_only, numbers in (
        ("my own plan and those of people I support (40)", False, range(1, supporters + 1)),
        ("a stranger, who sees nobody", False, range(supporters + 1, supporters + 2)),
        ("one check: may I see this one", True, range(1, supporters + 1)),
    ):
        asked = [_question(chance.choice(numbers), people, supporters) for _ in range(size.asked)]
        ways = [_ours, _guardian, _bare] if not one_only else [_ours_one, _guardian_one, _bare_one]
        ours, guardian, bare = _in_turns(ways, asked, permission)
        figures.append(
            Figure(
                part="Sight",
                what=f"{people:,} people with plans, {supporters * SUPPORTED:,} consents: {what}",
                ours=f"{ours:.2f} ms",
                beside=f"SQL by hand {bare:.2f} ms; guardian {guardian:.2f} ms, {guardian / ours:.1f} times ours",
                ratio=bare / ours,
            )
        )
    return figures


def _fill(people: int, supporters: int, permission: Permission) -> None:
    values = {
        "people": people,
        "supporters": supporters,
        "supported": SUPPORTED,
        "permission": permission.pk,
    }
    with connections["owner"].cursor() as cursor:
        for statement in _FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)
        cursor.execute("ANALYZE")


def _question(number: int, people: int, supporters: int) -> Question:
    user = User.objects.get(public_id=f"u{number:011}")
    is_stranger = number > supporters
    supported = (number * 7919 + people // SUPPORTED) % people + 1
    with _as_owner():
        person = Person.objects.values_list("pk", flat=True).get(public_id=f"p{supported:011}")
    return Question(user, person, 0 if is_stranger else SUPPORTED + 1)


Way = Callable[[Question, Permission], int]


def _in_turns(ways: Sequence[Way], asked: list[Question], permission: Permission) -> list[float]:
    """The median milliseconds of each way. Every answer is compared: a quick wrong one is worth nothing."""
    taken: list[list[float]] = [[] for _ in ways]
    for question in asked:
        for times, way in zip(taken, ways, strict=True):
            began = time.perf_counter()
            found = way(question, permission)
            times.append((time.perf_counter() - began) * 1000)
            wanted = question.rows - (1 if way is _guardian and question.rows else 0)
            if found not in {wanted, True}:
                raise RuntimeError(f"{way.__name__} found {found}, not {wanted}")
    return [median(times) for times in taken]


def _ours(question: Question, permission: Permission) -> int:
    with acting_as(question.user):
        return len(rules.visible_to(question.user, SupportPlan.objects.all(), part=PART))


def _let_see(question: Question, permission: Permission) -> QuerySet[Person]:
    """guardian's list of those who consented. Its own check of one asks a user to have groups and ranks: ours has none."""
    found: QuerySet[Person] = get_objects_for_user(
        question.user,
        permission.codename,
        klass=Person,
        use_groups=False,
        accept_global_perms=False,
        with_superuser=False,
    )
    return found


def _guardian(question: Question, permission: Permission) -> int:
    """Without one's own record, of which it knows nothing."""
    with _as_owner():
        return len(SupportPlan.objects.filter(person__in=_let_see(question, permission)))


def _bare(question: Question, permission: Permission) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_BARE, {"user": question.user.pk, "permission": permission.pk})
        return len(cursor.fetchall())


def _ours_one(question: Question, permission: Permission) -> int:
    with acting_as(question.user):
        seen = rules.visible_to(question.user, SupportPlan.objects.all(), part=PART)
        return seen.filter(person=question.person).exists()


def _guardian_one(question: Question, permission: Permission) -> int:
    with _as_owner():
        return _let_see(question, permission).filter(pk=question.person).exists()


def _bare_one(question: Question, permission: Permission) -> int:
    with connections["owner"].cursor() as cursor:
        values = {"user": question.user.pk, "permission": permission.pk, "person": question.person}
        cursor.execute(_BARE_ONE, values)
        return bool(cursor.fetchone()[0])
