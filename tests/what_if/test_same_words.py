"""The same document is the same words, whichever way it comes: its SHA-256 does not depend on how lines end."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from budgets import formula as engine
from budgets.management import arguments
from budgets.models import FormulaVersion, WhatIf
from tests.api.worlds import V1, post, program_of
from tests.small_england import SmallEngland

ENDS = ("\n", "\r\n", "\r")


@pytest.fixture
def text(untouched: SmallEngland) -> str:
    return untouched.formula.text.replace("title: Need for", "title: Another draft of need for", 1)


@pytest.mark.parametrize("end", ENDS)
def test_one_document_by_page_by_program_and_by_file(
    untouched: SmallEngland, text: str, tmp_path: Path, end: str
) -> None:
    sent = text.replace("\n", end)
    steward = untouched.people["steward"]
    file = tmp_path / "draft.yaml"
    file.write_bytes(sent.encode())
    by_file = arguments.formula(str(file))
    checked = post(Client(), f"{V1}formulas/check/", {"text": sent}).json()
    assert by_file.sha256 == checked["sha256"] == engine.load(text).sha256

    page = Client()
    page.force_login(steward)
    form = {"text": sent, "background": "Why."}
    assert page.post(reverse("propose_formula"), form).status_code == 302
    proposed = FormulaVersion.objects.get(version=3)
    assert (proposed.text, proposed.sha256) == (text, by_file.sha256)
    body = {"nation": untouched.nation.code, **form}
    again = post(program_of(steward), f"{V1}formulas/", body)
    assert (again.status_code, again.json()["code"]) == (409, "asked-already")


def test_one_question_by_page_by_upload_and_by_program(untouched: SmallEngland, text: str) -> None:
    before = WhatIf.objects.count()
    pot = untouched.shared_pot.shared_pence
    form = {"pot_pence": f"{pot / 100:.2f}", "against": ""}
    for end in ENDS:
        sent = text.replace("\n", end)
        file = SimpleUploadedFile("draft.yaml", sent.encode())
        for more in ({"text": sent}, {"text": "", "file": file}):
            assert Client().post(reverse("ask_by_document"), form | more).status_code == 302
        body = {"nation": untouched.nation.code, "text": sent, "pot_pence": pot}
        assert post(Client(), f"{V1}what-ifs/", body).status_code == 201
    assert WhatIf.objects.count() == before + 1
