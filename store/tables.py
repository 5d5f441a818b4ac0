"""The tables, declared once; `migrations/` brings a database to this shape and a test compares the two."""

from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from reports.rules import storable

Payload = dict[str, Any]


class Moment(TypeDecorator[datetime]):
    """A point in time, kept in UTC: SQLite has no zones, and a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is not None and value.tzinfo is None:
            raise ValueError(value)
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Words(TypeDecorator[str]):
    """A text of any length, without what no database can hold: NUL and lone surrogates, which a phone can send."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else storable(value)


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration can drop it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, Payload: JSON, str: Words}  # noqa: RUF012


# SQLite counts up only a column of type INTEGER.
Counter: Final = BigInteger().with_variant(Integer, "sqlite")
Short: Final = String(255)


class ConversationRow(Base):
    """What a dialogue remembers: one row a channel identity, `version` grows with each save."""

    __tablename__ = "conversation"
    channel: Mapped[str] = mapped_column(Short, primary_key=True)
    person: Mapped[str] = mapped_column(Short, primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    memory: Mapped[Payload]
    touched_at: Mapped[datetime | None] = mapped_column(index=True)


class QueueRow(Base):
    """What inbox and outbox share: whose conversation, where it stands, who holds it."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(Short)
    person: Mapped[str] = mapped_column(Short)
    payload: Mapped[Payload]
    state: Mapped[str] = mapped_column(Short)
    rank: Mapped[int] = mapped_column(default=0, server_default="0")  # lower goes first among the oldest rows of conversations
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    claimed_by: Mapped[str] = mapped_column(Short, default="")
    claimed_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")


class InboxRow(QueueRow):
    """A message as it arrived. It is committed before its channel is told that it was received."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "event_id"), Index(None, "state", "channel", "person", "id"), Index(None, "channel", "person", "id"),
        Index(None, "state", "rank", "id"),  # the order of claims, so that one costs the same however many wait
    )  # fmt: skip
    event_id: Mapped[str] = mapped_column(Short)
    received_at: Mapped[datetime] = mapped_column(index=True)


