"""Works off inbox and outbox: one message of a conversation at a time, whatever happens in between.

    claim ─ one unit of work ─▶ think (slow, no store) ─▶ act ─ one unit of work: memory, reports, outbox, "done"
    claim ─ one unit of work ─▶ channel.send            ─▶ sent, later, held or dead
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.channels import Channel, Later, Undeliverable
from bot.metrics import SILENT, Watch
from handlers.memory import Memory
from handlers.message import Incoming
from handlers.notices import told
from handlers.post import Arrived, Outgoing, Post, Sending, Work, incoming_of, reply_payload
from handlers.report_turn import lead
from handlers.reporting import Outcome
from handlers.talk import Thought
from handlers.texts import texts
from reports.model import Identity

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """How much at once, and how long; times in seconds."""

    readers: int = 4
    senders: int = 4  # of each channel
    idle: float = 0.5  # how often a queue is looked at where nobody has said that something is there
    lease: float = 60.0  # longer than the slowest answer and the slowest file together
    retry_first: float = 1.0  # doubled at each failure
    retry_most: float = 300.0
    think_tries: int = 5  # failures, after which a message is given up
    begin_tries: int = 12  # begun so often and never ended: it ends the process
    suspect: int = 3  # from this beginning on it is worked off with no other begun beside it: a crash then tells which it was
    send_tries: int = 12
    house: float = 3600.0
    drain: float = 8.0  # for what is at hand when the worker is stopped

    def again(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts."""
        return timedelta(seconds=min(self.retry_first * 2 ** min(attempts - 1, 20), self.retry_most))


class Talking(Protocol):
    """The conversation, in two halves; `handlers.talk.Talk`."""

    async def think(self, incoming: Incoming, memory: Memory) -> Thought:
        """Find out what the message needs; nothing is kept yet."""
        ...

    async def act(self, thought: Thought, work: Work) -> Outcome:
        """Do what the message asks, in one unit of work."""
        ...

    async def unsent(self, message: Outgoing, reason: str, work: Work) -> None:
        """Tell whom it concerns that a message did not reach its person."""
        ...


