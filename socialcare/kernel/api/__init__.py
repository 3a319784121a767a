"""The API's plumbing: problems, pages, tags, keys, limits. It knows nothing of what the API is about."""
