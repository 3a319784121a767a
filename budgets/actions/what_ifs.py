"""Asking what if: the question is kept, so that its address can be shared. No money moves, and nobody is bound by it."""

from __future__ import annotations

import hashlib
import json

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from budgets import formula as engine
from budgets import whatif
from budgets.models import WhatIf
from budgets.whatif import Basis
from governance import audit
from governance.models import User
from socialcare.kernel.errors import DomainError


class WhatIfRefused(DomainError):
    """The question has no answer; `problems` lists why, each with its line and key."""

    def __init__(self, problems: list[engine.Problem]) -> None:
        super().__init__("what-if-refused", _("This cannot be worked out. Each reason is listed."))
        self.problems = problems


def ask(*, text: str, pot_pence: int, basis: Basis, by: User | None) -> WhatIf:
    """Keeps the question what `text` would do with `pot_pence`, beside `basis`. Anybody may ask; `by` is None for a
    visitor. The same question gives the same row. A document that could never be adopted may be asked about too.

    Raises WhatIfRefused with every problem of the document, or of the document with these figures and this pot.
    """
    try:
        formula = engine.load(text)
        whatif.compared(formula, pot_pence=pot_pence, basis=basis)
    except engine.FormulaError as error:
        raise WhatIfRefused(error.problems) from error
    return keep(formula=formula, pot_pence=pot_pence, basis=basis, by=by)


@transaction.atomic
def keep(*, formula: engine.Formula, pot_pence: int, basis: Basis, by: User | None) -> WhatIf:
    """Keeps a question without working it out: for a document that was checked another way."""
    sha256 = _sha256(formula.text, pot_pence, basis)
    known = WhatIf.objects.filter(sha256=sha256).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            asked = WhatIf.objects.create(
                nation=basis.version.nation,
                text=formula.text,
                pot_pence=pot_pence,
                dataset=basis.dataset,
                compared_with=basis.version,
                compared_pot_pence=basis.pot_pence,
                compared_run=basis.run,
                sha256=sha256,
                created_by=by,
            )
    except IntegrityError:
        # Somebody asked the very same thing in the meantime.
        return WhatIf.objects.get(sha256=sha256)
    audit.record("what-if.asked", subject=asked, by=by, sphere=asked.nation_id, sha256=sha256)
    return asked


def _sha256(text: str, pot_pence: int, basis: Basis) -> str:
    version = basis.version
    question = [
        text,
        pot_pence,
        [version.nation_id, version.slug, version.version, version.sha256],
        basis.pot_pence,
        basis.dataset.sha256,
        basis.run.public_id if basis.run else "",
    ]
    return hashlib.sha256(json.dumps(question, ensure_ascii=False).encode()).hexdigest()
