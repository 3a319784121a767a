"""What the conversation asks, for anybody to read before they begin: in plain words or as Easy Read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from people import instrument


@require_safe
def conversation(request: HttpRequest) -> HttpResponse:
    now = instrument.current()
    counted = [
        {"title": outcome.title, "counted": list(zip(now.answers, outcome.points, strict=True))}
        for outcome in now.outcomes
    ]
    context = {"instrument": now, "outcomes": counted, "easy": "easy" in request.GET}
    return render(request, "people/conversation.html", context)
