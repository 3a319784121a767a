"""The records of money: the ledger's accounts and movements."""

from budgets.models.ledger import Account, Movement

__all__ = ["Account", "Movement"]
