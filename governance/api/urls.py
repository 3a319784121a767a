from django.urls import path

from governance.api import matters, places

urlpatterns = [
    path("spheres/", places.Spheres.as_view(), name="spheres"),
    path("spheres/<slug:code>/", places.SphereDetail.as_view(), name="sphere"),
    path("powers/", places.Powers.as_view(), name="powers"),
    path("powers/<slug:slug>/", places.PowerDetail.as_view(), name="power"),
    path("seats/", places.Seats.as_view(), name="seats"),
    path("bodies/", places.Bodies.as_view(), name="bodies"),
    path("matters/", matters.Matters.as_view(), name="matters"),
    path("matters/<slug:public_id>/", matters.MatterDetail.as_view(), name="matter"),
    path("matters/<slug:public_id>/open/", matters.OpenVote.as_view(), name="open_vote"),
    path("matters/<slug:public_id>/vote/", matters.CastVote.as_view(), name="cast_vote"),
    path("matters/<slug:public_id>/close/", matters.CloseVote.as_view(), name="close_vote"),
    path("matters/<slug:public_id>/withdraw/", matters.Withdraw.as_view(), name="withdraw"),
    path("matters/<slug:public_id>/ask-up/", matters.AskUp.as_view(), name="ask_up"),
    path("decisions/", matters.Decisions.as_view(), name="decisions"),
    path("decisions/<slug:public_id>/", matters.DecisionDetail.as_view(), name="decision"),
]
