"""The registers of roles and powers as pages that a social worker could read aloud.

`manage.py write_registers` writes them to docs/; a test fails while a page differs from the code.
"""

from collections.abc import Iterable, Iterator

from django.utils import translation
from django.utils.functional import Promise

from governance.levels import Level
from governance.methods import NEEDS, Method
from governance.models import DECIDING_KIND, Body
from governance.powers import POWERS, Power
from governance.roles import ROLES, Role

_NOTE = "Made from `governance/{module}.py` by `manage.py write_registers`: change it there."


def pages() -> dict[str, str]:
    """File name in docs/ → its text, in English whatever language the reader has chosen."""
    with translation.override("en-gb"):
        return {"powers.md": _text(_powers()), "roles.md": _text(_roles())}


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _listed(names: Iterable[str | Promise]) -> str:
    return "; ".join(str(name) for name in names) or "nothing"


# --- Powers ---------------------------------------------------------------------------------------


def _powers() -> Iterator[str]:
    yield "# Powers"
    yield ""
    yield _NOTE.format(module="powers")
    yield ""
    yield (
        "A power is a kind of decision. It sits at its home level, as near to the person as it can. It may be lent "
        "down to a body that accepts it. It may be lent up only with a ground, reasons, the consent of those who "
        "lose it, and an end within a year; or, where somebody's rights are being broken, for three months with "
        "the assent of the national panel. A core power is never lent at all."
    )
    for level in Level:
        yield ""
        yield f"## {level.label}"
        yield ""
        yield "| power | in code | how it is decided | can it be lent? | rights to consider |"
        yield "|---|---|---|---|---|"
        for power in POWERS.values():
            if power.home == level:
                yield _power_row(power)
    yield ""
    yield "## How each way of deciding works"
    yield ""
    yield "| way | part of the members who must take part | carried when |"
    yield "|---|---|---|"
    for method, carried in _CARRIED.items():
        yield f"| {method.label} | {NEEDS[method].quorum} | {carried} |"
    yield ""
    yield "A tie, or a vote without enough members, changes nothing. Abstaining is taking part."


_CARRIED = {
    Method.OWN: "the person says yes",
    Method.UNANIMOUS: "every member is for it",
    Method.CONSENT: "somebody is for it and nobody objects with a reason",
    Method.MAJORITY: "more are for it than against it",
    Method.SUPERMAJORITY: "at least two thirds of all members are for it",
    Method.SORTITION: "more of the panel drawn by lot are for it than against it",
}


def _power_row(power: Power) -> str:
    cells = (
        str(power.name),
        f"`{power.slug}`",
        str(power.method.label),
        _lent(power),
        ", ".join(power.rights) or "–",
    )
    return f"| {' | '.join(cells)} |"


def _lent(power: Power) -> str:
    """Which way the tree lets it go. Spheres of persons and families stand apart from the tree of places."""
    if power.core:
        return "never"
    match power.home:
        case Level.NATIONAL:
            return "down"
        case Level.LOCAL:
            return "down or up"
        case Level.NEIGHBOURHOOD:
            return "up"
        case _:
            return "no"


# --- Roles ----------------------------------------------------------------------------------------


def _roles() -> Iterator[str]:
    yield "# Roles"
    yield ""
    yield _NOTE.format(module="roles")
    yield ""
    yield (
        "A role is held in one place, from one date to another, by a mandate. **No role opens anybody's record**: "
        "only the person, somebody with legal authority, or somebody they chose sees it."
    )
    for level in reversed(Level):
        for role in ROLES.values():
            if role.level == level:
                yield ""
                yield from _role(role)


def _role(role: Role) -> Iterator[str]:
    yield f"## {role.name} (`{role.slug}`)"
    yield ""
    yield str(role.purpose)
    yield ""
    yield f"- Held in: one {Level(role.level).label.lower()}."
    yield f"- Votes in: {_votes(role)}."
    yield f"- May ask its body to: {_listed(_names(role.raises))}."
    yield f"- Carries out, once decided: {_listed(_names(role.carries_out))}."
    if role.answers_asks:
        yield "- Reads what people there ask for, until somebody takes it; then only whoever took it reads it."


def _names(slugs: frozenset[str]) -> list[str | Promise]:
    """In the order of the register of powers."""
    return [power.name for power in POWERS.values() if power.slug in slugs]


def _votes(role: Role) -> str:
    if role.votes_in is None:
        return "nothing"
    kind = Body.Kind(role.votes_in)
    if DECIDING_KIND.get(role.level) == kind:
        return f"the {kind.label.lower()}, and may put any of its questions to it"
    return f"the {kind.label.lower()}"