class Worker:
    """Works for every channel of one process."""

    def __init__(
        self, post: Post, talk: Talking, channels: Mapping[str, Channel], now: Callable[[], datetime],
        rhythm: Rhythm | None = None, house: Callable[[], Awaitable[None]] | None = None, watch: Watch = SILENT,
    ) -> None:  # fmt: skip
        self._watch = watch
        self._post, self._talk, self._channels, self._now, self._house = post, talk, channels, now, house
        self._rhythm = rhythm or Rhythm()
        self._lease = timedelta(seconds=self._rhythm.lease)
        self._arrived, self._stopped, self._to_send = _Bell(), _Bell(), {name: _Bell() for name in channels}
        self._stopping = False
        self._gate = asyncio.Lock()  # claims are made one after another

    def nudge(self) -> None:
        """Something has arrived."""
        self._arrived.ring()

    async def run(self) -> None:
        """Work until cancelled, then finish what is at hand. A failure of the database is waited out."""
        loops = [self._forever(self.read, self._arrived) for _ in range(self._rhythm.readers)]
        loops += [self._forever(lambda n=name: self.deliver(n), bell) for name, bell in self._to_send.items() for _ in range(self._rhythm.senders)]  # type: ignore[misc]
        loops.append(self._tick())
        if self._house is not None:
            loops.append(self._keep_house(self._house))
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            # A task that is cancelled amid a unit of work leaves a connection that nobody closes: each ends its step instead.
            self._stopping = True
            for bell in (self._arrived, self._stopped, *self._to_send.values()):
                bell.ring_all()
            _, late = await asyncio.wait(tasks, timeout=self._rhythm.drain)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def drain(self) -> None:
        """Work off all that waits, then return: for commands and tests."""
        while await self.read():
            pass
        for name in self._channels:
            while await self.deliver(name):
                pass

    async def read(self) -> bool:
        """Take the next message and reply to it; False where none waits."""
        async with self._gate:
            async with self._post.work() as work:
                arrived = await work.inbox.claim(self._now(), self._lease, tuple(self._channels))
                if arrived is None:
                    return False
                memory = await work.conversations.load(arrived.event.channel, arrived.event.person)
            if arrived.attempts >= self._rhythm.suspect:
                await self._answer(arrived, memory)
                return True
        if arrived.more:
            self._arrived.ring()  # for another reader
        await self._answer(arrived, memory)
        return True

    async def _answer(self, arrived: Arrived, memory: Memory) -> None:
        """Think about a claimed message and act on it."""
        if arrived.attempts > self._rhythm.begin_tries:
            await self._give_up(arrived, "it was begun too often")
            return
        try:
            channel, place = self._channels[arrived.event.channel], arrived.event.payload.get("place", {})
            async with channel.busy(place):
                incoming = await self._with_files(incoming_of(arrived.event), channel)
                thought = await self._talk.think(incoming, memory)
            async with self._post.work() as work:
                if await work.conversations.load(incoming.channel, incoming.person) != memory:
                    raise _Moved
                outcome = await self._talk.act(thought, work)
                now = self._now()
                if not outcome.erased:
                    await work.conversations.save(incoming.channel, incoming.person, outcome.memory, now)
                    await work.outbox.release(incoming.channel, incoming.person)
                payload = reply_payload(outcome.reply, place)
                await work.outbox.add(Outgoing(incoming.channel, incoming.person, f"in:{arrived.id}", payload, arrived.id), now)
                behind = await work.inbox.done(arrived, emptied=outcome.forget)
        except Exception as error:
            await self._failed(arrived, error)
        else:
            if outcome.forget:
                await self._post.drop([f.digest for f in incoming.files if f.digest])
            self._to_send[arrived.event.channel].ring()
            if behind:
                self._arrived.ring()
            self._tell(arrived, outcome)

    def _tell(self, arrived: Arrived, outcome: Outcome) -> None:
        """Tell the watch of a reply: how long it took, of what kind it was."""
        kind, channel = str(outcome.reply.facts.get("kind", "")), arrived.event.channel
        self._watch.answered(channel, (self._now() - arrived.event.received_at).total_seconds(), kind)
        if kind == "fallback":
            self._watch.fell_back(channel)
        if kind == "receipt":
            self._watch.reported(channel)

    async def deliver(self, channel: str) -> bool:
        """Send the next message of a channel; False where none waits."""
        async with self._post.work() as work:
            sending = await work.outbox.claim(self._now(), self._lease, (channel,))
            if sending is None:
                return False
            # A reply has its words; news is put into words now, in the language of whoever reads it.
            news = sending.message.payload.get("kind") != "reply"
            language = (await work.conversations.load(channel, sending.message.person)).language if news else ""
        if sending.more:
            self._to_send[channel].ring()
        payload = sending.message.payload
        try:
            reply = told(payload, language)
            done = int(payload.get("parts_sent", 0))
            platform_id = await self._channels[channel].send(
                sending.message.person, reply, payload.get("place", {}), done, lambda parts: self._progress(sending, parts),
            )
            async with self._post.work() as work:
                behind = await work.outbox.sent(sending, self._now(), platform_id)
            if behind:
                self._to_send[channel].ring()
        except Exception as error:
            await self._not_sent(sending, error)
        return True

    async def _with_files(self, incoming: Incoming, channel: Channel) -> Incoming:
        files = []
        for file in incoming.files:
            if file.digest:
                try:
                    files.append(replace(file, content=await self._post.files.get(file.digest)))
                except FileNotFoundError:
                    files.append(replace(file, trouble="gone"))
            else:
                files.append(await channel.fetch(file))
        return replace(incoming, files=tuple(files))

    async def _progress(self, sending: Sending, parts: int) -> None:
        async with self._post.work() as work:
            await work.outbox.progress(sending, parts, self._now() + self._lease)

    async def _failed(self, arrived: Arrived, error: Exception) -> None:
        """Try the message again later, or say that it could not be answered."""
        if isinstance(error, _Moved):
            _log.info("a conversation has moved on meanwhile; its message is read again")
        else:
            _log.error("message %d failed at attempt %d: %s", arrived.id, arrived.attempts, type(error).__name__, exc_info=error)
        if arrived.attempts >= self._rhythm.think_tries:
            await self._give_up(arrived, type(error).__name__)
            return
        async with self._post.work() as work:
            await work.inbox.failed(arrived, type(error).__name__, self._now() + self._rhythm.again(arrived.attempts))

    async def _give_up(self, arrived: Arrived, error: str) -> None:
        event = arrived.event
        async with self._post.work() as work:
            language = (await work.conversations.load(event.channel, event.person)).language
            payload = reply_payload(lead(texts(language).trouble()), event.payload.get("place", {}))
            await work.outbox.add(Outgoing(event.channel, event.person, f"in:{arrived.id}", payload, arrived.id), self._now())
            await work.inbox.failed(arrived, error, None)
        self._to_send[event.channel].ring()
        self._arrived.ring()

    async def _not_sent(self, sending: Sending, error: Exception) -> None:
        async with self._post.work() as work:
            match error:
                case Undeliverable():
                    await self._held(sending, error.reason, work)
                case Later():
                    await work.outbox.retry(sending, error.reason, self._now() + timedelta(seconds=error.seconds))
                case _ if sending.attempts >= self._rhythm.send_tries:
                    _log.error("outbox %d is given up: %s", sending.id, type(error).__name__)
                    await work.outbox.give_up(sending, type(error).__name__)
                    await self._talk.unsent(sending.message, type(error).__name__, work)
                case _:
                    _log.warning("outbox %d failed at attempt %d: %s", sending.id, sending.attempts, type(error).__name__)
                    await work.outbox.retry(sending, type(error).__name__, self._now() + self._rhythm.again(sending.attempts))
        self._to_send[sending.message.channel].ring()  # where it is out of the way, what stands behind it goes on

    async def _held(self, sending: Sending, reason: str, work: Work) -> None:
        """What cannot be delivered goes to another channel of the same person, or is held until they write again."""
        message = sending.message
        circle = await work.links.circle(Identity(message.channel, message.person)) if message.answers is None else frozenset()
        others = [i for i in sorted(circle) if i.channel != message.channel and i.channel in self._channels and ">" not in message.dedupe]
        if others:
            _log.info("outbox %d goes to the linked channel %s: %s", sending.id, others[0].channel, reason)
            await work.outbox.divert(sending, others[0], self._now())
            self._to_send[others[0].channel].ring()
            return
        _log.info("outbox %d is held: %s", sending.id, reason)
        await work.outbox.hold(sending, reason)
        await self._talk.unsent(message, reason, work)

    async def _forever(self, step: Callable[[], Awaitable[bool]], bell: "_Bell") -> None:
        failures = 0
        while not self._stopping:
            try:
                await step()
                failures = 0
                await bell.wait()
            except Exception as error:
                failures += 1
                if failures & (failures - 1) == 0:  # the 1st, 2nd, 4th, 8th … of a long outage
                    _log.error("the queue cannot be worked off (%d): %s", failures, type(error).__name__)
                await self._stopped.wait(min(0.2 * 2 ** min(failures, 6), 10.0))

    async def _tick(self) -> None:
        """Let each queue be looked at by one who waits: for what is tried again, and what others have put there."""
        while not self._stopping:
            await self._stopped.wait(self._rhythm.idle)
            for bell in (self._arrived, *self._to_send.values()):
                bell.ring()

    async def _keep_house(self, house: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping:
            try:
                await house()
            except Exception as error:
                _log.error("housekeeping failed: %s", type(error).__name__)
            await self._stopped.wait(self._rhythm.house)


class _Moved(Exception):
    """The conversation was changed by something else than its messages."""


class _Bell:
    """Wakes one of those who wait; a ring is not lost where nobody waits yet. Who finds work rings for the next."""

    def __init__(self) -> None:
        self._rings = asyncio.Semaphore(0)

    def ring(self) -> None:
        if self._rings.locked():
            self._rings.release()

    def ring_all(self) -> None:
        for _ in range(64):
            self._rings.release()

    async def wait(self, seconds: float | None = None) -> None:
        """Wait for a ring, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rings.acquire()
        except TimeoutError:
            return
