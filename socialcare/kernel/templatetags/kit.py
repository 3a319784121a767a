"""The page kit's tags and filters: small pieces that every page is built from."""

from django import template

from socialcare.kernel import money

register = template.Library()


@register.filter
def pounds(pence: int) -> str:
    """£1,234.56 for 123456 pence."""
    return money.pounds(pence)
