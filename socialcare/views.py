"""Pages that show things from several apps: the front door and each person's home."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from socialcare.kernel.middleware import unacted


@unacted
def livez(request: HttpRequest) -> HttpResponse:
    """Says that the process answers; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def front_door(request: HttpRequest) -> HttpResponse:
    return render(request, "front_door.html")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")
