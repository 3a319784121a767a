"""Which static files are gathered for serving: those that some page uses.

Libraries bring others (a browsable API with its fonts and the maps for debugging it); gathering and compressing
those took most of the step's time in a first start. They are left out here by name, and nothing that a page asks for
is: `tests/kernel/test_static_files.py` compares.
"""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig

# Names of folders and files, as `collectstatic --ignore` takes them.
UNUSED = (
    "rest_framework",  # the browsable API, which the settings switch off
)


class UsedStaticFiles(StaticFilesConfig):
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *UNUSED]
