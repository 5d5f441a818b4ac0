"""Measures how late the event loop is while texts are embedded, and while an index is built and switched beside a running service.

    python -m benchmarks.lag [--texts 5000] [--limit 50]

Prints a Markdown table: median, 99th percentile and maximum in milliseconds, a timer of 5 ms being asked for again and again.
Exits 1 where a 99th percentile is over the limit. People ask questions all the while, as in the service.
"""

import argparse
import asyncio
import itertools
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot import build
from bot.settings import Settings
from handlers.memory import Memory
from handlers.message import Incoming
from handlers.talk import Talk
from knowledge.embedder import StaticEmbedder

ROOT: Final = Path(__file__).parents[1]
TICK: Final = 0.005
QUESTIONS: Final = (
    "CCN muốn mở rộng thì cần điều kiện gì?", "Ai phê duyệt báo cáo kinh tế kỹ thuật hạ tầng cụm công nghiệp?", "Mức chi hỗ trợ máy móc khuyến công?",
    "Thẩm quyền thành lập cụm công nghiệp hiện nay?", "Điều 8 Nghị định 32/2024", "Hồ sơ thành lập cụm công nghiệp gồm những gì?",
)  # fmt: skip
DECREE: Final = (
    "CHÍNH PHỦ\nSố: 01/2030/NĐ-CP\nNGHỊ ĐỊNH\nVề việc thử\nĐiều 1. Phạm vi điều chỉnh\n1. Nghị định này quy định việc thử.\na) Thử một;\nb) Thử hai.\n"
    "Điều 2. Hiệu lực thi hành\nNghị định này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2030.\n"
)


@dataclass(frozen=True)
class Lag:
    """How late the loop was, in milliseconds, and for how many seconds it was watched."""

    late: tuple[float, ...]
    seconds: float

    def at(self, share: float) -> float:
        """The lateness that this share of the ticks did not exceed."""
        return sorted(self.late)[min(len(self.late) - 1, int(len(self.late) * share))]


async def watched(work: Awaitable[object]) -> Lag:
    """The lag of this loop until `work` is done."""
    late: list[float] = []

    async def tick() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            late.append((loop.time() - due) * 1000)

    began, ticking = time.perf_counter(), asyncio.create_task(tick())
    try:
        await work
    finally:
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
    return Lag(tuple(late) or (0.0,), time.perf_counter() - began)


async def asking(talk: Talk) -> None:
    """Questions one after another, four a second at most, until cancelled."""
    for question in itertools.cycle(QUESTIONS):
        await talk.think(Incoming("telegram", "lan", question), Memory())
        await asyncio.sleep(0.25)


async def command(data: Path, *words: str) -> None:
    """A command of the assistant beside this process."""
    environment = {**os.environ, "CAUNOI_DATA_DIR": str(data)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode()[-2000:])


async def measured(data: Path, texts: Sequence[str]) -> dict[str, Lag]:
    """The lag of each phase."""
    settings = Settings(_env_file=None, data_dir=data)  # type: ignore[call-arg]
    live = build.LiveAnswers(settings, lambda _: None)
    people = asyncio.create_task(asking(build.talk(settings, live)))
    decree = data / "nghi-dinh-thu.txt"
    decree.write_text(DECREE, encoding="utf-8")
    model = StaticEmbedder()
    try:
        await asyncio.sleep(1)
        found = {"only questions": await watched(asyncio.sleep(8))}
        found[f"{len(texts)} texts are embedded in a thread"] = await watched(asyncio.to_thread(model.encode, texts))
        found["another process ingests and builds an index"] = await watched(command(data, "ingest", str(decree)))
        switched: list[bool] = []

        async def refresh() -> None:
            switched.append(await asyncio.to_thread(live.refresh))

        found["the new index is opened in a thread"] = await watched(refresh())
        if switched != [True]:
            raise RuntimeError("the index was not switched")
        await asyncio.sleep(0.5)
        return found
    finally:
        people.cancel()
        with suppress(asyncio.CancelledError):
            await people


def main(given: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where the loop was too late."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--limit", type=float, default=50, help="milliseconds")
    args = parser.parse_args(given)
    chance, words = random.Random(1), " ".join(QUESTIONS).lower().split()
    texts = [" ".join(chance.choices(words, k=chance.randint(8, 60))) for _ in range(args.texts)]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder), texts))
    load = os.getloadavg()[0]
    print(f"{datetime.now(build.HANOI):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}\n")
    print("| while | seconds | p50 ms | p99 ms | max ms |\n| --- | --- | --- | --- | --- |")
    for name, lag in found.items():
        print(f"| {name} | {lag.seconds:.1f} | {lag.at(0.5):.1f} | {lag.at(0.99):.1f} | {max(lag.late):.1f} |")
    return int(any(lag.at(0.99) > args.limit for lag in found.values()))


if __name__ == "__main__":
    sys.exit(main())
