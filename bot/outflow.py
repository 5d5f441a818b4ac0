"""How fast messages leave: so many to one person, to one group and in all; first come, first served, nobody held up by another chat."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import Final

_MANY: Final = 1000  # chats that are remembered before those with nothing to remember are dropped


@dataclass(frozen=True)
class Limits:
    """Messages, and seconds; the figures are those of Telegram's Bot FAQ."""

    private_every: float = 1.0  # to one person, on the long run
    private_burst: int = 3  # what may go at once to a person who was sent nothing lately
    group_most: int = 20  # in any stretch of `group_seconds`
    group_seconds: float = 60.0
    all_most: int = 30  # in any stretch of `all_seconds`
    all_seconds: float = 1.0


class Outflow:
    """Hands out turns to send. `now` counts seconds and never goes back; `sleep` waits for some."""

    def __init__(
        self, limits: Limits | None = None, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._limits, self._now, self._sleep = limits or Limits(), now, sleep
        self._all, self._line = _Window(self._limits.all_most, self._limits.all_seconds), asyncio.Lock()
        self._chats: dict[tuple[int | str, bool], _Chat] = {}

    async def turn(self, chat: int | str, group: bool) -> None:
        """Wait until one message may be sent to `chat`. A wait that is cancelled has used up nothing."""
        known = self._chat(chat, group)
        known.users += 1
        try:
            # Who waits for the limit of a chat waits in the line of that chat; only who may go stands in the common line.
            async with known.line:
                await self._until(known.rate)
                async with self._line:
                    await self._until(self._all)
                    now = self._now()
                    known.rate.take(now)
                    self._all.take(now)
        finally:
            known.users -= 1

    def due(self, chat: int | str, group: bool) -> float:
        """Seconds until the limit of `chat` alone would let a message through, those aside that wait already."""
        known = self._chats.get((chat, group))
        return 0.0 if known is None else max(0.0, known.rate.at() - self._now())

    async def _until(self, rate: "_Bucket | _Window") -> None:
        while (left := rate.at() - self._now()) > 0:
            await self._sleep(left)

    def _chat(self, chat: int | str, group: bool) -> "_Chat":
        if (known := self._chats.get((chat, group))) is not None:
            return known
        if len(self._chats) >= _MANY:
            now = self._now()
            self._chats = {key: one for key, one in self._chats.items() if one.users or not one.rate.idle(now)}
        limits = self._limits
        rate = _Window(limits.group_most, limits.group_seconds) if group else _Bucket(limits.private_burst, limits.private_every)
        return self._chats.setdefault((chat, group), _Chat(rate))


class _Bucket:
    """A token bucket of `burst`, one more each `every` seconds, kept as the time at which it will be full."""

    def __init__(self, burst: int, every: float) -> None:
        self._every, self._slack, self._full = every, (burst - 1) * every, -inf

    def at(self) -> float:
        """The time from which a message may go."""
        return self._full - self._slack

    def take(self, now: float) -> None:
        """A message goes."""
        self._full = max(self._full, now) + self._every

    def idle(self, now: float) -> bool:
        """True when it is as good as a new one."""
        return now >= self._full


class _Window:
    """At most `most` in any stretch of `seconds`: exact, where a bucket lets its burst and its rate through together."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds, self._most, self._times = seconds, most, deque[float](maxlen=most)

    def at(self) -> float:
        """The time from which a message may go."""
        return self._times[0] + self._seconds if len(self._times) == self._most else -inf

    def take(self, now: float) -> None:
        """A message goes."""
        self._times.append(now)

    def idle(self, now: float) -> bool:
        """True when it is as good as a new one."""
        return not self._times or now >= self._times[-1] + self._seconds


class _Chat:
    """One chat: its limit, its line, and how many stand in it."""

    def __init__(self, rate: _Bucket | _Window) -> None:
        self.rate, self.line, self.users = rate, asyncio.Lock(), 0
