"""How static files are kept for serving: compressed, each under a name that holds the hash of what is in it."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Scripts name each other by `import … from "./…"`. Those names are hashed too: only hashed files are kept."""

    support_js_module_import_aggregation = True
