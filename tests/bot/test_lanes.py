"""Jobs of one lane run in order, one slow lane holds up no other, and a failing job stops nothing."""

import asyncio
import logging

import pytest

from bot.lanes import Job, Lanes, Seen


def writes(done: list[str], name: str, gate: asyncio.Event | None = None) -> Job:
    """A job that writes its name, after `gate` where one is given."""

    async def job() -> None:
        if gate:
            await gate.wait()
        done.append(name)

    return job


async def test_order_within_a_lane_and_freedom_between_lanes() -> None:
    lanes, done, gate = Lanes(10, 100), list[str](), asyncio.Event()
    for n in range(3):
        assert lanes.put("slow", writes(done, f"slow {n}", gate))
        assert lanes.put("free", writes(done, f"free {n}"))
    await asyncio.sleep(0.01)
    assert (done, lanes.length("slow"), lanes.length("free")) == (["free 0", "free 1", "free 2"], 3, 0)
    gate.set()
    await lanes.close(1)
    assert done[3:] == ["slow 0", "slow 1", "slow 2"]


async def test_a_full_lane_refuses_and_a_full_house_waits() -> None:
    lanes, done, gate = Lanes(2, 3), list[str](), asyncio.Event()
    assert [lanes.put("a", writes(done, "a", gate)) for _ in range(3)] == [True, True, False]
    await asyncio.wait_for(lanes.room(), 1)
    assert lanes.put("b", writes(done, "b", gate))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lanes.room(), 0.01)
    gate.set()
    await asyncio.wait_for(lanes.room(), 1)
    await lanes.close(1)
    assert sorted(done) == ["a", "a", "b"]


async def test_a_failing_job_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    lanes, done = Lanes(10, 10), list[str]()

    async def fails() -> None:
        raise RuntimeError("một lỗi")

    lanes.put("a", fails)
    lanes.put("a", writes(done, "sau"))
    await lanes.close(1)
    assert done == ["sau"]
    assert "một lỗi" in caplog.text
    assert caplog.records[0].levelno == logging.ERROR


async def test_what_does_not_finish_is_cancelled() -> None:
    lanes, done = Lanes(10, 10), list[str]()
    lanes.put("a", writes(done, "không bao giờ", asyncio.Event()))
    await lanes.close(0.01)
    assert (done, lanes.length("a")) == ([], 0)
    await asyncio.wait_for(lanes.room(), 1)


def test_seen_forgets_the_oldest() -> None:
    seen = Seen(2)
    assert [seen.add(key) for key in (1, 1, 2, 3, 1)] == [True, False, True, True, True]
