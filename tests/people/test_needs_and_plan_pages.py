"""Pages of the conversation and the plan: gone through as people go through them, and what comes back with an error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.models import User
from people.models import Arrangement, Conversation, ConversationAnswer, Goal, Look, SupportPlan
from people.parts import Part
from socialcare.kernel import easy_read
from socialcare.kernel.acting import acting_as
from tests import planning, worlds
from tests.kit.reading import Page
from tests.worlds import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Ann")
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(ann: User) -> Client:
    return client_of(ann)


def shown(client: Client, name: str, *parts: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=parts) + query)
    assert answer.status_code == 200
    text: str = Page(answer.content.decode()).one("main").text
    return text


def sent(client: Client, name: str, *parts: Any, **values: Any) -> str:
    """Sends a form that is good; the address it leads to."""
    answer = client.post(reverse(name, args=parts), values)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


# --- The conversation -----------------------------------------------------------------------------


def test_a_conversation_is_had_page_by_page(ann: User, client: Client) -> None:
    assert "Nobody asks about money." in shown(client, "my_conversation")
    first = sent(client, "my_conversation", done_with="family")
    assert first == reverse("say_about", args=["eating"])
    assert "Question 1 of" in shown(client, "say_about", "eating")
    after = sent(client, "say_about", "eating", answer="some", what_helps="A tray")
    assert after == reverse("say_about", args=["washing"])
    # What was said is there when one comes back, and one may stop anywhere.
    answer = client.get(reverse("say_about", args=["eating"])).content.decode()
    assert "A tray" in answer
    assert sent(client, "say_about", "housing", what_helps="Damp", stop="1") == reverse(
        "my_conversation"
    )
    text = shown(client, "my_conversation")
    assert "I have said something about 2 parts of my life." in text
    assert "Left out" in text
    sent(client, "take_out_answer", "eating")
    assert "A tray" not in shown(client, "my_conversation")


def test_easy_read_asks_in_its_own_words_and_stays(ann: User, client: Client) -> None:
    planning.converse(ann)
    assert "Do you get the food and drink you need?" in shown(
        client, "say_about", "eating", query="?easy=1"
    )
    answer = client.post(reverse("say_about", args=["eating"]) + "?easy=1", {"answer": "some"})
    assert answer["Location"].endswith("washing/?easy=1")
    # Whoever reads Easy Read everywhere needs no link for it here.
    client.cookies[easy_read.COOKIE] = "on"
    assert "Do you get the food and drink you need?" in shown(client, "say_about", "eating")


def test_nothing_said_comes_back_with_the_reason(ann: User, client: Client) -> None:
    planning.converse(ann)
    answer = client.post(reverse("say_about", args=["nights"]), {"what_helps": " "})
    assert answer.status_code == 422
    assert "or leave it out." in answer.content.decode()
    for question in ("money", "0"):
        assert client.get(reverse("say_about", args=[question])).status_code == 404


def test_points_are_agreed_on_pages(ann: User, client: Client) -> None:
    planning.converse(ann, eating="always")
    noor, ravi = planning.assessor(name="Noor"), planning.assessor(name="Ravi")
    sent(client, "ask_assessor", assessor=noor.public_id)
    assert "Noor is asked" in shown(client, "my_conversation")
    theirs = client_of(noor.user)
    assert "Ann" in shown(theirs, "assessing")
    with acting_as(ann):
        [asked] = Conversation.objects.get().assessments.all()
    # Nothing is shown before declaring, and nobody is noted to have looked.
    page = theirs.get(reverse("assess", args=[asked.public_id])).content.decode()
    assert planning.HELPS not in page
    answer = theirs.post(reverse("assess", args=[asked.public_id]), {"is_no_relative": "on"})
    assert answer.status_code == 422
    declared = dict.fromkeys(["gives_no_support", "is_no_relative", "is_not_paid_by_them"], "on")
    sent(theirs, "assess", asked.public_id, **declared)
    page = shown(theirs, "assess", asked.public_id)
    assert planning.HELPS in page
    with acting_as(ann):
        assert [look.user for look in Look.objects.all()] == [noor.user]
    answer = theirs.post(reverse("assess", args=[asked.public_id]), {"answer_eating": "some"})
    assert answer.status_code == 422
    sent(theirs, "assess", asked.public_id, answer_eating="some", reason_eating="It is one meal")
    text = shown(client, "my_conversation")
    assert "1 point is not disputed" in text
    assert "It is one meal" in text
    sent(client, "ask_assessor", assessor=ravi.public_id)
    assert "Ravi gives a second opinion by" in shown(client, "my_conversation")
    sent(client, "agree_points")
    assert "1 point counts for me. I agreed with the assessor." in shown(client, "my_conversation")
    # A settled one is written no more; a new one can be begun beside it.
    assert client.get(reverse("say_about", args=["eating"])).status_code == 404
    sent(client, "my_conversation", done_with="alone")


def test_a_conversation_is_taken_back(ann: User, client: Client) -> None:
    conversation = planning.converse(ann)
    asked = planning.ask(ann, conversation, planning.assessor())
    sent(client, "take_back_conversation")
    theirs = client_of(asked.assessor.user)
    assert theirs.get(reverse("assess", args=[asked.public_id])).status_code == 404


def test_what_was_left_out_is_nobody_elses_business(ann: User) -> None:
    planning.converse(ann, eating="some")
    jo = worlds.user("jo")
    worlds.let_see(ann, jo, Part.NEEDS)
    with acting_as(ann):
        person = ConversationAnswer.objects.get().person
    text = shown(client_of(jo), "conversation_of", person.public_id)
    assert planning.HELPS in text
    assert "Left out" not in text
    assert "Using the toilet" not in text


def test_another_look_is_answered_yes_or_no(
    ann: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = planning.converse(ann, eating="some")
    planning.said(planning.ask(ann, conversation, planning.assessor()), eating="some")
    monkeypatch.setattr("people.peer_review.is_drawn", lambda public_id: True)
    assert "drawn by lot" in shown(client, "my_conversation")
    other = planning.assessor(name="Ravi")
    address = reverse("another_look")
    assert client.post(address, {"may_look": "yes"}).status_code == 422
    sent(client, "another_look", may_look="yes", assessor=other.public_id)
    assert client.get(address).status_code == 404
    theirs = client_of(other.user)
    with acting_as(other.user):
        review = conversation.assessments.get().peer_review
    assert planning.HELPS in shown(theirs, "review", review.public_id)
    assert sent(theirs, "review", review.public_id, finding="fair") == reverse("assessing")


def test_the_register_says_what_might_sway_them(client: Client) -> None:
    assert "Nobody is registered yet" in shown(Client(), "assessors")
    found = planning.assessor(organisation="Hearth", name="Noor")
    text = shown(Client(), "assessors")
    assert "1 assessor is registered today." in text
    assert found.scope.name in text
    assert "Nothing declared" in text


# --- The plan -------------------------------------------------------------------------------------


def test_a_plan_is_written_part_by_part(ann: User, client: Client) -> None:
    assert "A letter about my life" in shown(client, "my_plan")
    sent(client, "begin_plan")
    sent(client, "write_section", "matters", words="The sea")
    sent(client, "add_goal", words="To swim", right="UNCRPD 30")
    sent(
        client,
        "add_arrangement",
        kind="paid",
        what_for="A lift to the pool",
        who="Jamie",
        hours_a_week="1.5",
        weekly_pence="£20.50",
        **{f"last_day_{part}": getattr(in_days(30), part) for part in ("day", "month", "year")},
    )
    with acting_as(ann):
        row = Arrangement.objects.get()
        assert (row.minutes_a_week, row.weekly_pence, row.ends_on) == (90, 2050, in_days(31))
        goal = Goal.objects.get()
    text = shown(client, "my_plan")
    for words in ("The sea", "To take part in sport", "1.5 hours a week.", "£20.50 a week."):
        assert words in text
    sent(client, "change_goal", goal.public_id, words="To dive")
    assert "£20.50" in client.get(
        reverse("change_arrangement", args=[row.public_id])
    ).content.decode().replace('value="20.50"', "£20.50")
    sent(client, "remove_from_plan", row.public_id)
    sent(client, "agree_plan")
    text = shown(client, "my_plan")
    assert "I agreed this on" in text
    assert "To dive" in text
    assert "Jamie" not in text


def test_a_slip_comes_back_with_what_was_typed(ann: User, client: Client) -> None:
    sent(client, "begin_plan")
    answer = client.post(reverse("add_arrangement"), {"kind": "paid", "what_for": "A lift"})
    assert answer.status_code == 422
    assert "Write what it costs in a week." in answer.content.decode()
    assert "A lift" in answer.content.decode()


def test_versions_stand_side_by_side(ann: User, client: Client) -> None:
    planning.plan_of(ann)
    sent(client, "begin_plan")
    sent(client, "write_section", "matters", words="The sea")
    sent(client, "agree_plan")
    assert "Put it beside" in shown(client, "plan_version", 1)
    text = shown(client, "compare_plan", 1, 2)
    assert "1 thing is different." in text
    assert "The sea" in text
    assert client.get(reverse("compare_plan", args=[1, 3])).status_code == 404


def test_paper_has_what_is_agreed_and_no_address(ann: User, client: Client) -> None:
    worlds.fill_record(ann)
    planning.plan_of(ann)
    sent(client, "begin_plan")
    sent(client, "write_section", "matters", words="Not agreed yet")
    for name in ("print_plan", "one_page"):
        for query in ("", "?large=1"):
            text = shown(client, name, query=query)
            assert planning.MATTERS in text
            assert "Not agreed yet" not in text
            assert worlds.ADDRESS not in text
            assert worlds.REACH not in text
    assert worlds.WORDS in shown(client, "one_page")
    assert "Old Barnaby" in shown(client, "one_page")
    assert planning.WHO not in shown(client, "one_page")


def test_others_speak_beside_it_and_the_person_answers(ann: User, client: Client) -> None:
    plan, jo = planning.plan_of(ann), worlds.user("jo")
    worlds.let_see(ann, jo, Part.PLAN, known_as="my cousin Jo")
    theirs, address = client_of(jo), plan.person.public_id
    text = shown(theirs, "plan_of", address)
    assert planning.MATTERS in text
    assert "Change" not in text
    sent(theirs, "plan_of", address, kind="suggestion", words="Try noon")
    with acting_as(ann):
        [comment] = plan.comments.all()
        assert Look.objects.filter(user=jo).exists()
    text = shown(client, "my_plan")
    assert "my cousin Jo" in text
    assert "Works here" not in text
    sent(client, "reply_to_comment", comment.public_id, words="At noon I nap")
    assert "At noon I nap" in shown(theirs, "plan_of", address)
    sent(client, "take_out_comment", comment.public_id)
    assert "Try noon" not in shown(theirs, "plan_of", address)


def test_somebody_without_a_record_has_no_plan() -> None:
    stranger = client_of(worlds.user())
    for name in ("my_plan", "my_conversation", "print_plan", "one_page"):
        assert stranger.get(reverse(name)).status_code == 404
    assert not SupportPlan.objects.exists()
