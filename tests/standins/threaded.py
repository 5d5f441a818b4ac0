"""A server in a thread with a loop of its own: the life that the stand-ins of platforms share."""

import asyncio
import threading
from typing import Self


class Threaded:
    """Runs `_serve` in a thread until it is stopped; use as a context manager or with start() and stop()."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._halt: asyncio.Event | None = None
        self._crash: BaseException | None = None

    async def _serve(self, ready: threading.Event) -> None:
        """Serve until `_halt` is set; `_loop` and `_halt` are this loop's, and `ready` is set once it listens."""
        raise NotImplementedError

    def start(self) -> Self:
        """Serve on free loopback ports; the addresses are known when this returns."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name=type(self).__name__, daemon=True)
        self._thread.start()
        if not ready.wait(30) or self._crash:
            raise RuntimeError("the stand-in did not start") from self._crash
        return self

    def stop(self) -> None:
        """Close all connections and join the thread; raises when the stand-in itself failed meanwhile."""
        if self._thread and self._loop and self._halt:
            self._loop.call_soon_threadsafe(self._halt.set)
            self._thread.join(10)
            if self._thread.is_alive():
                raise RuntimeError("the stand-in did not stop")
        self._thread = self._loop = None
        crash, self._crash = self._crash, None
        if crash:
            raise RuntimeError("the stand-in failed while answering") from crash

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, ready: threading.Event) -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:
            self._crash = error
            ready.set()
            raise
