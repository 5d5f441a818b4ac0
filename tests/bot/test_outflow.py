"""The limits of what is sent, on a clock of the tests."""

import asyncio
import heapq
import random
from collections.abc import Coroutine, Iterable
from itertools import count
from typing import Any

import pytest

from bot import outflow
from bot.outflow import Limits, Outflow


class Clock:
    """Time that passes only when everybody sleeps."""

    def __init__(self) -> None:
        self.now, self._sleepers, self._order = 0.0, list[tuple[float, int, asyncio.Future[None]]](), count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), woken))
        await woken

    async def settle(self) -> None:
        for _ in range(400):
            await asyncio.sleep(0)

    async def run(self, works: Iterable[Coroutine[Any, Any, None]]) -> None:
        tasks = [asyncio.create_task(work) for work in works]
        await self.settle()
        while not all(task.done() for task in tasks):
            await self.pass_on()
        await asyncio.gather(*tasks)

    async def pass_on(self) -> None:
        """Let time pass to the next who wakes."""
        self.now, _, woken = heapq.heappop(self._sleepers)
        if not woken.done():
            woken.set_result(None)
        await self.settle()


class Desk:
    """Sends, and notes when."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock = Clock()
        self.outflow = Outflow(limits, self.clock, self.clock.sleep)
        self.sent: list[tuple[float, int, int]] = []  # when, chat, number

    async def send(self, chat: int, number: int = 0, at: float = 0.0) -> None:
        if at > self.clock.now:
            await self.clock.sleep(at - self.clock.now)
        await self.outflow.turn(chat, chat < 0)
        self.sent.append((self.clock.now, chat, number))

    def times(self, chat: int) -> list[float]:
        return [round(at, 6) for at, to, _ in self.sent if to == chat]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_three_to_a_quiet_person_go_at_once_and_the_next_each_a_second(desk: Desk) -> None:
    await desk.clock.run([desk.send(1, n) for n in range(6)] + [desk.send(1, 6, at=20), desk.send(1, 7, at=20), desk.send(1, 8, at=20), desk.send(1, 9, at=20)])
    assert desk.times(1) == [0, 0, 0, 1, 2, 3, 20, 20, 20, 21]
    assert [number for _, _, number in desk.sent] == list(range(10))


async def test_a_group_gets_twenty_in_any_minute(desk: Desk) -> None:
    await desk.clock.run([desk.send(-1, n) for n in range(41)])
    assert desk.times(-1) == [0.0] * 20 + [60.0] * 20 + [120.0]


async def test_thirty_in_all_in_any_second_in_the_order_in_which_they_came(desk: Desk) -> None:
    await desk.clock.run([desk.send(chat) for chat in range(1, 101)])
    assert [chat for _, chat, _ in desk.sent] == list(range(1, 101))
    assert [at for at, _, _ in desk.sent] == [0] * 30 + [1] * 30 + [2] * 30 + [3] * 10


async def test_who_waits_for_an_own_limit_holds_up_nobody_else(desk: Desk) -> None:
    await desk.clock.run([*(desk.send(-7, n) for n in range(60)), *(desk.send(1, n) for n in range(20)), *(desk.send(chat) for chat in (2, 3, 4))])
    assert desk.times(2) == desk.times(3) == desk.times(4) == [0]
    assert desk.times(1)[:4] == [0, 0, 0, 1]


@pytest.mark.parametrize("seed", range(4))
async def test_the_bounds_hold_in_any_stretch_of_time(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    chats = [1, 2, 3, -1, -2, *range(10, 60)]
    await desk.clock.run([desk.send(chance.choice(chats), n, at=chance.uniform(0, 6)) for n in range(250)])
    assert len(desk.sent) == 250
    every = [at for at, _, _ in desk.sent]
    assert every == sorted(every)
    assert all(later - at >= 1 - 1e-9 for at, later in zip(every, every[30:], strict=False))
    for chat in chats:
        times = desk.times(chat)
        if chat < 0:
            assert all(later - at >= 60 - 1e-6 for at, later in zip(times, times[20:], strict=False))
        for first, at in enumerate(times if chat > 0 else ()):
            assert all(n + 1 <= 3 + (last - at) + 1e-5 for n, last in enumerate(times[first:]))


async def test_a_wait_that_is_cancelled_uses_up_nothing(desk: Desk) -> None:
    await desk.clock.run([desk.send(1, n) for n in range(3)])
    waiting = [asyncio.create_task(desk.send(1, n)) for n in (3, 4, 5)]
    await desk.clock.settle()
    waiting[0].cancel()
    waiting[1].cancel()
    await desk.clock.settle()
    while not waiting[2].done():
        await desk.clock.pass_on()
    assert desk.times(1) == [0, 0, 0, 1]


async def test_how_long_a_chat_would_wait(desk: Desk) -> None:
    assert desk.outflow.due(1, False) == 0
    await desk.clock.run([desk.send(1, n) for n in range(3)] + [desk.send(-1, n) for n in range(20)])
    assert (desk.outflow.due(1, False), desk.outflow.due(-1, True), desk.outflow.due(2, False)) == (1, 60, 0)
    desk.clock.now = 59.5
    assert (desk.outflow.due(1, False), desk.outflow.due(-1, True)) == (0, 0.5)


async def test_chats_with_nothing_to_remember_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outflow, "_MANY", 10)
    desk = Desk(Limits(all_most=1000))
    await desk.clock.run([desk.send(-1, n) for n in range(20)])
    for chat in range(1, 100):
        desk.clock.now += 0.5  # a person is quiet after a second, the group after a minute
        await desk.outflow.turn(chat, False)
        assert len(desk.outflow._chats) <= 11
        assert ((-1, True) in desk.outflow._chats) or desk.clock.now >= 60


async def test_the_true_clock(desk: Desk) -> None:
    out = Outflow(Limits(all_most=5, all_seconds=0.2))
    loop = asyncio.get_running_loop()
    times = list[float]()

    async def send(chat: int) -> None:
        await out.turn(chat, False)
        times.append(loop.time())

    await asyncio.gather(*(send(chat) for chat in range(12)))
    assert all(later - at >= 0.19 for at, later in zip(times, times[5:], strict=False))
