"""Which language a page is in: the cookie that the switch sets, else what the browser asks for, else English."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language


class LanguageMiddleware(LocaleMiddleware):
    """Django's own, which forgets to tell caches that a page also depends on the cookie. Files are the same for all."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response = super().process_response(request, response)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie",))
        return response


# Without a token: it changes nothing but the words on the page, and a token would put a cookie on every public page.
set_language = csrf_exempt(require_POST(django_set_language))