class OutboxRow(QueueRow):
    """A message to be sent: facts or a reply. One `dedupe` stands once, so an act that is repeated sends nothing twice."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "channel", "person", "id"), Index(None, "channel", "person", "id"), Index(None, "state", "rank", "id"))
    answers: Mapped[int | None] = mapped_column(Counter)  # the inbox row that it replies to; NULL for news
    dedupe: Mapped[str] = mapped_column(Short, unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    platform_id: Mapped[str] = mapped_column(Short, default="")
    sent_at: Mapped[datetime | None]


class CarryingRow(Base):
    """A code that carries a conversation to another channel, by its hash, once."""

    __tablename__ = "carrying"
    __table_args__ = (Index(None, "channel", "person"),)
    code_hash: Mapped[str] = mapped_column(Short, primary_key=True)
    channel: Mapped[str] = mapped_column(Short)
    person: Mapped[str] = mapped_column(Short)
    until: Mapped[datetime]


class StaffRow(Base):
    """An official as a channel knows them; `name` is what reporters read."""

    __tablename__ = "staff"
    channel: Mapped[str] = mapped_column(Short, primary_key=True)
    person: Mapped[str] = mapped_column(Short, primary_key=True)
    name: Mapped[str]


class LinkRow(Base):
    """An identity that belongs with others: those of one circle are one person."""

    __tablename__ = "link"
    channel: Mapped[str] = mapped_column(Short, primary_key=True)
    person: Mapped[str] = mapped_column(Short, primary_key=True)
    circle: Mapped[str] = mapped_column(Short, index=True)


class TokenRow(Base):
    """The tokens of a platform that renews them. While `refreshing_until` lasts, `refreshing_by` alone renews them."""

    __tablename__ = "token"
    name: Mapped[str] = mapped_column(Short, primary_key=True)
    access: Mapped[str]
    refresh: Mapped[str]
    expires_at: Mapped[datetime]
    refreshing_by: Mapped[str] = mapped_column(Short, default="")
    refreshing_until: Mapped[datetime | None]
    alarm: Mapped[str] = mapped_column(default="")  # what a human must mend, "" for nothing


class ReporterRow(Base):
    """What is held about a person."""

    __tablename__ = "reporter"
    channel: Mapped[str] = mapped_column(Short, primary_key=True)
    person: Mapped[str] = mapped_column(Short, primary_key=True)
    name: Mapped[str]
    contact: Mapped[str]
    kind: Mapped[str | None] = mapped_column(Short)
    province: Mapped[str] = mapped_column(Short)
    commune: Mapped[str] = mapped_column(Short)
    noticed_at: Mapped[datetime | None]


class ReportRow(Base):
    """A report; `version` refuses a write over a later one. `number` is NULL until it is received."""

    __tablename__ = "report"
    __table_args__ = (Index(None, "channel", "person"), Index(None, "state", "received_at"))
    id: Mapped[str] = mapped_column(Short, primary_key=True)
    channel: Mapped[str | None] = mapped_column(Short)
    person: Mapped[str | None] = mapped_column(Short)
    state: Mapped[str] = mapped_column(Short)
    version: Mapped[int]
    number: Mapped[str | None] = mapped_column(Short, unique=True)
    code_hash: Mapped[str] = mapped_column(Short)
    text: Mapped[str]
    first_words: Mapped[str]
    fault: Mapped[str | None] = mapped_column(Short)  # "provision", "none", "unknown"; NULL: not asked yet
    document: Mapped[str | None]
    article: Mapped[str | None]
    clause: Mapped[str | None]
    point: Mapped[str | None]
    regime: Mapped[str | None] = mapped_column(Short)
    problem: Mapped[str | None] = mapped_column(Short)
    field: Mapped[str | None] = mapped_column(Short)
    task_group: Mapped[int | None]
    proposal: Mapped[str]
    source: Mapped[str] = mapped_column(Short)
    province: Mapped[str] = mapped_column(Short)
    commune: Mapped[str] = mapped_column(Short)
    publication: Mapped[bool | None]
    name_seen: Mapped[str | None] = mapped_column(Short)
    desk: Mapped[str] = mapped_column(Short)
    copied: Mapped[list[str]] = mapped_column(JSON)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("report.id"), index=True)
    created_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    due_forward: Mapped[date | None]
    due_first_notice: Mapped[date | None]
    due_answer: Mapped[date | None]


class MessageRow(Base):
    """A contribution to the thread of a report; `sequence` keeps their order."""

    __tablename__ = "message"
    sequence: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Short, unique=True)
    report: Mapped[str] = mapped_column(ForeignKey("report.id"), index=True)
    author: Mapped[str] = mapped_column(Short)
    name: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]


class AttachmentRow(Base):
    """A file of a report; its bytes lie in the data directory under `digest`."""

    __tablename__ = "attachment"
    sequence: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Short, unique=True)
    report: Mapped[str] = mapped_column(ForeignKey("report.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(Short)
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(Short, index=True)
    at: Mapped[datetime]


class HistoryRow(Base):
    """A line of history: never changed; an erasure empties `why` of what it no longer may say."""

    __tablename__ = "history"
    sequence: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)
    report: Mapped[str] = mapped_column(ForeignKey("report.id"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]
    what: Mapped[str] = mapped_column(Short)
    before: Mapped[str]
    after: Mapped[str]
    why: Mapped[str]


class TombstoneRow(Base):
    """What the audit keeps of an erasure; `mark` is a keyed hash, so that a restored backup can be erased again."""

    __tablename__ = "tombstone"
    sequence: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)
    mark: Mapped[str] = mapped_column(Short, index=True)
    reports: Mapped[list[str]] = mapped_column(JSON)
    erased_at: Mapped[datetime]
