"""What arrives and what is to be sent, kept before anything is promised: the values, and what is asked of a store."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from handlers.memory import Memory
from handlers.message import Block, BlockKind, Choice, File, Incoming, Reply
from reports.model import Identity
from reports.store import Reports

Payload = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A message of a channel. `event_id` is the channel's own id of it: the same one is taken once."""

    channel: str
    event_id: str
    person: str
    payload: Payload
    received_at: datetime


@dataclass(frozen=True)
class Arrived:
    """A message in the hands of a worker, until its lease ends. `attempts` counts this one; not `more`: no other can be taken now."""

    id: int
    token: str
    event: Event
    attempts: int
    more: bool = True


@dataclass(frozen=True)
class Outgoing:
    """A message to a person. One `dedupe` is kept once; `answers` is the inbox row that it replies to, None for news."""

    channel: str
    person: str
    dedupe: str
    payload: Payload
    answers: int | None = None


@dataclass(frozen=True)
class Sending:
    """A message in the hands of a worker, until its lease ends. More than one attempt may mean that it was sent already."""

    id: int
    token: str
    message: Outgoing
    attempts: int
    more: bool = True  # as Arrived has it


@dataclass(frozen=True)
class Undelivered:
    """A message that could not be sent, as an operator sees it: `state` is "held" or "dead", `since` when it was put there to be sent."""

    id: int
    channel: str
    state: str
    attempts: int
    since: datetime
    error: str
    number: str = ""  # of the report that it is about


@dataclass(frozen=True)
class TokenPair:
    """What lets us into a platform: `access` until `expires_at`, "" before the first; `alarm` says what a human must mend, "" for nothing."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    alarm: str = ""


@dataclass(frozen=True)
class Turn:
    """One line of a thread as it is shown: what a person wrote and the reply to it, or news without a question."""

    number: int  # of the inbox row; of the outbox row, negative, for news
    asked: Payload | None
    reply: Payload | None
    at: datetime
    failed: bool = False

    @property
    def waiting(self) -> bool:
        """True until there is a reply, or none can be had."""
        return self.reply is None and not self.failed


class Inbox(Protocol):
    """What arrived, handed out in the order of each conversation."""

    async def put(self, event: Event) -> int | None:
        """Keep `event` and return its row; None when it was kept before."""
        ...

    async def find(self, channel: str, event_id: str) -> int | None:
        """The row of an event that was kept."""
        ...

    async def waiting(self, channel: str, person: str) -> int:
        """How many messages of this conversation wait."""
        ...

    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Arrived | None:
        """Take the next message."""
        ...

    async def done(self, arrived: Arrived, *, emptied: bool = False) -> bool:
        """Finish it; `emptied` drops what was written. True where another of its conversation waits behind it."""
        ...

    async def failed(self, arrived: Arrived, error: str, again_at: datetime | None) -> None:
        """Put it back until `again_at`; None gives it up."""
        ...


class Outbox(Protocol):
    """What is to be sent, in the order of each conversation."""

    async def add(self, message: Outgoing, now: datetime) -> bool:
        """Keep `message`; False when it was kept before."""
        ...

    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Sending | None:
        """Take the next message to send."""
        ...

    async def progress(self, sending: Sending, parts: int, until: datetime) -> None:
        """So many messages of it have been sent: they are not sent again. It stays in the same hands until `until`."""
        ...

    async def sent(self, sending: Sending, now: datetime, platform_id: str = "") -> bool:
        """It was sent. True where another of its conversation waits behind it."""
        ...

    async def retry(self, sending: Sending, error: str, at: datetime) -> None:
        """It failed and waits until `at`."""
        ...

    async def hold(self, sending: Sending, error: str) -> None:
        """It cannot be delivered now."""
        ...

    async def divert(self, sending: Sending, to: Identity, now: datetime) -> None:
        """It goes to another identity of the same person."""
        ...

    async def give_up(self, sending: Sending, error: str) -> None:
        """It has failed too often."""
        ...

    async def release(self, channel: str, person: str) -> int:
        """Let what is held for this person be sent again; what is just being sent to them is not held then."""
        ...

    async def resume(self, channel: str, reason: str) -> int:
        """Let what is held in a channel for a reason that begins so be sent again: the channel itself is mended."""
        ...

    async def undelivered(self, limit: int, number: str = "") -> Sequence[Undelivered]:
        """What is held or given up, at most `limit`: what is about a report first; with a number only what is about that one."""
        ...

    async def counts(self) -> dict[str, int]:
        """How many messages stand in each state."""
        ...


class Conversations(Protocol):
    """What dialogues remember."""

    async def load(self, channel: str, person: str) -> Memory:
        """The memory of this identity."""
        ...

    async def save(self, channel: str, person: str, memory: Memory, now: datetime) -> None:
        """Keep `memory`."""
        ...


class Threads(Protocol):
    """What was said in a conversation, for a channel that shows it itself."""

    async def of(self, channel: str, person: str, limit: int) -> Sequence[Turn]:
        """The newest turns of a conversation, oldest first."""
        ...

    async def backlog(self) -> dict[str, tuple[int, datetime]]:
        """How many messages wait in the inbox of each channel, and when the oldest of them came."""
        ...

    async def standing(self) -> dict[tuple[str, str], int]:
        """How many messages of the outbox are not sent, by channel and state."""
        ...

    async def newest(self, channel: str, person: str) -> int:
        """A number that grows with every message to this person."""
        ...


class Carrying(Protocol):
    """Codes that carry a conversation to another channel."""

    async def code(self, identity: Identity, now: datetime) -> str:
        """A new code for this person; the ones before are void."""
        ...

    async def owner(self, code: str, to: Identity, now: datetime) -> Identity | None:
        """Whose code it is, used up by this; None where no such code is valid."""
        ...

    async def take(self, code: str, to: Identity, now: datetime) -> Identity | None:
        """Move all that belongs to the person of `code` to `to`; None where no such code is valid."""
        ...


class Tokens(Protocol):
    """Token pairs by name. A refresh token works once, so one process at a time renews a pair, under a lease."""

    async def get(self, name: str) -> TokenPair | None:
        """The pair as it stands now."""
        ...

    async def begin(self, name: str, refresh: str, now: datetime) -> None:
        """Keep the first refresh token; what stood before is void."""
        ...

    async def claim(self, name: str, by: str, now: datetime, lease: timedelta) -> bool:
        """Let `by` alone renew the pair; False where another does, or there is none."""
        ...

    async def replace(self, name: str, old: str, new: TokenPair) -> bool:
        """Put `new` in the place of the pair whose refresh token is `old`; False where that pair stands no more."""
        ...

    async def free(self, name: str, by: str) -> None:
        """End the lease of `by`."""
        ...

    async def alarm(self, name: str, refresh: str, what: str) -> None:
        """Say that a human must mend the pair with this refresh token."""
        ...


class Links(Protocol):
    """Which identities are one person."""

    async def circle(self, identity: Identity) -> frozenset[Identity]:
        """All identities of this person, this one included."""
        ...

    async def join(self, one: Identity, other: Identity) -> None:
        """The two are one person from now on."""
        ...

    async def leave(self, identity: Identity) -> bool:
        """This identity stands alone again."""
        ...


class Staff(Protocol):
    """Who of those that write is an official."""

    async def name(self, identity: Identity) -> str | None:
        """The name of this official as reporters read it; None for everyone else."""
        ...

    async def enrol(self, identity: Identity, name: str) -> None:
        """This identity is an official's from now on."""
        ...


