"""The records of money: what shares it out, what-ifs about that, and the ledger's accounts and movements."""

from budgets.models.allocation import Allocation, AllocationRun, FormulaVersion, Pot
from budgets.models.ledger import Account, Movement
from budgets.models.prices import CostFactor, PriceVersion
from budgets.models.what_if import WhatIf

__all__ = [
    "Account",
    "Allocation",
    "AllocationRun",
    "CostFactor",
    "FormulaVersion",
    "Movement",
    "Pot",
    "PriceVersion",
    "WhatIf",
]
