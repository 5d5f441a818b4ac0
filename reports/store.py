"""What the use cases of reports ask of a store, of a clock and of chance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from reports.model import Attachment, Change, Identity, Line, Message, Report, Reporter, Tombstone


class Reports(Protocol):
    """Where reports are kept. Whatever is called between begin and commit of one unit of work happens together."""

    async def get(self, report: str) -> Report | None:
        """The report with this id."""
        ...

    async def by_number(self, number: str) -> Report | None:
        """The report with this receipt number, ten digits."""
        ...

    async def of(self, identity: Identity) -> Sequence[Report]:
        """All reports of a person, drafts too, newest first."""
        ...

    async def circle(self, identity: Identity) -> frozenset[Identity]:
        """All identities that are linked as one person, this one included."""
        ...

    async def merged_into(self, report: str) -> Sequence[Report]:
        """The reports that were merged into this one."""
        ...

    async def open(self, desk: str | None = None) -> Sequence[Report]:
        """The open reports, of one desk or of all, the one that is due first standing first."""
        ...

    async def compared(self, limit: int) -> Sequence[Report]:
        """The newest received reports that are open, answered or merged, to find similar ones among."""
        ...

    async def received_since(self, identity: Identity, since: datetime) -> Sequence[datetime]:
        """When reports of this person were received, from `since` on."""
        ...

    async def attached_since(self, identity: Identity, since: datetime) -> Sequence[datetime]:
        """When files of this person were taken, from `since` on."""
        ...

    async def thread(self, report: str) -> Sequence[Message]:
        """The messages of a report in their order."""
        ...

    async def attachments(self, report: str) -> Sequence[Attachment]:
        """The files of a report in their order."""
        ...

    async def history(self, report: str) -> Sequence[Line]:
        """What was done with a report, in its order."""
        ...

    async def keep(self, change: Change) -> Report:
        """Keep all of `change` and return the report with its new version; Conflict, NumberTaken."""
        ...

    async def reporter(self, identity: Identity) -> Reporter | None:
        """What is held about a person."""
        ...

    async def keep_reporter(self, reporter: Reporter) -> None:
        """Keep what a person said about themselves."""
        ...

    async def erase(self, identity: Identity, at: datetime) -> Tombstone:
        """Remove every word of this person; what stays of their reports names nobody."""
        ...


class Files(Protocol):
    """Where the content of attachments lies."""

    async def put(self, content: bytes) -> str:
        """Keep `content`, durably, and return its SHA-256 in hex."""
        ...


class Now(Protocol):
    """The time, aware, in Asia/Ho_Chi_Minh: days of the law begin there."""

    def __call__(self) -> datetime:
        """Now."""
        ...


class Codes(Protocol):
    """Numbers, secret codes and ids that nobody can guess."""

    def number(self) -> str:
        """A receipt number of ten digits."""
        ...

    def code(self) -> str:
        """A secret that opens a report from another channel."""
        ...

    def id(self) -> str:
        """An id that is never shown."""
        ...
