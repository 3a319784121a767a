"""The one kind of error that rules and actions raise, so that pages and the API can tell people what to do."""


class DomainError(Exception):
    """Something a person asked for cannot be done, and why.

    `code` is stable and for machines (`no-mandate`); `message` is one plain sentence for people.
    """

    status = 400

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotAllowed(DomainError):
    """The acting user may see the thing but may not do this to it."""

    status = 403


class Missing(DomainError):
    """There is no such thing, or the acting user may not know that there is."""

    status = 404

    def __init__(self, code: str = "missing", message: str = "We cannot find that.") -> None:
        super().__init__(code, message)


class Conflict(DomainError):
    """The thing has changed, or is in a state that does not allow this."""

    status = 409
