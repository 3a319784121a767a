"""Pages about decisions: what is asked, who decides, how they voted, and the forms for those who take part."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import ListView, TemplateView

from governance import queries, rules
from governance.actions import matters, users
from governance.forms import CloseVoteForm, OpenVoteForm, VoteForm
from governance.models import Matter, User
from governance.pages import SignedInActionView, reader_of
from socialcare.kernel import easy_read
from socialcare.kernel.verdicts import Verdict


class Decisions(ListView):
    template_name = "governance/decisions.html"
    context_object_name = "matters"
    paginate_by = 25

    def get_queryset(self) -> Any:
        found = queries.matters_to_read()
        state = self.request.GET.get("state", "")
        return found.filter(state=state) if state in Matter.State else found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            states=Matter.State.choices, state=self.request.GET.get("state", ""), **kwargs
        )


class Powers(TemplateView):
    template_name = "governance/powers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(levels=queries.powers_by_level(), **kwargs)


@require_safe
def matter(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(queries.matters_to_read(), public_id=public_id)
    page = queries.matter_page(found, reader_of(request))
    return render(request, "governance/matter.html", {"page": page, "matter": found})


class _OnMatter(SignedInActionView):
    """A form about one matter. Whoever may not use it gets the rule's reason instead of the form."""

    template_name = "governance/act.html"
    heading: Promise
    submit: Promise
    rule: Callable[[User, Matter], Verdict]

    @cached_property
    def matter(self) -> Matter:
        return get_object_or_404(queries.matters_to_read(), public_id=self.kwargs["public_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.rule(self.by, self.matter).require()
        return super().get_context_data(
            matter=self.matter, heading=self.heading, submit=self.submit, **kwargs
        )

    def done(self, message: str) -> str:
        messages.success(self.request, message)
        return reverse("matter", args=[self.matter.public_id])


class OpenVote(_OnMatter):
    form_class = OpenVoteForm
    rule = staticmethod(rules.can_steer)
    heading = gettext_lazy("Open the vote")
    submit = gettext_lazy("Open the vote")

    def act(self, form: OpenVoteForm) -> str:
        matters.open_vote(matter=self.matter, closes_at=form.closes_at(), by=self.by)
        return self.done(_("The vote is open. Members can vote now."))


class CastVote(_OnMatter):
    form_class = VoteForm
    rule = staticmethod(rules.can_vote)
    heading = gettext_lazy("Vote")
    submit = gettext_lazy("Cast my vote")

    def act(self, form: VoteForm) -> str:
        matters.cast(matter=self.matter, by=self.by, **form.cleaned_data)
        return self.done(_("Your vote is counted."))


class CloseVote(_OnMatter):
    form_class = CloseVoteForm
    rule = staticmethod(rules.can_steer)
    heading = gettext_lazy("Close the vote")
    submit = gettext_lazy("Count the votes and close")

    def act(self, form: CloseVoteForm) -> str:
        decision = matters.close(matter=self.matter, by=self.by, **form.cleaned_data)
        return self.done(
            _("The vote is closed. The answer is yes.")
            if decision.carried
            else _("The vote is closed. The answer is no.")
        )


# Without a token, as the language: it changes only how a page reads, and a token would put a cookie on every public page.
@csrf_exempt
@require_POST
def switch_easy_read(request: HttpRequest) -> HttpResponse:
    """Turns Easy Read on or off, and comes back to the page. Somebody signed in finds it again on any device."""
    wanted = request.POST.get("to") == "on"
    page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(page if is_ours else "front_door")
    if isinstance(request.user, User):
        users.read_easy(wanted=wanted, by=request.user)
    if wanted and not isinstance(request.user, User):
        easy_read.remember(response)
    elif easy_read.COOKIE in request.COOKIES:
        easy_read.forget(response)
    return response
