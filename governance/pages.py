"""What pages for people who sign in have in common: the reader or doer as a user of ours."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest

from governance.models import User
from socialcare.kernel.pages import ActionView


def reader_of(request: HttpRequest) -> User | None:
    """Who is signed in, or None for somebody passing by."""
    return request.user if isinstance(request.user, User) else None


class SignedInActionView(LoginRequiredMixin, ActionView):
    """A form that somebody signed in fills in; `by` is who they are."""

    @property
    def by(self) -> User:
        user = reader_of(self.request)
        if user is None:
            raise RuntimeError("this page is for people who are signed in")
        return user
