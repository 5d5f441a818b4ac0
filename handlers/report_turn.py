"""One message of the dialogue about reports: what came, what is remembered, and who can act on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import ModuleType
from typing import Any

from handlers.faults import Found
from handlers.memory import Memory
from handlers.message import Block, BlockKind, Incoming, Reply
from handlers.post import Work
from reports.chats import DeskChat
from reports.desk import DeskService
from reports.errors import BadAttachment, Classified, Conflict, NotAllowed, TooLong, TooMany
from reports.model import Identity, Message
from reports.places import Places
from reports.rules import Rules
from reports.service import Service


@dataclass(frozen=True)
class Clerk:
    """The use cases within one unit of work, and what they rest on."""

    service: Service
    desk: DeskService
    rules: Rules
    chats: Mapping[str, tuple[DeskChat, ...]] = field(default_factory=dict)  # by desk
    keeping: tuple[int, int] = (30, 90)  # days for which raw messages, and silent conversations, are kept

    @property
    def places(self) -> Places:
        """Provinces and communes."""
        return self.rules.places


@dataclass
class Turn:
    """The state of one turn; `memory` is replaced as the turn goes on."""

    incoming: Incoming
    memory: Memory
    clerk: Clerk
    work: Work
    say: ModuleType
    now: datetime
    found: Found
    forget: bool = field(default=False)
    erased: bool = field(default=False)

    @property
    def by(self) -> Identity:
        """Who speaks."""
        return Identity(self.incoming.channel, self.incoming.person)

    def remember(self, **changed: Any) -> None:
        """Change what is remembered."""
        self.memory = replace(self.memory, **changed)


def lead(text: str, *notes: str) -> Reply:
    """A reply of one sentence, and notes under it."""
    return Reply((Block(BlockKind.LEAD, text), *(Block(BlockKind.NOTE, n) for n in notes if n)), (), {"kind": "report"})


def official_words(say: ModuleType, said: Message) -> list[Block]:
    """What an official has said: under their name, in quotation marks."""
    return [Block(BlockKind.TITLE, say.official_says(said.name)), Block(BlockKind.QUOTE, said.text)]


def refused(error: Exception, say: ModuleType, now: datetime) -> str:
    """The sentence for what was not done; nothing has changed."""
    match error:
        case TooLong():
            return str(say.too_long_words(error.length, error.limit))
        case TooMany():
            return str(say.too_many(error.what, error.limit, error.free_at.astimezone(now.tzinfo)))
        case BadAttachment():
            return str(say.bad_file(error.name, error.reason))
        case Classified():
            return str(say.classified(error.stamp))
        case NotAllowed():
            return str(say.not_allowed(error.state))
        case Conflict():
            return str(say.changed_meanwhile())
        case _:
            return str(say.no_such_report())
