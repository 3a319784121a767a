"""The person's own needs conversation, one question a page: begin, say, leave out, ask an assessor, agree, take back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.models import User
from governance.pages import SignedInActionView
from people import needs_queries, rules
from people.actions import assessments, conversations, peer_reviews
from people.models import Person, TrustedAssessor
from people.needs_forms import AnotherLookForm, AskAssessorForm, BeginForm, SayForm
from people.needs_queries import Asked, Talk
from socialcare.kernel import acting, easy_read
from socialcare.kernel.errors import Missing

DONE = "my_conversation"


def _own(user: User) -> Person:
    person = rules.own_record(user)
    if person is None:
        raise Missing
    return person


def _talk(user: User) -> Talk:
    """The reader's own conversation. Raises Missing for somebody who has not begun one."""
    talk = needs_queries.talk_of(user, _own(user))
    if talk is None:
        raise Missing
    return talk


@method_decorator(never_cache, name="dispatch")
class MyConversation(SignedInActionView):
    """What I have said so far; and, while nothing is open, beginning a conversation."""

    template_name = "people/my_conversation.html"
    form_class = BeginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        talk = needs_queries.talk_of(self.by, _own(self.by))
        return super().get_context_data(talk=talk, **kwargs)

    def act(self, form: BeginForm) -> str:
        conversations.begin(person=_own(self.by), by=self.by, **form.cleaned_data)
        first = _talk(self.by).asked[0].question.code
        return reverse("say_about", args=[first])


@method_decorator(never_cache, name="dispatch")
class SayAbout(SignedInActionView):
    """One question. It is kept when the page is sent, and nothing has to be said."""

    template_name = "people/say_about.html"
    form_class = SayForm

    @cached_property
    def talk(self) -> Talk:
        talk = _talk(self.by)
        if not talk.can_write:
            raise Missing
        return talk

    @cached_property
    def asked(self) -> Asked:
        asked = self.talk.question(self.kwargs["question"])
        if asked is None:
            raise Missing
        return asked

    @property
    def is_easy(self) -> bool:
        return "easy" in self.request.GET or easy_read.is_wanted(self.request)

    def get_form_kwargs(self) -> dict[str, Any]:
        more = {"asked": self.asked, "talk": self.talk, "easy": self.is_easy}
        return super().get_form_kwargs() | more

    def get_initial(self) -> dict[str, Any]:
        asked = self.asked
        return {
            "answer": asked.answer.code if asked.answer else "",
            "what_helps": asked.what_helps,
            "what_would_be_good": asked.what_would_be_good,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        codes = [each.question.code for each in self.talk.asked]
        more = {
            "talk": self.talk,
            "asked": self.asked,
            "easy": self.is_easy,
            "number": codes.index(self.asked.question.code) + 1,
            "next": self.talk.after(self.asked.question.code),
        }
        return super().get_context_data(**more, **kwargs)

    def act(self, form: SayForm) -> str:
        code = self.asked.question.code
        conversations.answer(
            conversation=self.talk.row, outcome=code, by=self.by, **form.cleaned_data
        )
        after = self.talk.after(code)
        if "stop" in self.request.POST or after is None:
            messages.success(self.request, _("It is kept. You can go on at any time."))
            return reverse(DONE)
        return reverse("say_about", args=[after.question.code]) + ("?easy=1" * self.is_easy)


@never_cache
@require_POST
@login_required
def take_out_answer(request: HttpRequest, question: str) -> HttpResponse:
    """One tap: what was said about one question is gone."""
    user: Any = request.user
    conversations.take_out(conversation=_talk(user).row, outcome=question, by=user)
    messages.success(request, _("It is left out."))
    return redirect(DONE)


@method_decorator(never_cache, name="dispatch")
class AskAssessor(SignedInActionView):
    """Asking a first assessor, or another for a second opinion where the first one says something else."""

    template_name = "people/ask_assessor.html"
    form_class = AskAssessorForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(talk=_talk(self.by), **kwargs)

    def act(self, form: AskAssessorForm) -> str:
        talk = _talk(self.by)
        ask = assessments.ask_again if talk.has_first else assessments.ask
        ask(conversation=talk.row, assessor=form.cleaned_data["assessor"], by=self.by)
        messages.success(self.request, _("They are asked, and can see your needs."))
        return reverse(DONE)


@never_cache
@require_POST
@login_required
def agree_points(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    assessments.agree(conversation=_talk(user).row, by=user)
    messages.success(request, _("The points are settled. They count from now on."))
    return redirect(DONE)


@never_cache
@require_POST
@login_required
def take_back_conversation(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    assessments.take_back(conversation=_talk(user).row, by=user)
    messages.success(request, _("You have it back. The assessor can no longer see it."))
    return redirect(DONE)


@method_decorator(never_cache, name="dispatch")
class AnotherLook(SignedInActionView):
    """Yes or no to another assessor's look, where the draw fell on this conversation."""

    template_name = "people/another_look.html"
    form_class = AnotherLookForm

    @cached_property
    def talk(self) -> Talk:
        talk = _talk(self.by)
        if not talk.is_drawn:
            raise Missing
        return talk

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(talk=self.talk, **kwargs)

    def act(self, form: AnotherLookForm) -> str:
        first: Any = self.talk.first
        if form.cleaned_data["may_look"] == "yes":
            reviewer = form.cleaned_data["assessor"]
            peer_reviews.allow(assessment=first, reviewer=reviewer, by=self.by)
        else:
            peer_reviews.refuse(assessment=first, by=self.by)
        messages.success(self.request, _("Thank you. Your answer is kept."))
        return reverse(DONE)


@require_safe
def assessors(request: HttpRequest) -> HttpResponse:
    """The public register."""
    rows = TrustedAssessor.objects.on(acting.today()).select_related("scope")
    found = rows.order_by("scope__name", "name", "pk")
    return render(request, "people/assessors.html", {"assessors": found})
