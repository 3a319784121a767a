"""Operations on the needs conversation and the support plan: the pages' own actions and rules, and as private as they are.

A change of something that was read before needs its ETag, so that nobody writes over words they have not seen. The
person writes; whoever is let see reads, and speaks beside the plan. Reading another's is written down for them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.serializers import NothingSerializer
from people import needs_queries, plan_queries, queries, rules
from people.actions import comments, conversations, looks, plans
from people.actions.records import hold
from people.api import plan_examples as examples
from people.api.plan_serializers import (
    AnswerSentSerializer,
    BeginConversationSerializer,
    CommentSentSerializer,
    CommentSerializer,
    ConversationSerializer,
    GoalSentSerializer,
    PlanSerializer,
    SectionSentSerializer,
    SupportSentSerializer,
    TrustedAssessorSerializer,
    shape_of_comment,
    shape_of_conversation,
    shape_of_plan,
)
from people.api.views import Private
from people.models import Person, SupportPlan, TrustedAssessor
from people.needs_queries import Talk
from people.parts import Part
from people.plan_queries import Plan
from people.queries import Record
from socialcare.kernel import acting
from socialcare.kernel.api import conditional
from socialcare.kernel.api.schema import IF_MATCH, acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Listing, tagged
from socialcare.kernel.errors import Missing

TAG = "Needs and plans"
_PERSON = path("public_id", "The person's public id.")


@describe(
    get=reads(
        "list_trusted_assessors",
        "List the trusted assessors",
        description="Everybody on the public register today, by area and name.",
        tag=TAG,
        answers=TrustedAssessorSerializer(many=True),
        example=examples.ASSESSOR,
        has_tag=False,
    )
)
class TrustedAssessors(Listing):
    serializer_class = TrustedAssessorSerializer
    order = ("name", "public_id")

    def get_queryset(self) -> QuerySet[TrustedAssessor]:
        return TrustedAssessor.objects.on(acting.today()).select_related("scope")


def _held_own(user: Any, part: Part) -> Person:
    """The reader's own record, held until the end of the transaction. Raises Missing without one."""
    person = rules.own_record(user)
    if person is None:
        raise Missing
    return hold(person, part=part, by=user)


class _OfAnother(Private):
    """What somebody lets the reader see of theirs, and the note that they looked."""

    part: Part

    def found(self) -> Record:
        record = queries.record_of(self.request.user, self.kwargs["public_id"])
        if record is None or self.part not in record.parts:
            raise Missing
        looks.note(
            person=record.person,
            under=rules.grounds_of(self.request.user, of=record.person, part=self.part),
            by=self.request.user,
        )
        return record


# --- The conversation -----------------------------------------------------------------------------


class _OnConversation(Private):
    def talk(self, person: Person) -> Talk:
        talk = needs_queries.talk_of(self.request.user, person)
        if talk is None:
            raise Missing
        return talk

    def told(self, talk: Talk) -> Any:
        return ConversationSerializer(shape_of_conversation(talk)).data


@describe(
    get=reads(
        "read_my_conversation",
        "Read your needs conversation",
        description="The one that is open, else the newest: what you said, what the assessors said, what counts.",
        tag=TAG,
        answers=ConversationSerializer,
        example=examples.CONVERSATION,
    ),
    post=acts(
        "begin_my_conversation",
        "Begin a needs conversation",
        description="In the instrument that is in use. One that is settled goes on counting meanwhile.",
        tag=TAG,
        takes=BeginConversationSerializer,
        sends={"done_with": "family"},
        answers=ConversationSerializer,
        example=examples.CONVERSATION | {"answers": []},
        status=201,
        has_key=False,
    ),
)
class MyConversation(_OnConversation, Acting):
    serializer_class = ConversationSerializer
    takes = BeginConversationSerializer

    def get(self, request: Request) -> Response:
        person = rules.own_record(request.user)
        if person is None:
            raise Missing
        return tagged(request, self.told(self.talk(person)))

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        person = _held_own(request.user, Part.NEEDS)
        conversations.begin(person=person, by=request.user, **sent)
        data = self.told(self.talk(person))
        return Response(data, status=201, headers={"ETag": conditional.tag_of(data)})


