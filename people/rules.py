"""Who may see whose record. Sight is written once, in SQL, and called from here and from row-level security."""

from django.db.models import BooleanField, Func, QuerySet, Value

from governance.models import User
from people.models import Person


class SeenBy(Func):
    """`person_id = ANY(ARRAY(SELECT visible_person_ids(user, part)))`, which PostgreSQL evaluates once a query."""

    template = "%(column)s = ANY(ARRAY(SELECT visible_person_ids(%(expressions)s)))"
    output_field = BooleanField()

    def __init__(self, user_id: int, part: str, *, column: str) -> None:
        super().__init__(Value(user_id), Value(part), column=column)


def people_visible_to(user: User, *, part: str = "about-me") -> QuerySet[Person]:
    """The people whose `part` of the record `user` may see: themself. Nobody sees by rank."""
    return Person.objects.filter(SeenBy(user.pk, part, column='"people_person"."id"'))
