"""The records of money: what shares it out, and the ledger's accounts and movements."""

from budgets.models.allocation import Allocation, AllocationRun, FormulaVersion, Pot
from budgets.models.ledger import Account, Movement

__all__ = ["Account", "Allocation", "AllocationRun", "FormulaVersion", "Movement", "Pot"]
