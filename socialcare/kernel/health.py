"""Whether this process can do its work: the database, its tables and the broker, asked one after another.

It answers with codes. What went wrong in detail is for the log of the server concerned, not for whoever asks.
"""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

BROKER_PATIENCE = 2  # seconds

# A login that row-level security does not bind shows everybody to everybody: better no service than that.
_ROLE = """
SELECT rolsuper OR rolbypassrls
       OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relnamespace = 'public'::regnamespace)
  FROM pg_roles r WHERE rolname = current_user
"""

# Found once in the life of a process: its own migrations do not change under it, and applied ones stay.
_is_migrated = False


def problems() -> list[str]:
    """What keeps this process from its work: `database`, `database-role`, `migrations`, `broker`. None is best."""
    return [*_database_problems(), *_broker_problems()]


def _database_problems() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ROLE)
            if cursor.fetchone()[0]:
                return ["database-role"]
        return [] if _migrated() else ["migrations"]
    except DatabaseError:
        return ["database"]


def _migrated() -> bool:
    """Whether every migration of this version is applied. One of a later version may be: an upgrade is under way."""
    global _is_migrated
    if not _is_migrated:
        loader = MigrationLoader(connection)
        _is_migrated = set(loader.graph.nodes) <= set(loader.applied_migrations)
    return _is_migrated


def _broker_problems() -> list[str]:
    broker = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_PATIENCE,
        socket_connect_timeout=BROKER_PATIENCE,
    )
    try:
        broker.ping()
    except redis.RedisError:
        return ["broker"]
    finally:
        broker.close()
    return []
