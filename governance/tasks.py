"""Governance's timed work."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from governance import audit
from governance.actions import sessions


@shared_task(name="governance.publish_audit_head")
def publish_audit_head() -> None:
    audit.publish_heads(Path(settings.AUDIT_HEAD_FILE))


@shared_task(name="governance.forget_sessions")
def forget_sessions() -> None:
    sessions.forget_what_is_over()
