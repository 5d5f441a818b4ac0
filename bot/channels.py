"""What the worker asks of a channel, and how a channel says that it could not deliver."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from handlers.message import File, Reply

T = TypeVar("T")
Progress = Callable[[int], Awaitable[None]]


class Undeliverable(Exception):
    """This person cannot be reached now, for `reason`: the message is held until they write again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(Exception):
    """The platform asks to wait `seconds`, for `reason`."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds, self.reason = seconds, reason


class Channel(Protocol):
    """One way to people. A reply may need several messages: those that were sent are counted and not sent again."""

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        """Deliver `reply` less its first `skip` messages, return the platform's id.

        Between two messages `sent` is told how many are out; after the last one nothing is told.

        Raises Undeliverable, Later, or whatever else went wrong, after which it is tried again.
        """
        ...

    async def fetch(self, file: File) -> File:
        """`file` with its content, or with the trouble why not."""
        ...

    def busy(self, place: Mapping[str, Any]) -> AbstractAsyncContextManager[None]:
        """Show the person that an answer is being prepared, while the context lasts."""
        ...


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Do `work` to its end, even if this task is cancelled meanwhile: a unit of work that is cut short leaves a connection behind."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
