"""The states of a report, grouped by meaning, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a report stands. Code asks `is_open` and `is_closed`, it does not compare labels."""

    DRAFT = "draft"
    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    WAITING = "waiting"  # for the reporter
    FORWARDED = "forwarded"
    REOPENED = "reopened"
    ANSWERED = "answered"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    OUT_OF_SCOPE = "out_of_scope"

    @property
    def is_open(self) -> bool:
        """True while the report waits for somebody and its clocks run."""
        return self in _OPEN

    @property
    def is_closed(self) -> bool:
        """True once nobody owes anything; it may be reopened."""
        return self in _CLOSED

    def may_become(self, other: "State") -> bool:
        """True when `other` may follow."""
        return other in FOLLOWS[self]


_OPEN: Final = frozenset({State.RECEIVED, State.UNDER_REVIEW, State.WAITING, State.FORWARDED, State.REOPENED})
_CLOSED: Final = frozenset({State.ANSWERED, State.MERGED, State.WITHDRAWN, State.OUT_OF_SCOPE})
_WORKED_ON: Final = frozenset({State.UNDER_REVIEW, State.WAITING, State.FORWARDED})
_AFTER_OPEN: Final = _WORKED_ON | _CLOSED

# A state follows itself where the act may be repeated: asked twice, forwarded again.
FOLLOWS: Final[Mapping[State, frozenset[State]]] = {
    State.DRAFT: frozenset({State.RECEIVED, State.WITHDRAWN}),
    State.RECEIVED: _AFTER_OPEN,
    State.UNDER_REVIEW: _AFTER_OPEN - {State.UNDER_REVIEW},
    State.WAITING: _AFTER_OPEN,
    State.FORWARDED: _AFTER_OPEN,
    State.REOPENED: _AFTER_OPEN,
    State.ANSWERED: frozenset({State.REOPENED}),
    State.MERGED: frozenset({State.REOPENED}),
    State.WITHDRAWN: frozenset({State.REOPENED}),
    State.OUT_OF_SCOPE: frozenset({State.REOPENED}),
}
