"""Why a use case of reports was refused: facts, no sentences. The edge finds the words.

ReportError
├── NotFound        nothing that this person may see
├── Conflict        somebody else changed it first: read again
├── NumberTaken     a receipt number that is in use: draw another
└── Refused
    ├── NotAllowed      the state does not permit it
    ├── Locked          a field that this act may not change
    ├── Missing         fields that a report cannot do without
    ├── TooLong         a text over its limit
    ├── Classified      a word of classified papers
    ├── BadAttachment   a file that is not taken
    └── TooMany         a limit per hour
"""

from datetime import datetime
from enum import StrEnum

from reports.states import State


class ReportError(Exception):
    """The root of this tree."""


class NotFound(ReportError):
    """No such report, or not this person's: the two must not be told apart."""


class Conflict(ReportError):
    """`report` has moved on since it was read."""

    def __init__(self, report: str) -> None:
        super().__init__(report)
        self.report = report


class NumberTaken(ReportError):
    """`number` belongs to another report."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class Refused(ReportError):
    """What was asked is not done; nothing has changed."""


class NotAllowed(Refused):
    """`state` may not become `wanted`."""

    def __init__(self, state: State, wanted: State) -> None:
        super().__init__(f"{state} -> {wanted}")
        self.state, self.wanted = state, wanted


class Locked(Refused):
    """`fields` that filling a draft may not change."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Missing(Refused):
    """`fields` without which a report cannot be received."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class TooLong(Refused):
    """`field` has `length` characters, more than `limit`."""

    def __init__(self, field: str, length: int, limit: int) -> None:
        super().__init__(f"{field}: {length} > {limit}")
        self.field, self.length, self.limit = field, length, limit


class Classified(Refused):
    """`field` carries `stamp`, a word of classified papers."""

    def __init__(self, field: str, stamp: str) -> None:
        super().__init__(f"{field}: {stamp}")
        self.field, self.stamp = field, stamp


class BadFile(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"  # its content is none of the kinds that are taken
    DISGUISED = "disguised"  # its name says another kind than its content
    MACROS = "macros"
    ENCRYPTED = "encrypted"
    TOO_MANY = "too_many"  # files of one report


class BadAttachment(Refused):
    """The file `name` is not taken because of `reason`."""

    def __init__(self, name: str, reason: BadFile) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


class TooMany(Refused):
    """More than `limit` of `what` within the window; the next is taken from `free_at` on."""

    def __init__(self, what: str, limit: int, free_at: datetime) -> None:
        super().__init__(f"{what}: {limit}, {free_at:%H:%M}")
        self.what, self.limit, self.free_at = what, limit, free_at
