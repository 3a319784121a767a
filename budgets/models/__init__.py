"""The records of money: what shares it out, what-ifs about that, the ledger, and people's own budgets."""

from budgets.models.allocation import Allocation, AllocationRun, FormulaVersion, Pot
from budgets.models.entitlements import Entitlement, EntitlementPayment, FundingGap
from budgets.models.ledger import Account, Movement
from budgets.models.prices import CostFactor, PriceVersion
from budgets.models.spending import (
    HealthContribution,
    Holding,
    Payee,
    Payment,
    StandingPayment,
)
from budgets.models.what_if import WhatIf

__all__ = [
    "Account",
    "Allocation",
    "AllocationRun",
    "CostFactor",
    "Entitlement",
    "EntitlementPayment",
    "FormulaVersion",
    "FundingGap",
    "HealthContribution",
    "Holding",
    "Movement",
    "Payee",
    "Payment",
    "Pot",
    "PriceVersion",
    "StandingPayment",
    "WhatIf",
]
