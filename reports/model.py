"""A difficulty report as values: who reports, what is in the way, what was said, what was done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from knowledge.provision import Ref
from reports.states import State


class ReporterKind(StrEnum):
    """Who reports."""

    COMMUNE = "commune"
    DEPARTMENT = "department"
    FIRM = "firm"
    HOUSEHOLD = "household"
    OTHER = "other"


class Regime(StrEnum):
    """Under which rules a report is answered; `routing.yaml` and `clocks.yaml` cite them."""

    APPLYING = "applying"  # a difficulty in applying a rule: asks for guidance
    DOCUMENT = "document"  # the content of a legal document, QĐ 48/2025/QĐ-TTg
    ADMINISTRATIVE = "administrative"  # an administrative rule, NĐ 20/2008/NĐ-CP


class Problem(StrEnum):
    """What is wrong with the provision, in the words of QĐ 48/2025/QĐ-TTg."""

    CONTRADICTORY = "contradictory"
    OVERLAPPING = "overlapping"
    SEVERAL_READINGS = "several_readings"
    UNCLEAR = "unclear"
    UNREASONABLE = "unreasonable"
    INFEASIBLE = "infeasible"
    COSTLY = "costly"
    OTHER = "other"


class Field(StrEnum):
    """The subject of a report, by which it is routed."""

    CLUSTERS = "clusters"
    PROMOTION = "promotion"
    TWO_LEVELS = "two_levels"
    OTHER = "other"


class Source(StrEnum):
    """How a report came: in the chat, or written down by staff for someone."""

    CHAT = "chat"
    PHONE = "phone"
    MEETING = "meeting"
    LETTER = "letter"


class Unfixed(StrEnum):
    """A report that names no provision: there is none, or the reporter does not know it."""

    NONE = "none"
    UNKNOWN = "unknown"


class NameSeen(StrEnum):
    """Who may see the name and contact of the reporter."""

    MINISTRY_AND_DEPARTMENT = "ministry_and_department"
    MINISTRY = "ministry"


class Author(StrEnum):
    """Who said or did something; a reader must see which it was."""

    REPORTER = "reporter"
    OFFICIAL = "official"
    MACHINE = "machine"


@dataclass(frozen=True, order=True)
class Identity:
    """A person as a channel knows them; `person` is opaque and unique within the channel."""

    channel: str
    person: str


@dataclass(frozen=True)
class Actor:
    """Who acts on a report: `name` is a staff name, empty for reporter and machine."""

    author: Author
    name: str = ""

    def __str__(self) -> str:
        return f"{self.author}:{self.name}" if self.name else str(self.author)


@dataclass(frozen=True)
class Reporter:
    """What is held about a person: all of it optional but the identity; places by official code."""

    identity: Identity
    name: str = ""
    contact: str = ""
    kind: ReporterKind | None = None
    province: str = ""
    commune: str = ""
    noticed_at: datetime | None = None  # when the privacy notice was shown, before the first datum

    @property
    def exportable(self) -> bool:
        """True when the national portal would take a report of this person: it asks for a name and a contact."""
        return bool(self.name.strip() and self.contact.strip())


@dataclass(frozen=True)
class Dues:
    """The last days of the clocks that run; None where one has stopped or never ran."""

    forward: date | None = None
    first_notice: date | None = None
    answer: date | None = None


@dataclass(frozen=True)
class Report:
    """One difficulty. `version` is the one that was read: a store refuses to write over a later one."""

    id: str
    reporter: Identity | None  # None once it was erased
    state: State = State.DRAFT
    version: int = 0
    number: str = ""
    code_hash: str = ""
    text: str = ""
    first_words: str = ""  # as first sent, until erased
    provision: Ref | Unfixed | None = None  # None: not asked yet
    regime: Regime | None = None
    problem: Problem | None = None
    field: Field | None = None
    task_group: int | None = None  # 1 to 10, Chỉ thị 20/CT-BCT
    proposal: str = ""
    source: Source = Source.CHAT
    province: str = ""  # where the difficulty is, by official code
    commune: str = ""
    publication: bool | None = None  # None: not asked; never assumed
    name_seen: NameSeen | None = None
    desk: str = ""
    copied: tuple[str, ...] = ()
    merged_into: str = ""
    created_at: datetime | None = None
    received_at: datetime | None = None
    closed_at: datetime | None = None
    erased_at: datetime | None = None
    dues: Dues = Dues()

    @property
    def is_draft(self) -> bool:
        """True until it is submitted."""
        return self.state is State.DRAFT


@dataclass(frozen=True)
class Message:
    """One contribution to the thread of a report; `name` is shown with an official's words."""

    id: str
    report: str
    author: Author
    text: str
    at: datetime
    name: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file of a report: what is known about it; its bytes lie in the store under `digest`."""

    id: str
    report: str
    name: str
    kind: str
    size: int
    digest: str  # SHA-256 of the content, in hex
    at: datetime


@dataclass(frozen=True)
class Line:
    """A line of history: who changed what, from which value to which, and why. Words of a person never stand here."""

    report: str
    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""
    why: str = ""


class NoticeKind(StrEnum):
    """What a person is told when somebody else has acted on their report."""

    TAKEN = "taken"
    FORWARDED = "forwarded"
    ASKED = "asked"
    REPLIED = "replied"
    MERGED = "merged"
    SEPARATED = "separated"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Notice:
    """A message to be sent: facts, no sentence. One `dedupe` is sent once, whatever happens."""

    to: Identity
    kind: NoticeKind
    report: str
    number: str
    dedupe: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Change:
    """All that one act alters: kept in one transaction, or not at all."""

    report: Report
    history: tuple[Line, ...]
    messages: tuple[Message, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Tombstone:
    """What the audit keeps of an erasure: no personal datum; `mark` is a keyed hash of the identity."""

    mark: str
    reports: tuple[str, ...]
    erased_at: datetime