@describe(
    post=acts(
        "answer_my_conversation",
        "Say something about one part of your life",
        description="It takes the place of what you said about it before. An answer left empty counts nothing.",
        tag=TAG,
        takes=AnswerSentSerializer,
        sends=examples.ANSWER_SENT,
        answers=ConversationSerializer,
        example=examples.CONVERSATION,
        status=200,
        parameters=[IF_MATCH],
        has_key=False,
    )
)
class AnswerMyConversation(_OnConversation, Acting):
    serializer_class = ConversationSerializer
    takes = AnswerSentSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        # The person's row is held first: nothing happens between the look and the step.
        person = _held_own(request.user, Part.NEEDS)
        talk = self.talk(person)
        conditional.require_match(request, conditional.tag_of(self.told(talk)))
        conversations.answer(conversation=talk.row, by=request.user, **sent)
        data = self.told(self.talk(person))
        return Response(data, headers={"ETag": conditional.tag_of(data)})


@describe(
    get=reads(
        "read_conversation",
        "Read the needs conversation of somebody who lets you",
        description="It is written down for them that you looked.",
        tag=TAG,
        answers=ConversationSerializer,
        example=examples.CONVERSATION,
        parameters=[_PERSON],
    )
)
class ConversationOf(_OfAnother, _OnConversation):
    part = Part.NEEDS

    def get(self, request: Request, public_id: str) -> Response:
        return tagged(request, self.told(self.talk(self.found().person)))


# --- The plan -------------------------------------------------------------------------------------


class _OnPlan(Private):
    def told(self, plan: Plan) -> Any:
        names = queries.names_given_by(self.request.user)
        said = plan_queries.comments_on(self.request.user, [plan.row], names=names)
        return PlanSerializer(shape_of_plan(plan, said)).data

    def draft_or_agreed(self, person: Person) -> Plan:
        """The draft while there is one, else the agreed plan."""
        user = self.request.user
        found = plan_queries.draft_of(user, person) or plan_queries.agreed_of(user, person)
        if found is None:
            raise Missing
        return found


@describe(
    get=reads(
        "read_my_plan",
        "Read your plan",
        description="Your draft while you are writing one, else the plan you agreed; with what others said about it.",
        tag=TAG,
        answers=PlanSerializer,
        example=examples.PLAN,
    ),
    post=acts(
        "begin_my_plan",
        "Begin a draft of your plan",
        description="A copy of your newest version, which goes on counting, or an empty one.",
        tag=TAG,
        takes=NothingSerializer,
        sends={},
        answers=PlanSerializer,
        example=examples.PLAN | {"state": "draft", "agreed_at": None, "comments": []},
        status=201,
        has_key=False,
    ),
)
class MyPlan(_OnPlan, Acting):
    serializer_class = PlanSerializer
    takes = NothingSerializer

    def get(self, request: Request) -> Response:
        person = rules.own_record(request.user)
        if person is None:
            raise Missing
        return tagged(request, self.told(self.draft_or_agreed(person)))

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        person = _held_own(request.user, Part.PLAN)
        plans.begin(person=person, by=request.user)
        data = self.told(self.draft_or_agreed(person))
        return Response(data, status=201, headers={"ETag": conditional.tag_of(data)})


class _Write(_OnPlan, Acting):
    """A change of one's own draft, by somebody who has read it."""

    serializer_class = PlanSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        # The person's row is held first: nothing happens between the look and the step.
        person = _held_own(request.user, Part.PLAN)
        plan = self.draft_or_agreed(person)
        conditional.require_match(request, conditional.tag_of(self.told(plan)))
        self.write(plan.row, sent)
        data = self.told(self.draft_or_agreed(person))
        return Response(data, headers={"ETag": conditional.tag_of(data)})

    def write(self, plan: SupportPlan, sent: dict[str, Any]) -> None:
        """Makes the call."""
        raise NotImplementedError


