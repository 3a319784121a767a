"""What pages with a form have in common: an action that says no comes back as an error on the form, with nothing lost."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.views.generic import FormView

from socialcare.kernel.errors import DomainError


class ActionView(FormView):
    """A form whose valid submission makes one domain call, `act`, and goes on to the address that it returns."""

    def act(self, form: Any) -> str:
        """Makes the call. A DomainError it raises is shown on the form."""
        raise NotImplementedError

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            # Actions are atomic: when one refuses, nothing of it remains in the request's transaction.
            address = self.act(form)
        except DomainError as error:
            self.refused(form, error)
            return self.form_invalid(form)
        return HttpResponseRedirect(address)

    def refused(self, form: BaseForm, error: DomainError) -> None:
        """Puts the reason on the form; a page may put it beside the field that it is about."""
        message: str | Promise = error.message
        form.add_error(None, str(message))

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
