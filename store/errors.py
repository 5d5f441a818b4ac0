"""What goes wrong in the store: facts, no sentences.

StoreError
├── Moved       a conversation that somebody else has saved since it was loaded
└── LostClaim   a claim that is no longer held: its lease ended and another worker may have it
"""


class StoreError(Exception):
    """The root of this tree."""


class Moved(StoreError):
    """The conversation of `person` on `channel` has a later version."""

    def __init__(self, channel: str, person: str) -> None:
        super().__init__(channel)  # an identity does not belong in a log
        self.channel, self.person = channel, person


class LostClaim(StoreError):
    """Row `row` of `table` is not held by the one who wants to finish it."""

    def __init__(self, table: str, row: int) -> None:
        super().__init__(f"{table} {row}")
        self.table, self.row = table, row
