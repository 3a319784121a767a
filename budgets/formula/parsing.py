"""From a document's nodes to a `Formula`: the grammar of formula documents, in one place.

docs/formula.md explains each key to its authors. Refuses unknown keys, names that nothing defines,
and values without a unit or a reference; reports all problems together.
"""

from __future__ import annotations

from fractions import Fraction

from .apportion import METHODS
from .document import (
    HARDSHIP,
    HEAD_UNITS,
    MONEY_UNITS,
    Apportionment,
    AreaColumns,
    AreaLevel,
    Bounds,
    Factor,
    Formula,
    Indicator,
    Limit,
    Reference,
    Stream,
)
from .expression_reader import ExpressionReader
from .expressions import Expression, Quantity
from .problems import FormulaInvalid
from .reading import Node, read_document


def load(text: str, *, source: str = "") -> Formula:
    """Read a formula document. `source` (a file name) is used in messages only.

    Raises `FormulaInvalid` with every problem found.
    """
    root = read_document(text, source=source)
    reader = _Grammar()
    formula = reader.formula(root, text, source)
    if reader.problems:
        raise FormulaInvalid(reader.problems, source=source)
    return formula


class _Grammar(ExpressionReader):
    """One method for each section of a document, in the order of docs/formula.md."""

    def formula(self, root: Node, text: str, source: str) -> Formula:
        fields = self.fields(
            root,
            required=["formula", "version", "title", "nation", "references", "areas"],
            optional=[
                "summary", "illustrative", "effective", "indicators", "values", "factors",
                "switches", "need", "cost", "bounds", "streams", "apportionment",
            ],
        )  # fmt: skip
        effective = (
            self.fields(fields["effective"], required=["from"], optional=["until"])
            if "effective" in fields
            else {}
        )
        begins, ends = self.day(effective.get("from")), self.day(effective.get("until"))
        if begins and ends and ends < begins:
            self.problem(effective["until"], "dates", "“until” is before “from”")
        references = self.references(fields.get("references"))
        areas = self.areas(fields.get("areas"))
        indicators = {
            code: self.indicator(code, node)
            for code, node in self.entries(fields.get("indicators")).items()
        }
        values = {
            code: self.quantity(node) for code, node in self.entries(fields.get("values")).items()
        }
        factors = {
            code: self.factor(code, node)
            for code, node in self.entries(fields.get("factors")).items()
        }
        self.refuse_shared_names(fields, indicators, values, factors)
        switches = self.switches(fields.get("switches"))
        streams = self.streams(root, fields, areas)
        apportionment = self.apportionment(fields.get("apportionment"), root.line)
        self.resolve(indicators, values, factors)
        self.check_cited(references)
        return Formula(
            slug=self.slug(fields.get("formula")),
            version=self.text(fields.get("version")),
            title=self.text(fields.get("title")),
            nation=self.text(fields.get("nation")),
            summary=self.text(fields.get("summary")),
            illustrative=self.yes(fields.get("illustrative")),
            effective_from=begins,
            effective_until=ends,
            references=references,
            areas=areas,
            indicators=indicators,
            values=values,
            factors=factors,
            streams=streams,
            apportionment=apportionment,
            switches=switches,
            text=text,
            source=source,
        )

    def references(self, node: Node | None) -> dict[str, Reference]:
        found = {}
        for code, entry in self.entries(node).items():
            fields = self.fields(
                entry, required=["title"], optional=["publisher", "url", "licence", "note"]
            )
            found[code] = (
                Reference(**{key: self.text(value) for key, value in fields.items()})
                if ("title" in fields)
                else Reference("")
            )
        return found

    def areas(self, node: Node | None) -> AreaColumns:
        if node is None:
            return AreaColumns(AreaLevel("area", ("code",), ("code",)), (), (), False)
        fields = self.fields(
            node, required=["code"], optional=["level", "name", "population", "within", "combine"]
        )
        within = fields.get("within")
        above: list[Node] = []
        if within is not None:
            above = [within] if within.kind == "mapping" else self.items(within)
        levels = []
        for upper in above:
            part = self.fields(upper, required=["level", "code"], optional=["name"])
            levels.append(self.area_level(part))
        rows = self.area_level(fields, default_level="area")
        named = [level.level for level in (rows, *levels)]
        if len(set(named)) < len(named):
            self.problem(node, "levels", "two levels of areas have the same name")
        return AreaColumns(
            rows,
            tuple(levels),
            self.columns(fields.get("population")),
            self.yes(fields.get("combine")),
        )

    def area_level(self, fields: dict[str, Node], default_level: str = "") -> AreaLevel:
        code = self.columns(fields.get("code"))
        level = self.slug(fields.get("level")) or default_level
        return AreaLevel(level, code, self.columns(fields.get("name")) or code)

    def indicator(self, code: str, node: Node) -> Indicator:
        fields = self.fields(
            node,
            required=["class", "unit", "counts", "source"],
            optional=["column", "blank", "negative"],
        )
        kind = self.choice(fields.get("class"), ("A", "B", "C"), default="A")
        negative = self.choice(fields.get("negative"), ("refused", "allowed"), default="refused")
        if kind == "B" and negative == "allowed":
            message = "hardship (class B) is never counted negatively"
            self.problem(fields["negative"], "hardship_negative", message)
        return Indicator(
            code=code,
            column=self.columns(fields.get("column")) or (code,),
            indicator_class=kind,
            unit=self.text(fields.get("unit")),
            counts=self.text(fields.get("counts")),
            source=self.reference(fields.get("source")),
            blank_is_zero=self.choice(fields.get("blank"), ("refused", "zero"), default="refused")
            == "zero",
            may_be_negative=negative == "allowed",
            line=node.line,
        )

    def factor(self, code: str, node: Node) -> Factor:
        fields = self.fields(
            node,
            required=["measures"],
            optional=[
                "column", "class", "unit", "source", "reference", "labels", "otherwise",
                "value", "note",
            ],
        )  # fmt: skip
        unit = self.text(fields.get("unit"))
        source = self.reference(fields.get("source") or fields.get("reference"))
        for key, have in (("unit", unit), ("source", source)):
            if fields and not have:
                self.problem(node, "missing_key", f"“{key}” is missing")
        if ("column" in fields) == ("value" in fields):
            self.problem(node, "factor", "give either a “column” or a “value”, not both or neither")
        if "labels" not in fields and "otherwise" in fields:
            self.problem(fields["otherwise"], "factor", "“otherwise” belongs with “labels”")
        shared = {"unit": unit or "?", "reference": source or "?"}
        by_label: dict[str, Quantity] = {}
        if "labels" in fields:
            for label, entry in (self.mapping(fields["labels"]) or {}).items():
                by_label[label] = self.positive(entry, self.quantity(entry, defaults=shared))
        otherwise = constant = None
        if "otherwise" in fields:
            otherwise = self.quantity(fields["otherwise"], defaults=shared)
            self.positive(fields["otherwise"], otherwise)
        if "value" in fields:
            constant = self.quantity(fields["value"], defaults=shared)
            self.positive(fields["value"], constant)
        if "column" in fields and "class" not in fields:
            message = "“class” is missing: cost, or C if it measures anyone's means"
            self.problem(node, "missing_key", message)
        return Factor(
            code=code,
            measures=self.text(fields.get("measures")),
            factor_class=self.choice(fields.get("class"), ("cost", "C"), default="cost"),
            column=self.columns(fields.get("column")),
            by_label=by_label,
            otherwise=otherwise,
            constant=constant,
            unit=unit,
            source=source,
            line=node.line,
        )

    def positive(self, node: Node, quantity: Quantity) -> Quantity:
        if quantity.value <= 0:
            self.problem(node, "not_positive", "this must be more than 0")
        return quantity

    def refuse_shared_names(
        self,
        fields: dict[str, Node],
        *sections: dict[str, Indicator] | dict[str, Quantity] | dict[str, Factor],
    ) -> None:
        seen: dict[str, str] = {}
        for title, section in zip(("indicators", "values", "factors"), sections, strict=True):
            for code in section:
                if code in seen:
                    entry = self.entries(fields[title])[code]
                    self.problem(entry, "shared_name", f"“{code}” is also one of the {seen[code]}")
                seen.setdefault(code, title)

    def switches(self, node: Node | None) -> dict[str, bool]:
        if node is None:
            return {}
        fields = self.fields(node, optional=[HARDSHIP])
        return {HARDSHIP: self.yes(fields[HARDSHIP])} if HARDSHIP in fields else {}

    # -- streams ------------------------------------------------------------------------------

    def streams(
        self, root: Node, fields: dict[str, Node], areas: AreaColumns
    ) -> tuple[Stream, ...]:
        shared_need = self.expression(fields["need"]) if "need" in fields else None
        shared_cost = self.cost(fields.get("cost"))
        if "streams" not in fields:
            if shared_need is None:
                self.problem(root, "missing_key", "“need” is missing (or “streams” with needs)")
                return ()
            bounds = self.bounds(fields["bounds"], areas) if "bounds" in fields else None
            whole = Quantity(Fraction(1), "share of the pot", "")
            rows = areas.rows.level
            title = self.text(fields.get("title"))
            return (
                Stream(
                    "all", title, rows, whole, None, shared_need, shared_cost, bounds, root.line
                ),
            )
        if "bounds" in fields:
            message = "with streams, each stream has its own “bounds”; move them below a stream"
            self.problem(fields["bounds"], "bounds", message)
        streams = tuple(
            self.stream(code, node, shared_need, shared_cost, areas)
            for code, node in self.entries(fields["streams"]).items()
        )
        self.check_split(fields["streams"], streams)
        return streams

    def stream(
        self,
        code: str,
        node: Node,
        shared_need: Expression | None,
        shared_cost: tuple[str, ...],
        areas: AreaColumns,
    ) -> Stream:
        fields = self.fields(
            node,
            required=["title"],
            optional=["share", "amount", "held_by", "need", "cost", "bounds"],
        )
        need = self.expression(fields["need"]) if "need" in fields else shared_need
        if need is None:
            self.problem(node, "missing_key", "“need” is missing, here or for the whole formula")
            need = Expression("sum", node.line, node.key)
        if ("share" in fields) == ("amount" in fields):
            self.problem(node, "split", "give either a “share” or an “amount”, not both or neither")
        share = self.quantity(fields["share"]) if "share" in fields else None
        if share and not 0 <= share.value <= 1:
            self.problem(fields["share"], "split", "a share lies between 0 and 1")
        return Stream(
            code=code,
            title=self.text(fields.get("title")),
            held_by=self.choice(fields.get("held_by"), areas.levels, default=areas.rows.level),
            share=share,
            amount_pence=self.money(fields["amount"]) if "amount" in fields else None,
            need=need,
            cost=self.cost(fields["cost"]) if "cost" in fields else shared_cost,
            bounds=self.bounds(fields["bounds"], areas) if "bounds" in fields else None,
            line=node.line,
        )

    def check_split(self, node: Node, streams: tuple[Stream, ...]) -> None:
        shares = [stream.share.value for stream in streams if stream.share]
        if shares and sum(shares) != 1:
            message = f"the shares of the streams add up to {sum(shares)}, not 1"
            self.problem(node, "split", message)
        if not streams:
            self.problem(node, "split", "there is no stream")

    def money(self, node: Node) -> int:
        quantity = self.quantity(node)
        each = MONEY_UNITS.get(quantity.unit)
        if each is None:
            message = f"the unit of money is one of: {', '.join(MONEY_UNITS)}"
            self.problem(node, "money", message)
            return 0
        pence = quantity.value * each
        if pence.denominator != 1 or pence < 0:
            self.problem(node, "money", "this is not a whole number of pence, 0 or more")
        return int(pence)

    def cost(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        if isinstance(node.value, list) and not node.value:
            return ()
        names = [node] if node.kind == "text" else self.items(node)
        for entry in names:
            name = self.text(entry)
            self.used.append((Expression("name", entry.line, entry.key, name=name), True))
        return tuple(self.text(entry) for entry in names)

    # -- bounds -------------------------------------------------------------------------------

    def bounds(self, node: Node, areas: AreaColumns) -> Bounds:
        fields = self.fields(node, required=["limits"], optional=["level", "ends_on"])
        limits = tuple(
            self.limit(entry, areas)
            for entry in (self.items(fields["limits"]) if "limits" in fields else [])
        )
        bounds = Bounds(
            level=self.choice(fields.get("level"), areas.levels, default=areas.levels[0]),
            ends_on=self.day(fields.get("ends_on")),
            limits=limits,
            line=node.line,
            key=node.key,
        )
        if bounds.damps and "ends_on" not in fields:
            message = "damping against an earlier allocation needs an end date: “ends_on”"
            self.problem(node, "damping_end", message)
        return bounds

    def limit(self, node: Node, areas: AreaColumns) -> Limit:
        fields = self.fields(
            node, required=["of"], optional=["column", "column_unit", "at_least", "at_most"]
        )
        of = self.choice(fields.get("of"), ("baseline", "head", "target"), default="target")
        if of == "baseline" and not {"column", "column_unit"} <= set(fields):
            message = "a baseline needs “column” (earlier money) and “column_unit”"
            self.problem(node, "missing_key", message)
        if of != "baseline" and "column" in fields:
            self.problem(fields["column"], "bounds", "only a baseline has a “column”")
        if of == "head" and not areas.population:
            self.problem(node, "bounds", "a limit per head needs “population” under “areas”")
        if not {"at_least", "at_most"} & set(fields):
            self.problem(node, "bounds", "give “at_least”, “at_most” or both")
        ends = {}
        for key in ("at_least", "at_most"):
            ends[key] = self.quantity(fields[key]) if key in fields else None
            quantity = ends[key]
            if quantity and quantity.value < 0:
                self.problem(fields[key], "bounds", "a limit cannot be negative")
            if quantity and of == "head" and quantity.unit not in HEAD_UNITS:
                message = f"the unit of a limit per head is one of: {', '.join(HEAD_UNITS)}"
                self.problem(fields[key], "money", message)
        low, high = ends["at_least"], ends["at_most"]
        if low and high and low.value > high.value:
            self.problem(fields["at_least"], "bounds", "“at_least” is more than “at_most”")
        unit = self.choice(fields.get("column_unit"), MONEY_UNITS, default="pence")
        return Limit(
            of=of,
            column=self.columns(fields.get("column")),
            pence_each=MONEY_UNITS[unit],
            at_least=low,
            at_most=high,
            line=node.line,
            key=node.key,
        )

    def apportionment(self, node: Node | None, line: int) -> Apportionment:
        fields = (
            self.fields(node, optional=["method", "unit_pence", "ties", "shares", "share_decimals"])
            if node
            else {}
        )
        self.choice(fields.get("ties"), ("larger_need_then_code",), default="larger_need_then_code")
        return Apportionment(
            method=self.choice(fields.get("method"), METHODS, default=METHODS[0]),
            unit_pence=self.whole(fields.get("unit_pence"), default=1, least=1, most=10**12),
            shares=self.choice(fields.get("shares"), ("of_pot", "absolute"), default="of_pot"),
            share_decimals=self.whole(fields.get("share_decimals"), default=12, least=0, most=30),
            line=node.line if node else line,
        )
