"""Runs the jobs of one conversation in order, those of different conversations side by side."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Final

Job = Callable[[], Awaitable[None]]

_log: Final = logging.getLogger(__name__)


class Lanes:
    """One queue for each conversation; `each` bounds one queue, `most` all of them together."""

    def __init__(self, each: int, most: int) -> None:
        self._each, self._most = each, most
        self._waiting: dict[Hashable, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self._room = asyncio.Event()
        self._room.set()

    def length(self, lane: Hashable) -> int:
        """How many jobs of `lane` wait or run."""
        return len(self._waiting.get(lane, ()))

    def put(self, lane: Hashable, job: Job) -> bool:
        """Queue `job` behind the others of `lane`; False when that queue is full."""
        if self.length(lane) >= self._each:
            return False
        self._counted(1)
        if (waiting := self._waiting.get(lane)) is not None:
            waiting.append(job)
            return True
        self._waiting[lane] = deque([job])
        task = asyncio.create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def room(self) -> None:
        """Wait until fewer than `most` jobs are queued in all."""
        await self._room.wait()

    async def close(self, seconds: float) -> None:
        """Let what is queued finish within `seconds`, then cancel the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, lane: Hashable) -> None:
        jobs = self._waiting[lane]
        try:
            while jobs:
                await self._do(jobs[0])
                jobs.popleft()
                self._counted(-1)
        finally:
            self._counted(-len(jobs))
            del self._waiting[lane]

    async def _do(self, job: Job) -> None:
        try:
            await job()
        except Exception:
            _log.exception("a queued job failed")

    def _counted(self, change: int) -> None:
        self._count += change
        if self._count < self._most:
            self._room.set()
        else:
            self._room.clear()


class Seen:
    """The last `size` keys that were taken."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._keys: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, key: Hashable) -> bool:
        """Remember `key`; False when it was there."""
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > self._size:
            self._keys.popitem(last=False)
        return True
