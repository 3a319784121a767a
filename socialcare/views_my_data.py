"""Pages about what is kept about oneself: take it all away, stop all sharing, erase it; and how long what is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.models import User
from governance.pages import SignedInActionView
from people import queries, rules
from people.actions import consents, retention
from people.models import Person
from socialcare import my_data as data
from socialcare.forms import EraseForm
from socialcare.kernel.errors import Missing

FILE = "my-data"


def _reader(request: HttpRequest) -> tuple[User, Person]:
    """Who is signed in, and their record. Raises Missing for somebody who has not begun one."""
    user: Any = request.user  # signed in: see the decorators
    person = rules.own_record(user)
    if person is None:
        raise Missing
    return user, person


@never_cache
@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    user, _person = _reader(request)
    context = {
        "holds": queries.holds_on_own_record(),
        "is_shared": rules.consents_given_by(user).exists(),
    }
    return render(request, "home/my_data.html", context)


@never_cache
@require_safe
@login_required
def my_data_json(request: HttpRequest) -> JsonResponse:
    """Everything, for programs."""
    found = data.everything(_reader(request)[0])
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{FILE}.json"'
    return response


@never_cache
@require_safe
@login_required
def my_data_page(request: HttpRequest) -> HttpResponse:
    """Everything, to read: a page that stands by itself when it is saved."""
    user, person = _reader(request)
    context = {"tables": data.tables(person, user)}
    response = render(request, "home/my_data_file.html", context)
    response["Content-Disposition"] = f'attachment; filename="{FILE}.html"'
    return response


@never_cache
@require_POST
@login_required
def stop_sharing(request: HttpRequest) -> HttpResponse:
    """One tap: from now on nobody sees anything by consent. Each may be given again."""
    user, _person = _reader(request)
    stopped = consents.withdraw_from_everybody(by=user)
    messages.success(
        request,
        _("Nobody sees anything by your consent now.")
        if stopped
        else _("You were letting nobody see anything."),
    )
    return redirect("my_data")


@method_decorator(never_cache, name="dispatch")
class Erase(SignedInActionView):
    """Erasing is for ever, so it is asked twice: a page of its own, and a box to tick."""

    template_name = "home/erase.html"
    form_class = EraseForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        _reader(self.request)
        return super().get_context_data(holds=queries.holds_on_own_record(), **kwargs)

    def act(self, form: EraseForm) -> str:
        retention.erase(by=self.by)
        messages.success(self.request, _("Your record is erased. Nobody can bring it back."))
        return reverse("home")


@require_safe
def how_long(request: HttpRequest) -> HttpResponse:
    """The rules in force, for anybody."""
    return render(request, "home/how_long.html", {"rules": queries.retention_in_force()})
