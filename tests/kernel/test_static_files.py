"""The static files that are gathered for serving: all that pages ask for, and none that no page uses."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def asked_for() -> set[str]:
    """Every static file that a template of ours names."""
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")]
    return {
        path for text in texts for path in re.findall(r"\{% static ['\"]([^'\"]+)['\"] %\}", text)
    }


def test_what_pages_ask_for_is_gathered_and_nothing_unused(tmp_path: Path) -> None:
    storage = {"BACKEND": "socialcare.kernel.storage.HashedStaticFiles"}
    with override_settings(
        STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": storage}
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    gathered = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert asked_for()
    assert asked_for() <= set(gathered)
    # Each under the name with its hash only, beside its compressed copies.
    assert all((tmp_path / name).exists() for name in gathered.values())
    assert not any((tmp_path / name).exists() for name in gathered)
    assert not [name for name in gathered if name.startswith(("rest_framework/", "drf_"))]
    # Scripts find each other by those names too.
    asking = [
        (tmp_path / name, path)
        for name in gathered.values()
        if name.endswith(".js") and not name.startswith(("drf_", "vendor/", "debug"))
        for path in re.findall(
            r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""", (tmp_path / name).read_text()
        )
    ]
    assert asking
    assert not [path for script, path in asking if not (script.parent / path).exists()]
