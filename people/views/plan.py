"""The person's own plan: a letter, changed part by part, agreed by them alone, compared, printed, handed on as a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.models import User
from governance.pages import SignedInActionView
from people import plan_queries, queries, rules
from people.actions import comments, plans
from people.models import Arrangement, Goal, Person, PlanSection, SupportPlan
from people.plan_forms import ArrangementForm, GoalForm, ReplyForm, SectionForm
from people.plan_queries import ArrangementText, Comment, GoalText, Plan
from people.views.record import record_of_reader
from socialcare.kernel.errors import Missing


def _own(user: User) -> Person:
    person = rules.own_record(user)
    if person is None:
        raise Missing
    return person


def _draft(user: User) -> Plan:
    """The reader's own draft. Raises Missing without one."""
    draft = plan_queries.draft_of(user, _own(user))
    if draft is None:
        raise Missing
    return draft


def _now(user: User) -> Plan:
    """The reader's agreed plan, else their draft. Raises Missing without either."""
    person = _own(user)
    found = plan_queries.agreed_of(user, person) or plan_queries.draft_of(user, person)
    if found is None:
        raise Missing
    return found


def _comments(user: User, versions: list[SupportPlan]) -> list[Comment]:
    names = queries.names_given_by(user)
    return plan_queries.comments_on(user, versions, names=names)


@never_cache
@require_safe
@login_required
def my_plan(request: HttpRequest) -> HttpResponse:
    """The draft while there is one, else the agreed plan, with what others said beside it."""
    user: Any = request.user
    person = _own(user)
    versions = plan_queries.versions_of(user, person)
    live = [row for row in versions if row.state != SupportPlan.State.SUPERSEDED]
    context = {
        "plan": plan_queries.opened(live[0]) if live else None,
        "has_agreed": any(row.state == SupportPlan.State.AGREED for row in live),
        "versions": versions,
        "comments": _comments(user, live),
    }
    return render(request, "people/my_plan.html", context)


