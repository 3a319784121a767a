"""The assessor's pages: what they were asked, declaring that they have nothing to gain, saying theirs, a peer's look.

Each reading of somebody's needs is written down for that person.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.models import User
from governance.pages import SignedInActionView
from people import needs_queries, queries, rules
from people.actions import assessments, looks, peer_reviews
from people.models import Assessment, PeerReview, Person
from people.needs_forms import AssessForm, DeclareForm, ReviewForm
from people.needs_queries import Talk
from people.parts import Part
from socialcare.kernel.errors import Missing

State = Assessment.State


def note_look_at_needs(person: Person, user: User) -> None:
    """Writes down for the person that `user` was shown their needs."""
    under = rules.grounds_of(user, of=person, part=Part.NEEDS)
    looks.note(person=person, under=under, by=user)


@never_cache
@require_safe
@login_required
def assessing(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    asked = rules.assessments_given_to(user).exclude(state__in=[State.DECLINED, State.TAKEN_BACK])
    reviews = rules.reviews_given_to(user).filter(state=PeerReview.State.ASKED)
    context = {"asked": asked.order_by("-asked_at", "pk"), "reviews": reviews.order_by("pk")}
    return render(request, "people/assessing.html", context)


@method_decorator(never_cache, name="dispatch")
class Assess(SignedInActionView):
    """One conversation: first declaring, then reading and saying. What was said can be read again."""

    template_name = "people/assess.html"

    @cached_property
    def assessment(self) -> Assessment:
        found: Assessment = get_object_or_404(
            rules.assessments_given_to(self.by), public_id=self.kwargs["public_id"]
        )
        return found

    @cached_property
    def talk(self) -> Talk:
        """Opened only after declaring, and then the look is written down."""
        note_look_at_needs(self.assessment.person, self.by)
        return needs_queries.opened(self.assessment.conversation)

    @property
    def declares(self) -> bool:
        return self.assessment.state == State.ASKED

    def get_form_class(self) -> type[Form]:
        return DeclareForm if self.declares else AssessForm

    def get_form_kwargs(self) -> dict[str, Any]:
        if self.declares:
            return super().get_form_kwargs()
        is_second = self.assessment.kind == Assessment.Kind.SECOND
        return super().get_form_kwargs() | {"talk": self.talk, "only_disputed": is_second}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {
            "assessment": self.assessment,
            "declares": self.declares,
            "says": self.assessment.state == State.ACCEPTED,
            "talk": None if self.declares else self.talk,
        }
        return super().get_context_data(**more, **kwargs)

    def act(self, form: Any) -> str:
        if isinstance(form, DeclareForm):
            assessments.accept(assessment=self.assessment, by=self.by, **form.cleaned_data)
            return reverse("assess", args=[self.assessment.public_id])
        assessments.say(assessment=self.assessment, said=form.said(), by=self.by)
        messages.success(self.request, _("It is said. The person reads it, and your reasons."))
        return reverse("assessing")


@never_cache
@require_POST
@login_required
def decline_assessment(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap, and no reason."""
    user: Any = request.user
    asked = get_object_or_404(rules.assessments_given_to(user), public_id=public_id)
    assessments.decline(assessment=asked, by=user)
    messages.success(request, _("You said no. They can ask somebody else."))
    return redirect("assessing")


@method_decorator(never_cache, name="dispatch")
class Review(SignedInActionView):
    """What another assessor said, for one whom the person lets look."""

    template_name = "people/review.html"
    form_class = ReviewForm

    @cached_property
    def review(self) -> PeerReview:
        found: PeerReview = get_object_or_404(
            rules.reviews_given_to(self.by).filter(state=PeerReview.State.ASKED),
            public_id=self.kwargs["public_id"],
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note_look_at_needs(self.review.person, self.by)
        talk = needs_queries.opened(self.review.assessment.conversation)
        return super().get_context_data(review=self.review, talk=talk, **kwargs)

    def act(self, form: ReviewForm) -> str:
        peer_reviews.find(review=self.review, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("It is kept. It changes no points."))
        return reverse("assessing")


@never_cache
@require_safe
@login_required
def conversation_of(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody's conversation, for whoever they let see their needs."""
    user: Any = request.user
    record = queries.record_of(user, public_id)
    if record is None or Part.NEEDS not in record.parts:
        raise Missing
    if record.is_own:
        return redirect("my_conversation")
    talk = needs_queries.talk_of(user, record.person)
    note_look_at_needs(record.person, user)
    context = {"person": record.person, "talk": talk}
    return render(request, "people/conversation_of.html", context)