class Work(Protocol):
    """The stores of one unit of work: they share one transaction."""

    @property
    def conversations(self) -> Conversations:
        """Memories."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What arrived."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""
        ...

    @property
    def reports(self) -> Reports:
        """Reports."""
        ...

    @property
    def threads(self) -> Threads:
        """What is shown."""
        ...

    @property
    def carrying(self) -> Carrying:
        """Codes."""
        ...

    @property
    def tokens(self) -> Tokens:
        """Tokens of platforms."""
        ...

    @property
    def staff(self) -> Staff:
        """Who is an official."""
        ...

    @property
    def links(self) -> Links:
        """Which identities are one person."""
        ...

    @property
    def files(self) -> "Contents":
        """The content of files: kept at once, not with the transaction; what no row names is swept away."""
        ...


class Contents(Protocol):
    """The content of files, by its hash."""

    async def put(self, content: bytes) -> str:
        """Keep `content`, durably, and return its hash."""
        ...

    async def get(self, digest: str) -> bytes:
        """The content with this hash; FileNotFoundError where there is none."""
        ...


class Post(Protocol):
    """Units of work that happen whole or not at all."""

    @property
    def files(self) -> Contents:
        """The content of files."""
        ...

    async def drop(self, digests: Collection[str]) -> None:
        """Remove content that must not be kept, unless something else names it."""
        ...

    def work(self, *, first: bool = False) -> AbstractAsyncContextManager[Work]:
        """One transaction that writes; keep it short. `first`: something has arrived, and somebody waits for the word that it was kept."""
        ...

    def look(self) -> AbstractAsyncContextManager[Work]:
        """One transaction that only reads."""
        ...


# --- as JSON ------------------------------------------------------------------------------------------


def incoming_payload(incoming: Incoming, place: Mapping[str, Any] | None = None) -> Payload:
    """`incoming` as it is kept; `place` is what the channel needs to answer in the same place."""
    kept: Payload = {"text": incoming.text, "language": incoming.language, "place": dict(place or {})}
    if incoming.choice is not None:
        kept["choice"] = incoming.choice
    if incoming.as_of is not None:
        kept["as_of"] = incoming.as_of.isoformat()
    if incoming.message:
        kept["message"] = incoming.message
    if incoming.edits:
        kept["edits"] = True
    if incoming.group:
        kept["group"] = True
    if incoming.quoted:
        kept["quoted"] = incoming.quoted
    if incoming.files:
        kept["files"] = [{"name": f.name, "size": f.size, "digest": f.digest, "remote": f.remote} for f in incoming.files]
    return kept


def incoming_of(event: Event) -> Incoming:
    """The message that was kept."""
    kept = event.payload
    as_of, choice = kept.get("as_of"), kept.get("choice")
    if choice is not None and not (choice.isascii() and choice.isprintable()):
        choice = ""  # no token of ours; None would make a text of it
    return Incoming(
        event.channel, event.person, str(kept.get("text", "")), choice, str(kept.get("language", "vi")),
        date.fromisoformat(as_of) if as_of else None, event.received_at, str(kept.get("message", "")), bool(kept.get("edits")),
        bool(kept.get("group")), tuple(File(**f) for f in kept.get("files", ())), str(kept.get("quoted", "")),
    )  # fmt: skip


def reply_payload(reply: Reply, place: Mapping[str, Any] | None = None) -> Payload:
    """`reply` as it is kept until it is sent."""
    return {
        "kind": "reply", "blocks": [[str(b.kind), b.text] for b in reply.blocks], "choices": [[c.label, c.token] for c in reply.choices],
        "place": dict(place or {}),
    }  # fmt: skip


def reply_of(payload: Payload) -> Reply:
    """The reply that was kept."""
    blocks = tuple(Block(BlockKind(kind), text) for kind, text in payload.get("blocks", ()))
    return Reply(blocks, tuple(Choice(label, token) for label, token in payload.get("choices", ())))
