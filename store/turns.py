"""Who writes next where few can: what arrives goes before what is worked off, but never all the time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_IN_A_ROW: Final = 8  # of those that go first, before one of the others has its turn


class Turns:
    """A semaphore of `most` with two lines. SQLite has one writer; who waits in a line does not try again and again.

    On PostgreSQL some write at once; more would only wait for one event loop, with what arrives among them.
    """

    def __init__(self, most: int = 1) -> None:
        self._free = most
        self._lines: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = (deque(), deque())
        self._in_a_row = 0

    @asynccontextmanager
    async def turn(self, first: bool) -> AsyncIterator[None]:
        """Have a turn; `first`: wait in the line that goes before the other."""
        await self._wait(first)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, first: bool) -> None:
        if self._free:
            self._free -= 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._lines[0 if first else 1]
        line.append(called)
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._next()  # it was called and has left: the next one's turn
            elif called in line:
                line.remove(called)
            raise

    def _next(self) -> None:
        first, rest = self._lines
        while first or rest:
            turn_of_rest = bool(rest) and (not first or self._in_a_row >= _IN_A_ROW)
            self._in_a_row = 0 if turn_of_rest else self._in_a_row + 1
            called = (rest if turn_of_rest else first).popleft()
            if not called.done():
                called.set_result(None)
                return
        self._free += 1
