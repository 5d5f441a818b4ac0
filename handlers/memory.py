"""What a dialogue remembers, and where: one value for each channel identity."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from handlers.message import Choice
from knowledge.vietnamese import fold, one_line, strip_accents

CHOICES_LIVE: Final = timedelta(hours=24)  # a number that answers an older list is never guessed
_CHOSEN: Final = re.compile(r"(?:so |chon |muc |cau )?(\d{1,2}|mot|hai|ba|bon|nam|sau|bay|tam|chin)(?: ?[.)])?(?: (?:nhe|a|nha))?")
_SPOKEN: Final = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")


def number_of(text: str) -> int | None:
    """The number of a choice that `text` is, and nothing else: "2", "số 2", "mục 2 ạ", "hai"; None for other words."""
    match = _CHOSEN.fullmatch(strip_accents(fold(one_line(text))))
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else _SPOKEN.index(match[1]) + 1


@dataclass(frozen=True)
class Memory:
    """The state of one dialogue. `context` is the key of the last place spoken of."""

    choices: tuple[Choice, ...] = ()
    choices_at: datetime | None = None
    context: str = ""
    as_of: date | None = None
    language: str = "vi"
    card: str = ""  # the procedure spoken of last
    province: str | None = None  # asked once, when a rule of one province would answer; "" for none of those with rules
    waiting: str = ""  # the question that waits for the province
    asked: str = ""  # the last question of law, and
    told: str = ""  # what was answered, for a report about it
    step: str = ""  # the question of the report dialogue that waits for an answer; "" outside of it
    report: str = ""  # the report that is spoken of: a draft, or one that a message is to be added to
    offered: tuple[Choice, ...] = ()  # the provisions to choose from for the draft, as they were shown: numbers of a list do not shift
    heard: Mapping[str, str] = field(default_factory=dict)  # which message filled which field of the draft, by the channel's id

    def chosen(self, number: int, now: datetime) -> Choice | None:
        """The choice with this number, None when the list is too old or shorter."""
        if self.choices_at is None or now - self.choices_at > CHOICES_LIVE:
            return None
        return self.choices[number - 1] if 1 <= number <= len(self.choices) else None


class Memories(Protocol):
    """Where memories are kept; a database later, a dictionary now."""

    def load(self, channel: str, person: str) -> Memory:
        """The memory of this identity, an empty one for a stranger."""
        ...

    def save(self, channel: str, person: str, memory: Memory) -> None:
        """Keep `memory` for this identity."""
        ...


class InMemory:
    """Memories of the last identities that wrote; lost when the process ends."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str], Memory] = OrderedDict()

    def load(self, channel: str, person: str) -> Memory:
        """The memory of this identity, an empty one for a stranger."""
        return self._kept.get((channel, person), Memory())

    def save(self, channel: str, person: str, memory: Memory) -> None:
        """Keep `memory`; the identity that was silent longest is forgotten first."""
        self._kept[(channel, person)] = memory
        self._kept.move_to_end((channel, person))
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
