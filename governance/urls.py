from django.urls import path

from governance import views

urlpatterns = [
    path("decisions/", views.Decisions.as_view(), name="decisions"),
    path("decisions/powers/", views.Powers.as_view(), name="powers"),
    path("decisions/<slug:public_id>/", views.matter, name="matter"),
    path("decisions/<slug:public_id>/open/", views.OpenVote.as_view(), name="open_vote"),
    path("decisions/<slug:public_id>/vote/", views.CastVote.as_view(), name="cast_vote"),
    path("decisions/<slug:public_id>/close/", views.CloseVote.as_view(), name="close_vote"),
]
