"""What is encrypted in its row: where a person lives, how to reach them safely, and the key that opens both.

Each person has a key of their own, itself sealed with one made from SECRET_KEY. A row's words are sealed with the
person's key and bound to that row, so that a copy in another row does not open. Without the key nothing opens.
"""

from __future__ import annotations

import json

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.persons import Entered, Person
from socialcare.kernel import bound_sealing


def _name_of(row: models.Model) -> str:
    """The table and the row that a text is bound to: the row's own id, which it has before it is kept, else the person's.

    A table or row of another name opens nothing that was sealed under this one.
    """
    return f"{row._meta.label_lower}:{getattr(row, 'public_id', '') or row.pk}"


class PersonKey(models.Model):
    """The key to one person's sealed words. Whoever may see any part may see it; what it opens stays hidden by part."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="key"
    )
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"key of {self.person_id}"

    @classmethod
    def made_for(cls, person: Person) -> PersonKey:
        """A new key, not yet kept."""
        made = cls(person=person)
        made.wrapped = bound_sealing.wrap(bound_sealing.new_key(), bound_to=_name_of(made))
        return made

    def wrap_again(self) -> None:
        """Seals the same key with the present SECRET_KEY; it is not kept yet. Raises SealBroken."""
        self.wrapped = bound_sealing.wrap(self.opened(), bound_to=_name_of(self))

    def opened(self) -> bytes:
        """The key itself. Raises SealBroken."""
        return bound_sealing.unwrap(self.wrapped, bound_to=_name_of(self))


class Sealed(models.Model):
    """A row with words that only the person's key opens, and only in this row."""

    sealed = models.BinaryField()

    class Meta:
        abstract = True

    def put(self, key: PersonKey, **words: str) -> None:
        """Seals `words` into the row; it is not kept yet."""
        text = json.dumps(words, ensure_ascii=False)
        self.sealed = bound_sealing.seal(text, key=key.opened(), bound_to=_name_of(self))

    def words(self, key: PersonKey) -> dict[str, str]:
        """What was put in. Raises SealBroken when the row or the key is not the one."""
        text = bound_sealing.unseal(self.sealed, key=key.opened(), bound_to=_name_of(self))
        found: dict[str, str] = json.loads(text)
        return found


class OneForEachPerson(Sealed):
    """At most one row a person, whose id is the person's."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} of {self.person_id}"


class SafeContact(OneForEachPerson, Entered):
    """The part "contact". Sealed: `reach` (a number or address), `say` (words that may be used), `never` (what may not
    be sent)."""

    class Channel(models.TextChoices):
        TEXT = "text", _("Text message")
        PHONE = "phone", _("Phone call")
        EMAIL = "email", _("E-mail")
        POST = "post", _("Letter")
        IN_PERSON = "in-person", _("In person")
        THROUGH_SOMEBODY = "through-somebody", _("Through somebody I trust")

    channel = models.CharField(max_length=20, choices=Channel)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contact_channel_known",
                condition=Q(
                    channel__in=[
                        "text",
                        "phone",
                        "email",
                        "post",
                        "in-person",
                        "through-somebody",
                    ]
                ),
            ),
        ]


class ProtectedAddress(OneForEachPerson, Entered):
    """The part "address", with the residence. Sealed: `address`. It is in no search, list, letter or log."""

    class Meta:
        verbose_name_plural = "protected addresses"
