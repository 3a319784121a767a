"""Every address of the service."""

from django.urls import URLPattern, include, path
from django.views.generic import TemplateView

from people.views.conversation import conversation
from socialcare import views, views_asking, views_my_data
from socialcare.kernel.languages import set_language
from socialcare.ops import views as ops

handler400 = "socialcare.kernel.api.pages.bad_request"
handler403 = "socialcare.kernel.api.pages.forbidden"
handler404 = "socialcare.kernel.api.pages.not_found"
handler429 = "socialcare.kernel.views.too_many_requests"
handler500 = "socialcare.kernel.api.pages.server_error"


def page(address: str, name: str) -> URLPattern:
    """A page of words that shows nobody's data, from templates/pages/."""
    return path(address, TemplateView.as_view(template_name=f"pages/{name}.html"), name=name)


urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("home/", views.home, name="home"),
    path("home/begin/", views.Begin.as_view(), name="begin"),
    path("home/my-data/", views_my_data.my_data, name="my_data"),
    path("home/my-data/everything.json", views_my_data.my_data_json, name="my_data_json"),
    path("home/my-data/everything.html", views_my_data.my_data_page, name="my_data_page"),
    path("home/my-data/stop-sharing/", views_my_data.stop_sharing, name="stop_sharing"),
    path("home/my-data/erase/", views_my_data.Erase.as_view(), name="erase"),
    path("how-long-we-keep/", views_my_data.how_long, name="how_long"),
    page("help/", "help"),
    path("conversation/", conversation, name="conversation"),
    page("how-decisions-are-made/", "how_decisions"),
    page("accessibility/", "accessibility"),
    page("privacy/", "privacy"),
    page("cookies/", "cookies"),
    page("about-the-data/", "about_data"),
    page("licence/", "licence"),
    path("ask/", views_asking.begin_to_ask, name="begin_to_ask"),
    path("ask/again/", views_asking.ComeBack.as_view(), name="come_back"),
    path("ask/again/take-back/", views_asking.TakeBack.as_view(), name="take_back"),
    path("ask/written-down/", views_asking.WriteDown.as_view(), name="write_down"),
    path("ask/a-neighbour/", views_asking.Invite.as_view(), name="invite"),
    path("ask/<slug:for_whom>/", views_asking.AskForHelp.as_view(), name="ask_for_help"),
    path("invited/", views_asking.OpenInvitation.as_view(), name="open_invitation"),
    path("home/asks/claim/", views_asking.ClaimAsk.as_view(), name="claim_ask"),
    path("language/", set_language, name="set_language"),
    path("livez", views.livez, name="livez"),
    path("readyz", ops.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("", include("governance.urls")),
    path("", include("people.urls")),
    path("", include("budgets.urls")),
    path("home/tokens/", include("governance.api.page_urls")),
    path("api/", include("socialcare.api.urls")),
    path("open-data/", include("socialcare.open_data.urls")),
    path("accounts/second-step/", include("allauth.mfa.urls")),
    path("accounts/", include("allauth.account.urls")),
]
