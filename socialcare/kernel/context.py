"""What every page knows about the service itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def service(request: HttpRequest | None = None) -> dict[str, Any]:
    """The service's name, whether this is the demonstration, and where its source and its people are."""
    return {
        "service_name": settings.SERVICE_NAME,
        "is_demo": settings.DEMO,
        "source_url": settings.SOURCE_URL,
        "contact_email": settings.CONTACT_EMAIL,
    }
