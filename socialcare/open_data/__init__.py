"""Open data: the public figures as files that anybody can take, from any website, without a key.

A file's bytes depend on what is stored and on nothing else, so that its hash can be published beside it.
"""
