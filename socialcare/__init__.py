"""The project package: settings, addresses, background work, and pages composed from several apps."""

from socialcare.celery import app as celery_app

__all__ = ["celery_app"]
