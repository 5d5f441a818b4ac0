"""Who writes next where few can: what arrives goes before what is worked off, but never all the time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_IN_A_ROW: Final = 8  # of those that go first, before one of the others has its turn
_FIRST, _REST = 0, 1


class Turns:
    """A semaphore of `most` with two lines. SQLite has one writer; who waits in a line does not try again and again.

    On PostgreSQL some write at once; more would only wait for one event loop, with what arrives among them. While
    something arrives, one of the others at most has a turn: working off a backlog must not make a platform wait.
    """

    def __init__(self, most: int = 1) -> None:
        self._most = most
        self._inside = [0, 0]
        self._lines: tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]] = (deque(), deque())
        self._in_a_row = 0

    @asynccontextmanager
    async def turn(self, first: bool) -> AsyncIterator[None]:
        """Have a turn; `first`: wait in the line that goes before the other."""
        line = _FIRST if first else _REST
        await self._wait(line)
        try:
            yield
        finally:
            self._leave(line)

    async def _wait(self, line: int) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines[line].append(called)
        self._call()
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._leave(line)  # it was called and has left: the next one's turn
            elif called in self._lines[line]:
                self._lines[line].remove(called)
            raise

    def _leave(self, line: int) -> None:
        self._inside[line] -= 1
        self._call()

    def _call(self) -> None:
        """Let in whose turn it is, as many as may be inside."""
        first, rest = self._lines
        while sum(self._inside) < self._most:
            may_rest = bool(rest) and not (self._inside[_REST] and (first or self._inside[_FIRST]))
            line = _REST if may_rest and (not first or self._in_a_row >= _IN_A_ROW) else _FIRST
            if not self._lines[line]:
                return
            called = self._lines[line].popleft()
            if not called.done():
                self._in_a_row = 0 if line == _REST else self._in_a_row + 1
                self._inside[line] += 1
                called.set_result(None)
