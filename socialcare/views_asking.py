"""Pages on which anybody asks for help, with or without an account, or invites a neighbour to.

They live here because they find neighbourhoods by postcode for an app that knows no postcodes. What somebody typed is
never part of an address, is not logged, and comes back whole with an error. A postcode is forgotten once it has found a
neighbourhood; the code to come back with is shown on the answer to the form and is never kept.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from governance.levels import Level
from governance.models import Sphere, User
from governance.pages import SignedInActionView, reader_of
from neighbourhoods import postcodes, search
from people import queries, queries_asks
from people.actions import asks, invitations
from people.forms_asks import AskForm, CodeForm, HelperForm, InviteForm
from people.models import Ask
from socialcare.kernel import acting, rate_limits
from socialcare.kernel.errors import DomainError
from socialcare.kernel.pages import ActionView
from socialcare.kernel.views import too_many_requests

# What one address or account may send in an hour. A library's computers share one: enough for a whole queue.
MOST_ASKS = 30
MOST_CODES = 30
MOST_NAMED = 12


def find_places(text: str) -> list[Sphere]:
    """The neighbourhoods that a postcode, code or name may mean. Raises PostcodeUnknown."""
    text = text.strip()
    today = Sphere.objects.on(acting.today()).filter(level=Level.NEIGHBOURHOOD)
    exact = list(
        (today.filter(code=text.upper()) | today.filter(name__iexact=text)).select_related(
            "parent"
        )[: MOST_NAMED + 1]
        if text
        else []
    )
    if len(exact) == 1:
        return exact
    if postcode := postcodes.in_text(text):
        return [_placed(profile) for profile in postcodes.find(postcode).places]
    named = search.by_name(text).filter(sphere__level=Level.NEIGHBOURHOOD)[:MOST_NAMED]
    return exact or [_placed(profile) for profile in named]


def _placed(profile: Any) -> Sphere:
    sphere: Sphere = profile.sphere
    sphere.parent = profile.parent
    return sphere


class _Limited(FormView):
    """Refuses, with a page that says to wait, whoever sends too much in an hour."""

    action = ""
    most = MOST_ASKS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.action:
            raise ImproperlyConfigured("name what is counted")
        if not rate_limits.take(request, action=self.action, most=self.most):
            return too_many_requests(request)
        return super().post(request, *args, **kwargs)


class _Answering(_Limited):
    """A form whose answer is a page with something that is shown once; nothing to go on to."""

    def answer(self, form: Any) -> HttpResponse:
        """Makes the call and shows what came of it. A DomainError it raises is shown on the form."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.answer(form)
        except DomainError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


# --- Asking ---------------------------------------------------------------------------------------


@require_safe
def begin_to_ask(request: HttpRequest) -> HttpResponse:
    """Whom is it for?"""
    return render(request, "asking/begin.html")


class _Ask(_Answering):
    action = "ask"
    form_class: Any = AskForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "find": find_places}

    def kept(self, form: AskForm, **also: Any) -> HttpResponse:
        made = asks.make(by=reader_of(self.request), **form.asked(), **also)
        place = made.ask.neighbourhood
        context = {"made": made, "readers": queries_asks.readers(place), "place": place}
        return render(self.request, "asking/asked.html", context)


@method_decorator(never_cache, name="dispatch")
class AskForHelp(_Ask):
    template_name = "asking/ask_for_help.html"

    @property
    def for_whom(self) -> Ask.ForWhom:
        try:
            return Ask.ForWhom(self.kwargs["for_whom"])
        except ValueError:
            raise Http404 from None

    def get_initial(self) -> dict[str, Any]:
        """Whoever has a record is not asked again for what is in it."""
        user = reader_of(self.request)
        record = queries.own_record(user) if user is not None else None
        if record is None:
            return {}
        contact, place = record.contact, record.neighbourhood
        known = {"name": record.person.preferred_name, "place": place.name if place else ""}
        if contact is not None:
            known |= {
                "channel": contact.row.channel,
                "reach": contact.reach,
                "say": contact.say,
                "never": contact.never,
            }
        return known

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_for_me=self.for_whom == Ask.ForWhom.ME, **kwargs)

    def answer(self, form: AskForm) -> HttpResponse:
        return self.kept(form, for_whom=self.for_whom)


@method_decorator(never_cache, name="dispatch")
class WriteDown(LoginRequiredMixin, _Ask):
    """Somebody signed in writes down the words of somebody who asked them to: by phone, on paper, in BSL."""

    template_name = "asking/write_down.html"
    form_class = HelperForm

    def answer(self, form: HelperForm) -> HttpResponse:
        return self.kept(form)


# --- Coming back ----------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class ComeBack(_Answering):
    """Where it stands, for whoever holds the code."""

    template_name = "asking/come_back.html"
    form_class = CodeForm
    action, most = "ask-code", MOST_CODES

    def answer(self, form: CodeForm) -> HttpResponse:
        code = form.cleaned_data["code"]
        standing = queries_asks.standing(code)
        if standing is None:
            form.add_error("code", _("We know no such code. Check each letter."))
            return self.form_invalid(form)
        return render(self.request, "asking/standing.html", {"standing": standing, "code": code})


@method_decorator(never_cache, name="dispatch")
class TakeBack(_Limited, ActionView):
    """Whoever holds the code takes the ask back."""

    template_name = "asking/come_back.html"
    form_class = CodeForm
    action, most = "ask-code", MOST_CODES

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("come_back")

    def act(self, form: CodeForm) -> str:
        asks.withdraw_by_code(**form.cleaned_data)
        messages.success(self.request, _("You have taken it back. You can ask again on any day."))
        return reverse("begin_to_ask")


@method_decorator(never_cache, name="dispatch")
class ClaimAsk(_Limited, SignedInActionView):
    """Somebody who has signed up since makes what they asked their own."""

    template_name = "asking/claim.html"
    form_class = CodeForm
    action, most = "ask-code", MOST_CODES

    def act(self, form: CodeForm) -> str:
        asks.claim(by=self.by, **form.cleaned_data)
        messages.success(self.request, _("It is yours now. The code opens nothing any more."))
        return reverse("my_asks")


# --- Neighbours -----------------------------------------------------------------------------------


@method_decorator(never_cache, name="dispatch")
class Invite(_Answering):
    """Somebody asks for a neighbour: that makes an invitation, and no record."""

    template_name = "asking/invite.html"
    form_class = InviteForm
    action = "invite"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "find": find_places}

    def answer(self, form: InviteForm) -> HttpResponse:
        user: User | None = reader_of(self.request)
        made = invitations.make(neighbourhood=form.cleaned_data["neighbourhood"], by=user)
        return render(self.request, "asking/invited.html", {"made": made})


@method_decorator(never_cache, name="dispatch")
class OpenInvitation(_Answering):
    """What an invitation is, and the way to ask."""

    template_name = "asking/open_invitation.html"
    form_class = CodeForm
    action, most = "ask-code", MOST_CODES

    def answer(self, form: CodeForm) -> HttpResponse:
        place = invitations.place_of(form.cleaned_data["code"])
        if place is None:
            return render(self.request, "asking/invitation_over.html")
        asking = AskForm(initial={"place": place.name}, find=find_places)
        return render(self.request, "asking/invitation.html", {"place": place, "form": asking})
