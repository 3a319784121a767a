"""Pages that show things from several apps: the front door and each person's home."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from budgets import queries as money
from budgets.views.pictures import pot_picture
from governance.pages import SignedInActionView
from neighbourhoods.queries import currency_of
from people.actions import persons
from socialcare import queries
from socialcare.forms import BeginForm
from socialcare.kernel.middleware import unacted
from socialcare.kernel.money import activate


@unacted
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Says that the process answers; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    nation = money.the_nation()
    if nation is not None:
        activate(currency_of(nation))
    run = money.current_run(nation) if nation else None
    picture = pot_picture(money.parts_of_pot(run)) if run else None
    return render(request, "front_door.html", {"nation": nation, "run": run, "picture": picture})


@never_cache
@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    page = queries.home(request.user)  # type: ignore[arg-type]  # signed in: see the decorator
    if page.person is None:
        return render(request, "home/begin.html", {"form": BeginForm()})
    if page.run is not None:
        activate(currency_of(page.run.pot.nation))
    return render(request, "home/home.html", {"page": page})


@method_decorator(never_cache, name="dispatch")
class Begin(SignedInActionView):
    """A person who has just signed up says what to call them, and their record begins."""

    template_name = "home/begin.html"
    form_class = BeginForm

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question is asked at home, of those who have not answered it."""
        return redirect("home")

    def act(self, form: BeginForm) -> str:
        persons.begin(by=self.by, **form.cleaned_data)
        messages.success(self.request, _("Welcome. This is your home here."))
        return reverse("home")
