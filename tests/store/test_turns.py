"""The lock with two lines: what goes first, that the others have their turn, that a wait that is given up blocks nobody."""

import asyncio

import pytest

from store.turns import Turns


async def test_what_arrives_goes_before_what_is_worked_off() -> None:
    turns, order = Turns(), list[str]()

    async def one(name: str, first: bool) -> None:
        async with turns.turn(first):
            order.append(name)
            await asyncio.sleep(0)

    async with turns.turn(False):
        tasks = [asyncio.create_task(one(n, n.startswith("a"))) for n in ("w1", "w2", "a1", "a2")]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["a1", "a2", "w1", "w2"]


async def test_the_others_have_their_turn_under_a_flood() -> None:
    turns, order = Turns(), list[str]()

    async def one(name: str, first: bool) -> None:
        async with turns.turn(first):
            order.append(name)

    async with turns.turn(True):
        tasks = [asyncio.create_task(one("w", False)), *(asyncio.create_task(one("a", True)) for _ in range(30))]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order.index("w") <= 9


@pytest.mark.parametrize("called", [False, True])
async def test_a_wait_that_is_given_up_blocks_nobody(called: bool) -> None:
    turns = Turns()

    async def hold() -> None:
        async with turns.turn(False):
            await asyncio.sleep(10)

    async with turns.turn(False):
        gone = asyncio.create_task(hold())
        await asyncio.sleep(0)
        if not called:
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
    if called:
        gone.cancel()  # it was called, and has not begun
        await asyncio.gather(gone, return_exceptions=True)
    async with asyncio.timeout(1), turns.turn(True):
        pass


async def test_never_two_at_once() -> None:
    turns, inside = Turns(), 0

    async def one(first: bool) -> None:
        nonlocal inside
        async with turns.turn(first):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(one(n % 3 == 0) for n in range(50)))


async def test_while_something_arrives_one_of_the_others_at_most_is_inside() -> None:
    turns, inside, most = Turns(3), 0, list[int]()

    async def work() -> None:
        nonlocal inside
        async with turns.turn(False):
            inside += 1
            most.append(inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(6)))
    assert max(most) == 3
    most.clear()
    async with turns.turn(True):
        await asyncio.gather(*(work() for _ in range(6)))
    assert max(most) == 1
