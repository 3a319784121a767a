"""Pages on which somebody reads what others let them see. Each reading is written down for the person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from people import queries
from people.actions import looks
from socialcare.kernel.errors import Missing
from socialcare.kernel.public_ids import in_fours


@never_cache
@require_safe
@login_required
def people_who_let_me(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    found = queries.people_who_let(user)
    code = in_fours(user.public_id)
    return render(request, "people/people_who_let_me.html", {"people": found, "code": code})


@never_cache
@require_safe
@login_required
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    found = queries.record_of(user, public_id)
    if found is None:
        raise Missing
    if found.is_own:
        return redirect("record")
    looks.note(person=found.person, under=found.grounds, by=user)
    return render(request, "people/person.html", {"record": found})
