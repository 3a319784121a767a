"""Somebody else's plan, for whoever they let see it: read, and speak beside it. Each reading is written down for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from governance.models import User
from governance.pages import SignedInActionView
from people import plan_queries, queries, rules
from people.actions import comments, looks
from people.models import Person, PlanComment
from people.parts import Part
from people.plan_forms import CommentForm
from people.plan_queries import Plan
from people.queries import Record
from socialcare.kernel.errors import Missing


def current_plan(user: User, person: Person) -> Plan | None:
    """What `user` is shown of that person's plan: the agreed one, else the draft."""
    return plan_queries.agreed_of(user, person) or plan_queries.draft_of(user, person)


def note_look_at_plan(person: Person, user: User) -> None:
    """Writes down for the person that `user` was shown their plan."""
    under = rules.grounds_of(user, of=person, part=Part.PLAN)
    looks.note(person=person, under=under, by=user)


@method_decorator(never_cache, name="dispatch")
class PlanOf(SignedInActionView):
    template_name = "people/plan_of.html"
    form_class = CommentForm

    @cached_property
    def record(self) -> Record:
        found = queries.record_of(self.by, self.kwargs["public_id"])
        if found is None or Part.PLAN not in found.parts or found.is_own:
            raise Missing
        return found

    @cached_property
    def plan(self) -> Plan | None:
        return current_plan(self.by, self.record.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_look_at_plan(self.record.person, self.by)
        names = queries.names_given_by(self.by)
        said = plan_queries.comments_on(self.by, [self.plan.row] if self.plan else [], names=names)
        return super().get_context_data(
            person=self.record.person, plan=self.plan, comments=said, **kwargs
        )

    def act(self, form: CommentForm) -> str:
        if self.plan is None:
            raise Missing
        comments.say(plan=self.plan.row, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("It stands beside the plan."))
        return reverse("plan_of", args=[self.record.person.public_id])


@never_cache
@require_POST
@login_required
def take_out_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """The author takes it back, or the person takes it out."""
    user: Any = request.user
    seen = rules.visible_to(user, PlanComment.objects.all(), part=Part.PLAN)
    comment = get_object_or_404(seen.select_related("person"), public_id=public_id)
    is_own = comment.person.user_id == user.pk
    comments.take_out(comment=comment, by=user)
    messages.success(request, _("It is gone."))
    return redirect("my_plan") if is_own else redirect("plan_of", comment.person.public_id)
