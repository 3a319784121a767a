from django.urls import path

from governance import views, views_sign_in

urlpatterns = [
    path("easy-read/", views.switch_easy_read, name="switch_easy_read"),
    path("decisions/", views.Decisions.as_view(), name="decisions"),
    path("decisions/powers/", views.Powers.as_view(), name="powers"),
    path("decisions/<slug:public_id>/", views.matter, name="matter"),
    path("decisions/<slug:public_id>/open/", views.OpenVote.as_view(), name="open_vote"),
    path("decisions/<slug:public_id>/vote/", views.CastVote.as_view(), name="cast_vote"),
    path("decisions/<slug:public_id>/close/", views.CloseVote.as_view(), name="close_vote"),
    path("home/security/", views_sign_in.security, name="security"),
    path("home/security/second-step/", views_sign_in.second_step, name="security_second_step"),
    path(
        "home/security/elsewhere/sign-out/",
        views_sign_in.sign_out_elsewhere,
        name="security_sign_out_elsewhere",
    ),
    path(
        "home/security/everywhere/sign-out/",
        views_sign_in.sign_out_everywhere,
        name="security_sign_out_everywhere",
    ),
    path(
        "home/security/kept/discard/",
        views_sign_in.discard_kept_form,
        name="security_discard_kept_form",
    ),
    path(
        "home/security/<slug:public_id>/end/",
        views_sign_in.end_session,
        name="security_end_session",
    ),
]
