"""Every address of the service."""

from django.urls import include, path

from socialcare import views

handler400 = "socialcare.kernel.views.bad_request"
handler403 = "socialcare.kernel.views.forbidden"
handler404 = "socialcare.kernel.views.not_found"
handler429 = "socialcare.kernel.views.too_many_requests"
handler500 = "socialcare.kernel.views.server_error"

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("home/", views.home, name="home"),
    path("livez", views.livez, name="livez"),
    path("accounts/", include("allauth.account.urls")),
]
