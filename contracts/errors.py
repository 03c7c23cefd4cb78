"""The error tree.

HubError
├── InvalidInput   what was sent is wrong; sending it again unchanged cannot succeed
├── NotFound       nothing with that name is visible to the caller
├── Forbidden      the caller's key does not carry the right that is needed
├── Unauthorized   no key, or a key that is unknown or revoked
├── Conflict       it contradicts what is already recorded
├── Gone           it was there, and is no longer served in this form
├── TooLarge       over a stated limit
├── TooMany        more often than a stated limit; come back later
└── Unavailable    a part that is needed is not ready; try again later

Every error carries a stable `code`, an English and a Thai sentence, and where one field is at fault the path to it.
"""

import msgspec


class FieldError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault of one field, as a publisher reads it. `value` is never a full identifier."""

    code: str
    path: str
    message_en: str
    message_th: str
    row: int | None = None
    hint: str | None = None


class HubError(Exception):
    """Something went wrong, and it is known what."""

    default_code = "HUB_ERROR"

    def __init__(
        self,
        message_en: str,
        *,
        message_th: str | None = None,
        code: str | None = None,
        path: str | None = None,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(message_en)
        self.message_en = message_en
        self.message_th = message_th or message_en
        self.code = code or self.default_code
        self.path = path
        self.errors = errors


class InvalidInput(HubError):
    """What was sent is wrong; sending it again unchanged cannot succeed."""

    default_code = "INVALID_INPUT"


class NotFound(HubError):
    """Nothing with that name is visible to the caller."""

    default_code = "NOT_FOUND"


class Forbidden(HubError):
    """The caller's key does not carry the right that is needed."""

    default_code = "FORBIDDEN"


class Unauthorized(HubError):
    """No key, or a key that is unknown or revoked."""

    default_code = "UNAUTHORIZED"


class Conflict(HubError):
    """It contradicts what is already recorded."""

    default_code = "CONFLICT"


class Gone(HubError):
    """It was there, and is no longer served in this form."""

    default_code = "GONE"


class TooLarge(HubError):
    """Over a stated limit."""

    default_code = "TOO_LARGE"


class TooMany(HubError):
    """More often than a stated limit; `retry_after` says in how many seconds it may be tried again."""

    default_code = "TOO_MANY"
    retry_after = 1


class Unavailable(HubError):
    """A part that is needed is not ready; try again later."""

    default_code = "UNAVAILABLE"
