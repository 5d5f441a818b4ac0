"""Keeps what a Zalo channel brings, whole or not at all; and reads the values of events, which strangers write."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot import zalo_texts as words
from bot.channels import whole
from handlers.message import Block, BlockKind, Reply
from handlers.post import Event, Outgoing, Post, reply_payload

_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")
Sentence = tuple[str, str]


@dataclass(frozen=True)
class News:
    """What one event brings: a message; a sentence for `person`, kept once for each `dedupe`; a person who is back."""

    event: Event | None = None
    says: Sentence | None = None
    person: str = ""
    dedupe: str = ""
    place: Mapping[str, Any] = field(default_factory=dict)
    back: bool = False


class Intake:
    """Keeps what comes in a channel, and then nudges."""

    def __init__(self, channel: str, post: Post, nudge: Callable[[], None], now: Callable[[], datetime], each_chat: int) -> None:
        self._channel, self._post, self._nudge, self._now, self._most = channel, post, nudge, now, each_chat

    async def keep(self, news: News) -> None:
        """Keep it, whole or not at all; it is committed when this returns. Raises what the database raises."""
        await whole(self._keep(news))

    async def _keep(self, news: News) -> None:
        async with self._post.work(first=True) as work:
            event, says, dedupe = news.event, news.says, news.dedupe
            if event is not None:
                full = await work.inbox.waiting(self._channel, event.person) >= self._most
                if full and await work.inbox.find(self._channel, event.event_id) is None:
                    says, dedupe = words.too_many(self._most), f"full:{event.person}:{int(self._now().timestamp() // 60)}"
                else:
                    await work.inbox.put(event)
            if news.back:
                await work.outbox.release(self._channel, news.person)
            if says is not None:
                english = (await work.conversations.load(self._channel, news.person)).language == "en"
                reply = Reply((Block(BlockKind.LEAD, says[english]),))
                payload = reply_payload(reply, news.place)
                await work.outbox.add(Outgoing(self._channel, news.person, f"{self._channel}:{dedupe}", payload), self._now())
        self._nudge()


# --- values of events ---------------------------------------------------------------------------------


def mapping(value: object) -> Mapping[str, Any]:
    """`value` where it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def string(value: object) -> str:
    """`value` where it is a string, else ""."""
    return value if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """`value` as an id that can be kept and sent back, "" where it is none: ids are strings, or whole numbers, never others."""
    said = str(value) if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)) else ""
    return said if _ID.fullmatch(said) else ""


def digest(value: Mapping[str, Any]) -> str:
    """A short name of an event that has no id: the same event has the same name."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:40]


def named(value: object) -> str:
    """The name of an event as it may stand in a log."""
    return re.sub(r"[^\w.]", "?", string(value))[:60] or "?"


def header(headers: Mapping[str, str], name: str) -> str:
    """The value of a header, however its name is spelt; "" where it is absent."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def whole_number(value: object) -> int | None:
    """An error number, which may be a string."""
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
