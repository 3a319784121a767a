"""Reads needs: names, values, points and operations, nested as the author likes.

Every name is remembered and must turn out to be an indicator, a value or a factor; cost factors
must be factors. Refuses bare numbers: each value says its unit and reference.
"""

from __future__ import annotations

from .document import Factor, Indicator
from .expressions import OPERATIONS, Expression, Quantity
from .fields import FieldReader
from .problems import did_you_mean
from .reading import Node

_TWO_PARTS = {"ratio", "difference"}
_ONE_PART = {"total", "share"}


class ExpressionReader(FieldReader):
    """A field reader that also knows the language of needs."""

    def __init__(self) -> None:
        super().__init__()
        self.used: list[tuple[Expression, bool]] = []  # names to resolve; True: must be a factor

    def expression(self, node: Node) -> Expression:
        """A name, a value with unit and reference, or one operation on expressions."""
        if isinstance(node.value, str):
            return self.name(node)
        if isinstance(node.value, list):
            message = "say what to do with this list, for example “sum:” or “product:”"
            self.problem(node, "expression", message)
            return Expression("sum", node.line, node.key)
        if "value" in node.value:
            quantity = self.quantity(node)
            return Expression("value", node.line, node.key, quantity=quantity)
        if len(node.value) != 1:
            message = "expected one operation here, such as “sum:” or “product:”"
            self.problem(node, "expression", message)
            return Expression("sum", node.line, node.key)
        ((op, inner),) = node.value.items()
        if op == "points":
            return self.points(inner)
        if op == "round":
            return self.rounding(inner)
        if op not in OPERATIONS:
            known = (*OPERATIONS, "points", "value")
            hint = did_you_mean(op, known)
            message = f"unknown operation.{hint} Known: {', '.join(sorted(known))}"
            self.problem(inner, "unknown_operation", message)
            return Expression("sum", inner.line, inner.key)
        parts = [inner] if op in _ONE_PART else self.items(inner)
        if op in _TWO_PARTS and len(parts) != 2:
            self.problem(inner, "expression", f"“{op}” takes exactly two things")
            return Expression("sum", inner.line, inner.key)
        return Expression(op, inner.line, inner.key, tuple(self.expression(part) for part in parts))

    def name(self, node: Node) -> Expression:
        name = self.text(node)
        if name[:1].isdigit() or name[:1] in "-.+":
            self.quantity(node)  # says that a bare number needs its unit and reference
            return Expression("sum", node.line, node.key)
        expression = Expression("name", node.line, node.key, name=name)
        if name:
            self.used.append((expression, False))
        return expression

    def points(self, node: Node) -> Expression:
        """`Σ indicator × points`: unit and reference once for the block, or on each line."""
        fields = self.fields(node, required=["of"], optional=["unit", "reference"])
        shared = {
            "unit": self.text(fields.get("unit")),
            "reference": self.reference(fields.get("reference")),
        }
        entries = self.entries(fields.get("of"))
        if "of" in fields and not entries:
            self.problem(fields["of"], "expression", "there is nothing to count")
        parts = []
        for name, entry in entries.items():
            complete = shared if all(shared.values()) or entry.kind == "mapping" else None
            quantity = self.quantity(entry, number_key="points", defaults=complete)
            factor = Expression("value", entry.line, entry.key, quantity=quantity)
            counted = Expression("name", entry.line, entry.key, name=name)
            self.used.append((counted, False))
            parts.append(Expression("product", entry.line, entry.key, (factor, counted)))
        return Expression("sum", node.line, node.key, tuple(parts))

    def rounding(self, node: Node) -> Expression:
        fields = self.fields(node, required=["of", "decimals"], optional=["halves"])
        part = self.expression(fields["of"]) if "of" in fields else None
        return Expression(
            "round",
            node.line,
            node.key,
            (part,) if part else (),
            decimals=self.whole(fields.get("decimals"), default=0, least=0, most=30),
            half_up=self.choice(fields.get("halves"), ("even", "up"), default="even") == "up",
        )

    def resolve(
        self,
        indicators: dict[str, Indicator],
        values: dict[str, Quantity],
        factors: dict[str, Factor],
    ) -> None:
        """Every name used must be an indicator, a value or a factor."""
        everything = [*indicators, *values, *factors]
        for expression, factors_only in self.used:
            known = list(factors) if factors_only else everything
            if expression.name not in known:
                kind = "factor" if factors_only else "indicator, value or factor"
                hint = did_you_mean(expression.name, known)
                node = Node(expression.line, expression.key, expression.name)
                self.problem(
                    node, "unknown_name", f"no {kind} is called “{expression.name}”.{hint}"
                )