def _writes(name: str, summary: str, *, takes: Any, sends: Any, description: str = "") -> Any:
    return describe(
        post=acts(
            name,
            summary,
            description=description,
            tag=TAG,
            takes=takes,
            sends=sends,
            answers=PlanSerializer,
            example=examples.PLAN,
            status=200,
            parameters=[IF_MATCH],
            has_key=False,
        )
    )


@_writes(
    "write_my_section",
    "Write a part of your draft",
    description="Without words, the part is left out.",
    takes=SectionSentSerializer,
    sends=examples.SECTION_SENT,
)
class WriteSection(_Write):
    takes = SectionSentSerializer

    def write(self, plan: SupportPlan, sent: dict[str, Any]) -> None:
        plans.write(plan=plan, by=self.request.user, **sent)


@_writes(
    "add_my_goal",
    "Add a goal to your draft",
    description="It may name a right, by its code.",
    takes=GoalSentSerializer,
    sends=examples.GOAL_SENT,
)
class AddGoal(_Write):
    takes = GoalSentSerializer

    def write(self, plan: SupportPlan, sent: dict[str, Any]) -> None:
        plans.add_goal(plan=plan, by=self.request.user, **sent)


@_writes(
    "add_my_support",
    "Add some support to your draft",
    description="Only what is paid for has a price, in pence a week.",
    takes=SupportSentSerializer,
    sends=examples.SUPPORT_SENT,
)
class AddSupport(_Write):
    takes = SupportSentSerializer

    def write(self, plan: SupportPlan, sent: dict[str, Any]) -> None:
        plans.add_arrangement(plan=plan, by=self.request.user, **sent)


@_writes(
    "agree_my_plan",
    "Agree your draft",
    description="It is your plan from now on. Nobody else's agreement is needed; the version before is kept.",
    takes=NothingSerializer,
    sends={},
)
class AgreePlan(_Write):
    takes = NothingSerializer

    def write(self, plan: SupportPlan, sent: dict[str, Any]) -> None:
        plans.agree(plan=plan, by=self.request.user)


class _PlanOfAnother(_OfAnother, _OnPlan):
    part = Part.PLAN

    def agreed_or_draft(self) -> Plan:
        person = self.found().person
        agreed = plan_queries.agreed_of(self.request.user, person)
        return agreed or self.draft_or_agreed(person)


@describe(
    get=reads(
        "read_plan",
        "Read the plan of somebody who lets you",
        description="The plan they agreed, else their draft. It is written down for them that you looked.",
        tag=TAG,
        answers=PlanSerializer,
        example=examples.PLAN,
        parameters=[_PERSON],
    )
)
class PlanOf(_PlanOfAnother):
    def get(self, request: Request, public_id: str) -> Response:
        return tagged(request, self.told(self.agreed_or_draft()))


@describe(
    post=acts(
        "comment_on_plan",
        "Say something beside somebody's plan",
        description="It stands beside the plan under your name, and changes nothing in it.",
        tag=TAG,
        takes=CommentSentSerializer,
        sends=examples.COMMENT_SENT,
        answers=CommentSerializer,
        example=examples.COMMENT | {"reply": ""},
        status=201,
        parameters=[_PERSON],
        has_key=False,
    )
)
class CommentOnPlan(_PlanOfAnother, Acting):
    serializer_class = CommentSerializer
    takes = CommentSentSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        plan = self.agreed_or_draft()
        row = comments.say(plan=plan.row, by=request.user, **sent)
        names = queries.names_given_by(request.user)
        said = plan_queries.comments_on(request.user, [plan.row], names=names)
        [mine] = [each for each in said if each.row.pk == row.pk]
        return Response(CommentSerializer(shape_of_comment(mine)).data, status=201)
