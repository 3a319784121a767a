"""Pages on which people read and write their own record, or one for whose person they act. Each of the latter says at
the top whose it is, and opening it is written down as a look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.models import User
from governance.pages import SignedInActionView
from people import queries
from people.actions import looks, own_words, records
from people.forms import (
    AddressForm,
    ContactForm,
    IntroduceForm,
    RecordNeedForm,
    ReviewNeedForm,
    StatementForm,
    SupportForm,
)
from people.models import CommunicationNeed, SupportAgreement
from people.parts import Part
from people.queries import Record
from socialcare.kernel.errors import Missing


def record_of_reader(user: User) -> Record:
    """The reader's own record. Raises Missing for somebody who has not begun one."""
    record = queries.own_record(user)
    if record is None:
        raise Missing
    return record


def record_to_write(user: User, person: str | None, part: Part) -> Record:
    """The reader's own record, or that of the person with that public id, if they may write in `part` of it.

    Raises Missing: to whoever may not write there is no such page.
    """
    if person is None:
        return record_of_reader(user)
    found = queries.record_of(user, person)
    if found is None or part not in found.writes:
        raise Missing
    return found


def note_look(record: Record, part: Part, by: User) -> None:
    """Writes down that a part of another's record was opened to be changed."""
    looks.note(person=record.person, under=[e for e in record.held if e.part == part], by=by)


@never_cache
@require_safe
@login_required
def record(request: HttpRequest) -> HttpResponse:
    found = queries.own_record(request.user)  # type: ignore[arg-type]  # signed in: see the decorator
    if found is None:
        return redirect("home")
    return render(request, "people/record.html", {"record": found})


@method_decorator(never_cache, name="dispatch")
class _OnRecord(SignedInActionView):
    """A form about the reader's own record, or about `person`'s, filled with what is there."""

    part: Part
    template_name = "people/write.html"
    heading: Promise
    hint: Promise | str = ""
    done_words: Promise

    @cached_property
    def record(self) -> Record:
        return record_to_write(self.by, self.kwargs.get("person"), self.part)

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        note_look(self.record, self.part, self.by)
        return super().get(*args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            record=self.record, heading=self.heading, hint=self.hint, **kwargs
        )

    def done(self) -> str:
        messages.success(self.request, str(self.done_words))
        if self.record.is_own:
            return reverse("record")
        return reverse("person", args=[self.record.person.public_id])


class Introduce(_OnRecord):
    part = Part.ABOUT_ME
    form_class = IntroduceForm
    heading = gettext_lazy("About me")
    done_words = gettext_lazy("Your name and birthday are kept.")

    def get_initial(self) -> dict[str, Any]:
        person = self.record.person
        return {
            "preferred_name": person.preferred_name,
            "pronouns": person.pronouns,
            "date_of_birth": self.record.date_of_birth,
        }

    def act(self, form: IntroduceForm) -> str:
        records.introduce(person=self.record.person, by=self.by, **form.cleaned_data)
        return self.done()


class SayHowToReach(_OnRecord):
    part = Part.CONTACT
    form_class = ContactForm
    heading = gettext_lazy("How to reach me safely")
    hint = gettext_lazy("Everything you write here is locked away.")
    done_words = gettext_lazy("How to reach you is kept.")

    def get_initial(self) -> dict[str, Any]:
        contact = self.record.contact
        if contact is None:
            return {}
        return {
            "channel": contact.row.channel,
            "reach": contact.reach,
            "say": contact.say,
            "never": contact.never,
        }

    def act(self, form: ContactForm) -> str:
        records.say_how_to_reach(person=self.record.person, by=self.by, **form.cleaned_data)
        return self.done()


class KeepAddress(_OnRecord):
    part = Part.ADDRESS
    form_class = AddressForm
    heading = gettext_lazy("Where I live")
    hint = gettext_lazy("You need not tell us. Help does not depend on it.")
    done_words = gettext_lazy("Where you live is kept.")

    def get_initial(self) -> dict[str, Any]:
        place = self.record.neighbourhood
        return {"address": self.record.address, "neighbourhood": place.name if place else ""}

    def act(self, form: AddressForm) -> str:
        records.keep_address(person=self.record.person, by=self.by, **form.cleaned_data)
        return self.done()


class RecordNeed(_OnRecord):
    part = Part.ABOUT_ME
    form_class = RecordNeedForm
    heading = gettext_lazy("What helps me understand and be understood")
    done_words = gettext_lazy("What helps you is kept.")

    def act(self, form: RecordNeedForm) -> str:
        records.record_need(person=self.record.person, by=self.by, **form.cleaned_data)
        return self.done()


class ReviewNeed(_OnRecord):
    part = Part.ABOUT_ME
    form_class = ReviewNeedForm
    done_words = gettext_lazy("What helps you is kept.")

    @cached_property
    def need(self) -> queries.Need:
        for need in self.record.needs:
            if need.row.public_id == self.kwargs["public_id"]:
                return need
        raise Missing

    @property
    def heading(self) -> str:  # type: ignore[override]
        return str(self.need.row.get_kind_display())

    def get_initial(self) -> dict[str, Any]:
        row = self.need.row
        return {
            "words": self.need.words,
            "is_flagged": row.is_flagged,
            "met": row.met,
            "review_on": row.review_on,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(need=self.need, **kwargs)

    def act(self, form: forms.Form) -> str:
        records.review_need(need=self.need.row, by=self.by, **form.cleaned_data)
        return self.done()


class StateInAdvance(_OnRecord):
    """The person's own words: there is no such page for whoever decides for them."""

    part = Part.ABOUT_ME
    form_class = StatementForm
    heading = gettext_lazy("If I cannot say it myself")
    hint = gettext_lazy("Others must think of it when they decide. You can change it on any day.")
    done_words = gettext_lazy("What you want is kept.")

    def get_initial(self) -> dict[str, Any]:
        said = self.record.statement
        if said is None:
            return {}
        return {"signs": said.signs, "want": said.want, "avoid": said.avoid, "call": said.call}

    def act(self, form: StatementForm) -> str:
        own_words.state_in_advance(person=self.record.person, by=self.by, **form.cleaned_data)
        return self.done()


class AgreeOnSupport(_OnRecord):
    part = Part.ABOUT_ME
    form_class = SupportForm
    heading = gettext_lazy("Who helps me decide")
    hint = gettext_lazy("You decide. They help you to. It lets them see nothing by itself.")
    done_words = gettext_lazy("Who helps you is kept.")

    def act(self, form: SupportForm) -> str:
        own_words.agree_on_support(person=self.record.person, by=self.by, **form.cleaned_data)
        return self.done()


@never_cache
@require_POST
@login_required
def end_support(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap: it can be written again."""
    user: Any = request.user
    mine = SupportAgreement.objects.filter(person__user=user).select_related("person")
    own_words.end_support(agreement=get_object_or_404(mine, public_id=public_id), by=user)
    messages.success(request, _("It has ended."))
    return redirect("record")


@never_cache
@require_POST
@login_required
def remove_need(request: HttpRequest, public_id: str, person: str | None = None) -> HttpResponse:
    """One tap: it can be written again."""
    user: Any = request.user
    found = record_to_write(user, person, Part.ABOUT_ME)
    theirs = CommunicationNeed.objects.filter(person=found.person).select_related("person")
    records.remove_need(need=get_object_or_404(theirs, public_id=public_id), by=user)
    messages.success(request, _("It is taken out of the record."))
    return redirect("record") if found.is_own else redirect("person", found.person.public_id)