@never_cache
@require_POST
@login_required
def begin_plan(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    plans.begin(person=_own(user), by=user)
    return redirect("my_plan")


@never_cache
@require_POST
@login_required
def agree_plan(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    plans.agree(plan=_draft(user).row, by=user)
    messages.success(request, _("This is your plan now. The one before is kept."))
    return redirect("my_plan")


@method_decorator(never_cache, name="dispatch")
class _OnDraft(SignedInActionView):
    """A form about one thing in the reader's own draft."""

    template_name = "people/write_plan.html"
    heading: Any

    @cached_property
    def plan(self) -> Plan:
        return _draft(self.by)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(plan=self.plan, heading=self.heading, **kwargs)

    def done(self) -> str:
        messages.success(self.request, _("It is kept in your draft."))
        return reverse("my_plan")


class WriteSection(_OnDraft):
    form_class = SectionForm

    @property
    def kind(self) -> PlanSection.Kind:
        if self.kwargs["kind"] not in PlanSection.Kind:
            raise Missing
        return PlanSection.Kind(self.kwargs["kind"])

    @property
    def heading(self) -> Any:
        return self.kind.label

    def get_initial(self) -> dict[str, Any]:
        return {"words": self.plan.sections[self.kind]}

    def act(self, form: SectionForm) -> str:
        plans.write(plan=self.plan.row, kind=self.kind, by=self.by, **form.cleaned_data)
        return self.done()


class AddGoal(_OnDraft):
    form_class = GoalForm
    heading = gettext_lazy("Something I want to happen")

    def act(self, form: GoalForm) -> str:
        plans.add_goal(plan=self.plan.row, by=self.by, **form.cleaned_data)
        return self.done()


class ChangeGoal(AddGoal):
    @cached_property
    def goal(self) -> GoalText:
        for goal in self.plan.goals:
            if goal.row.public_id == self.kwargs["public_id"]:
                return goal
        raise Missing

    def get_initial(self) -> dict[str, Any]:
        return {"words": self.goal.words, "right": self.goal.row.right}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.goal.row, **kwargs)

    def act(self, form: GoalForm) -> str:
        plans.change_goal(goal=self.goal.row, by=self.by, **form.cleaned_data)
        return self.done()


class AddArrangement(_OnDraft):
    form_class = ArrangementForm
    heading = gettext_lazy("Support in my life")

    def act(self, form: ArrangementForm) -> str:
        plans.add_arrangement(plan=self.plan.row, by=self.by, **form.terms())
        return self.done()


class ChangeArrangement(AddArrangement):
    @cached_property
    def arrangement(self) -> ArrangementText:
        for each in self.plan.arrangements:
            if each.row.public_id == self.kwargs["public_id"]:
                return each
        raise Missing

    def get_initial(self) -> dict[str, Any]:
        each, row = self.arrangement, self.arrangement.row
        return {
            "kind": row.kind,
            "tag": row.tag,
            "what_for": each.what_for,
            "who": each.who,
            "hours_a_week": each.hours_a_week,
            "weekly_pence": row.weekly_pence,
            "starts_on": row.starts_on,
            "last_day": row.last_on,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.arrangement.row, **kwargs)

    def act(self, form: ArrangementForm) -> str:
        plans.change_arrangement(arrangement=self.arrangement.row, by=self.by, **form.terms())
        return self.done()


@never_cache
@require_POST
@login_required
def remove_from_plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap: earlier versions keep it."""
    user: Any = request.user
    plan = _draft(user)
    entries: list[Goal | Arrangement] = [each.row for each in plan.goals]
    entries += [each.row for each in plan.arrangements]
    found = [entry for entry in entries if entry.public_id == public_id]
    if not found:
        raise Missing
    plans.remove(entry=found[0], by=user)
    messages.success(request, _("It is taken out of your draft."))
    return redirect("my_plan")


# --- Versions -------------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def plan_version(request: HttpRequest, number: int) -> HttpResponse:
    user: Any = request.user
    person = _own(user)
    plan = plan_queries.version(user, person, number)
    if plan is None:
        raise Missing
    others = [row for row in plan_queries.versions_of(user, person) if row.number != number]
    context = {"plan": plan, "others": others, "comments": _comments(user, [plan.row])}
    return render(request, "people/plan_version.html", context)


@never_cache
@require_safe
@login_required
def compare_plan(request: HttpRequest, before: int, after: int) -> HttpResponse:
    user: Any = request.user
    person = _own(user)
    one, other = (plan_queries.version(user, person, number) for number in (before, after))
    if one is None or other is None:
        raise Missing
    found = plan_queries.compare(one, other)
    return render(request, "people/compare_plan.html", {"comparison": found})


# --- Paper ----------------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def print_plan(request: HttpRequest) -> HttpResponse:
    """For paper, or a PDF made by the browser; in large print if asked."""
    user: Any = request.user
    context = {"plan": _now(user), "person": _own(user), "large": "large" in request.GET}
    return render(request, "people/print_plan.html", context)


@never_cache
@require_safe
@login_required
def one_page(request: HttpRequest) -> HttpResponse:
    """About me, on one page, to hand to a hospital or a school."""
    user: Any = request.user
    context = {
        "record": record_of_reader(user),
        "plan": _now(user),
        "large": "large" in request.GET,
    }
    return render(request, "people/one_page.html", context)


# --- What others said -----------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class ReplyToComment(SignedInActionView):
    """The person's right of reply."""

    template_name = "people/reply.html"
    form_class = ReplyForm

    @cached_property
    def comment(self) -> Comment:
        versions = plan_queries.versions_of(self.by, _own(self.by))
        for comment in _comments(self.by, versions):
            if comment.row.public_id == self.kwargs["public_id"]:
                return comment
        raise Missing

    def get_initial(self) -> dict[str, Any]:
        return {"words": self.comment.reply}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(comment=self.comment, **kwargs)

    def act(self, form: forms.Form) -> str:
        comments.reply(comment=self.comment.row, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("Your answer stands beside it."))
        return reverse("my_plan")
