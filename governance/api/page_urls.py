"""Where people keep their tokens."""

from django.urls import path

from governance.api import pages

urlpatterns = [
    path("", pages.token_list, name="tokens"),
    path("make/", pages.MakeToken.as_view(), name="make_token"),
    path("<slug:public_id>/revoke/", pages.RevokeToken.as_view(), name="revoke_token"),
]
