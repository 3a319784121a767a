"""Operations on formulas: read every version and its document, check a document, propose one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from budgets import formula as engine
from budgets import whatif
from budgets.actions import formulas
from budgets.api import examples, filters
from budgets.api.serializers import (
    CheckedFormulaSerializer,
    CheckFormulaSerializer,
    FormulaSerializer,
    ProposeFormulaSerializer,
)
from budgets.formula.reading import Node, read_document
from budgets.models import FormulaVersion
from governance.models import Sphere
from neighbourhoods.models import Dataset
from socialcare.kernel import rate_limits
from socialcare.kernel.api import conditional
from socialcare.kernel.api.problems import Fault, Refused
from socialcare.kernel.api.schema import acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Detail, Listing, Operation

TAG = "Formulas"
_VERSION = [
    path("nation", "The nation's code."),
    path("slug", "The formula's slug."),
    path("version", "Its version.", type="integer", minimum=1),
]


def _versions() -> QuerySet[FormulaVersion]:
    return FormulaVersion.objects.select_related("nation", "matter", "decision")


def _named(kwargs: dict[str, Any], versions: QuerySet[FormulaVersion]) -> FormulaVersion:
    found: FormulaVersion = get_object_or_404(
        versions, nation__code=kwargs["nation"], slug=kwargs["slug"], version=kwargs["version"]
    )
    return found


@describe(
    get=reads(
        "list_formulas",
        "List formulas",
        description="Every version that was ever proposed, the newest first.",
        tag=TAG,
        answers=FormulaSerializer(many=True),
        example=examples.FORMULA,
        has_tag=False,
    ),
    post=acts(
        "propose_formula",
        "Propose a formula",
        description="Puts the document to the national council. What stands against adopting it is listed in "
        "`errors`, each with its line and key.",
        tag=TAG,
        takes=ProposeFormulaSerializer,
        sends=examples.PROPOSE_FORMULA,
        answers=FormulaSerializer,
        example=examples.FORMULA,
        status=201,
    ),
)
class Formulas(Acting, Listing):
    serializer_class = FormulaSerializer
    filterset_class = filters.FormulaFilters
    takes = ProposeFormulaSerializer
    order = ("-proposed_at", "slug", "version")

    def get_queryset(self) -> QuerySet[FormulaVersion]:
        return _versions().defer("text")

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        try:
            proposed = formulas.propose(by=request.user, **sent)
        except formulas.FormulaNotAdoptable as error:
            raise Refused(error, (as_fault(problem) for problem in error.problems)) from error
        address = reverse(
            "api:formula", args=[proposed.nation.code, proposed.slug, proposed.version]
        )
        data = FormulaSerializer(proposed).data
        return Response(data, status=201, headers={"Location": address})


def as_fault(problem: engine.Problem, *, at: str = "#/text") -> Fault:
    """What the engine found, as the API tells it; `at` points to what was sent."""
    code = problem.code.replace("_", "-")
    return Fault(at, code, problem.message, line=problem.line, key=problem.key)


@describe(
    get=reads(
        "read_formula",
        "Read one version of a formula",
        description="What became of it. The document itself is beside it, at `document/`.",
        tag=TAG,
        answers=FormulaSerializer,
        example=examples.FORMULA,
        parameters=_VERSION,
    )
)
class FormulaDetail(Detail):
    serializer_class = FormulaSerializer

    def get_object(self) -> FormulaVersion:
        return _named(self.kwargs, _versions().defer("text"))


# --- The document ---------------------------------------------------------------------------------


class YAMLRenderer(BaseRenderer):
    """The document word for word, as it was put to the vote."""

    media_type = "application/yaml"
    format = "yaml"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        text: str = data
        return text.encode()


def _plain(node: Node) -> Any:
    """The document as data. Every number is the text that was written: none passes through a binary float."""
    if isinstance(node.value, dict):
        return {key: _plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(inner) for inner in node.value]
    return node.value


@describe(
    get=reads(
        "read_formula_document",
        "Read a formula's document",
        description="As JSON, in which every number is text, or word for word with `Accept: application/yaml`.",
        tag=TAG,
        answers={"type": "object", "additionalProperties": True},
        as_text=("application/yaml", examples.DOCUMENT_TEXT),
        example=examples.DOCUMENT,
        parameters=_VERSION,
    )
)
class FormulaDocument(Operation):
    renderer_classes = [JSONRenderer, YAMLRenderer]

    def get(self, request: Request, **kwargs: Any) -> Response:
        text = _named(kwargs, _versions()).text
        is_yaml = request.accepted_renderer.format == "yaml"
        # The two forms are two answers, so they have two tags.
        tag = conditional.tag_of_bytes(f"{request.accepted_renderer.format}\n{text}".encode())
        if conditional.is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(text if is_yaml else _plain(read_document(text)), headers={"ETag": tag})


# --- Checking -------------------------------------------------------------------------------------


@describe(
    post=acts(
        "check_formula",
        "Check a formula document",
        description="Says everything that stands against a document, and keeps nothing. Anybody may ask.",
        tag=TAG,
        takes=CheckFormulaSerializer,
        sends=examples.CHECK,
        answers=CheckedFormulaSerializer,
        example=examples.CHECKED,
        status=200,
        has_key=False,
    )
)
class CheckFormula(Operation):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response | HttpResponse:
        sent = CheckFormulaSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            formula = engine.load(sent.validated_data["text"])
        except engine.FormulaInvalid as error:
            return Response(_checked(None, error.problems))
        areas = self._figures(request, sent.validated_data.get("nation"))
        return Response(_checked(formula, engine.check(formula, adoptable=True, areas=areas)))

    def _figures(self, request: Request, nation: Sphere | None) -> engine.AreaTable | None:
        """The nation's newest figures, if one was named and has some. Trying a document over them costs work."""
        figures = Dataset.objects.current(nation) if nation else None
        if figures is None:
            return None
        if not rate_limits.take(request._request, action="what-if", most=whatif.MOST_AN_HOUR):
            raise Throttled(wait=rate_limits.wait())
        return whatif.areas_of(figures)


def _checked(formula: engine.Formula | None, problems: list[engine.Problem]) -> Any:
    return CheckedFormulaSerializer(
        {
            "readable": formula is not None,
            "adoptable": formula is not None and not problems,
            "formula": formula.slug if formula else "",
            "title": formula.title if formula else "",
            "sha256": formula.sha256 if formula else "",
            "problems": problems,
        }
    ).data
