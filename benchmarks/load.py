"""Load on the whole service: pushes of three platforms at once, questions with their replies, a backlog. Run by hand.

`python -m benchmarks.load intake --rate 100 --seconds 600` pushes signed webhook calls of Telegram, Zalo Bot and Zalo OA at a
steady rate and prints how long the acknowledgements took; with `--disturb 4` all cores are taken for 4 s after 20 s, to see how
long it takes to recover. `questions --rate 20 --chats 100` asks by Telegram and Zalo Bot and
prints how long the replies took, from the push to the platform's call. `backlog --messages 10000` sends what many people are
to hear by Telegram while replies to others go on, and looks at order and rate. The service is a child process (of `backlog`,
worker and channel stand in this one); the platforms are stand-ins. `--database` takes a PostgreSQL address; SQLite otherwise.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
import httpx

from bot import build
from bot.settings import Settings
from bot.telegram import TelegramChannel
from bot.worker import Worker
from handlers.message import Block, BlockKind, Incoming, Reply
from handlers.post import Event, Outgoing, incoming_payload, reply_payload
from knowledge.answer import Answers
from store.database import Database
from tests.standins.telegram import TelegramStandin
from tests.standins.zalo_bot import ZaloBotStandin
from tests.standins.zalo_oa import ZaloOaStandin, signature

SECRET: Final = "load-secret-0123456789"
QUESTIONS: Final = (
    "ccn muon mo rong thi can dieu kien gi", "ai quyết định thành lập cụm công nghiệp", "hồ sơ thành lập cụm gồm những gì",
    "thời hạn thẩm định hồ sơ thành lập cụm bao nhiêu ngày", "khuyến công hỗ trợ máy móc tối đa bao nhiêu", "xã phải nộp báo cáo nào",
    "diện tích cụm công nghiệp tối đa bao nhiêu ha", "ai là chủ đầu tư hạ tầng cụm công nghiệp",
)  # fmt: skip


@contextmanager
def service(folder: Path, port: int, standins: tuple[TelegramStandin, ZaloBotStandin, ZaloOaStandin], database: str) -> Iterator[subprocess.Popen[bytes]]:
    """`bot run` with every channel by webhook."""
    telegram, zalo, oa = standins
    env = {
        **os.environ, "CAUNOI_DATA_DIR": str(folder), "CAUNOI_PORT": str(port), "CAUNOI_PUBLIC_URL": "https://127.0.0.1",
        "CAUNOI_TELEGRAM_TOKEN": telegram.token, "CAUNOI_TELEGRAM_API": telegram.base_url, "CAUNOI_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "CAUNOI_ZALO_BOT_TOKEN": zalo.token, "CAUNOI_ZALO_BOT_API": zalo.base_url, "CAUNOI_ZALO_BOT_SECRET": SECRET,
        "CAUNOI_ZALO_OA_APP_ID": oa.app_id, "CAUNOI_ZALO_OA_APP_SECRET": oa.app_secret, "CAUNOI_ZALO_OA_SECRET": oa.oa_secret,
        "CAUNOI_ZALO_OA_API": oa.base_url, "CAUNOI_ZALO_OA_OAUTH": oa.oauth_url, "CAUNOI_DATABASE": database, "CAUNOI_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    begin = [sys.executable, "-m", "bot", "channels", "oa-token"]
    subprocess.run(begin, env=env, input=f"{oa.refresh_token}\n".encode(), check=True, stdout=subprocess.DEVNULL)
    child = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=env)
    try:
        while child.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield child
    finally:
        child.terminate()
        child.wait(30)


def caller(port: int) -> aiohttp.ClientSession:
    """A client as the platforms are: connections are kept for less time than the service keeps them.

    httpx walks all connections for each request that waits: after a second's disturbance it took seconds a push by itself.
    """
    connections = aiohttp.TCPConnector(limit=200, keepalive_timeout=3)
    return aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connections, timeout=aiohttp.ClientTimeout(total=30))


class Pushes:
    """Calls of the three platforms, each with an id of its own."""

    def __init__(self, client: aiohttp.ClientSession, oa: ZaloOaStandin, chats: int) -> None:
        self._client, self._oa, self._chats, self._id = client, oa, chats, random.randrange(10**9)

    def _next(self) -> int:
        self._id += 1
        return self._id

    async def telegram(self, chat: int, text: str) -> int:
        number = self._next()
        person = {"id": chat, "is_bot": False, "first_name": "Lan", "language_code": "vi"}
        message = {"message_id": number, "date": int(time.time()), "chat": {"id": chat, "type": "private", "first_name": "Lan"}, "from": person, "text": text}
        body = {"update_id": number, "message": message}
        return await self._post("/hook/telegram", json.dumps(body).encode(), {"X-Telegram-Bot-Api-Secret-Token": SECRET})

    async def zalo(self, chat: int, text: str) -> int:
        message = {
            "message_id": f"z{self._next()}", "date": int(time.time() * 1000), "text": text, "chat": {"id": f"u{chat}", "chat_type": "PRIVATE"},
            "from": {"id": f"u{chat}", "display_name": "Lan", "is_bot": False},
        }  # fmt: skip
        body = {"ok": True, "result": {"event_name": "message.text.received", "message": message}}
        return await self._post("/hook/zalo-bot", json.dumps(body).encode(), {"X-Bot-Api-Secret-Token": SECRET})

    async def oa(self, chat: int, text: str) -> int:
        stamp = str(int(time.time() * 1000))
        raw = json.dumps({
            "app_id": self._oa.app_id, "event_name": "user_send_text", "sender": {"id": f"8{chat}"}, "recipient": {"id": "1"},
            "message": {"text": text, "msg_id": f"m{self._next()}"}, "timestamp": stamp,
        }, ensure_ascii=False).encode()  # fmt: skip
        return await self._post("/hook/zalo-oa", raw, {"X-ZEvent-Signature": signature(self._oa.app_id, raw, stamp, self._oa.oa_secret)})

    async def _post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        async with self._client.post(path, data=body, headers={"Content-Type": "application/json", **headers}) as answer:
            return answer.status


async def steadily(rate: float, seconds: float, push: Callable[[int], Awaitable[int]], every: int = 30) -> tuple[list[float], list[int]]:
    """Begin `rate` pushes a second for so long, whatever those before them do; their times in seconds and their statuses."""
    taken: list[float] = []
    statuses: list[int] = []
    running: set[asyncio.Task[None]] = set()

    async def one(n: int) -> None:
        begun = time.perf_counter()
        try:
            statuses.append(await push(n))
        except (aiohttp.ClientError, TimeoutError):
            statuses.append(0)
        taken.append(time.perf_counter() - begun)

    start = time.perf_counter()
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + n / rate - time.perf_counter()))
        task = asyncio.create_task(one(n))
        running.add(task)
        task.add_done_callback(running.discard)
        if n and n % int(rate * every) == 0:
            print(f"  {n / rate:.0f} s: p95 {1000 * quantile(taken[-int(rate * every):], 95):.0f} ms, under way {len(running)}", flush=True)
    await asyncio.gather(*running)
    return taken, statuses


def quantile(values: list[float], percent: int) -> float:
    """The value below which so many per cent lie."""
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else values[0]


def told(name: str, values: list[float]) -> None:
    """One line of figures."""
    print(f"{name}: {len(values)}, p50 {1000 * quantile(values, 50):.0f} ms, p95 {1000 * quantile(values, 95):.0f} ms, max {1000 * max(values):.0f} ms")


async def disturbed(after: float, seconds: float) -> None:
    """Take every core for so long, as another program on the machine may."""
    await asyncio.sleep(after)
    spin = ("timeout", str(seconds), sys.executable, "-c", "while True: pass")
    for child in [await asyncio.create_subprocess_exec(*spin) for _ in range(os.cpu_count() or 1)]:
        await child.wait()


async def intake(options: argparse.Namespace, port: int, oa: ZaloOaStandin) -> None:
    """Acknowledgements under load, mixed channels."""
    async with caller(port) as client:
        pushes = Pushes(client, oa, options.chats)
        kinds = (pushes.telegram, pushes.zalo, pushes.oa)
        trouble = asyncio.create_task(disturbed(20, options.disturb)) if options.disturb else None
        taken, statuses = await steadily(
            options.rate, options.seconds, lambda n: kinds[n % 3](1000 + random.randrange(options.chats), random.choice(QUESTIONS)),
            every=2 if trouble else 30,
        )  # fmt: skip
    told("acknowledged", taken)
    print("statuses", {s: statuses.count(s) for s in sorted(set(statuses))}, "over 2 s:", sum(t > 2 for t in taken))


async def questions(options: argparse.Namespace, port: int, standins: tuple[TelegramStandin, ZaloBotStandin, ZaloOaStandin]) -> None:
    """Replies: from the push of a question to the platform's call with its answer."""
    telegram, _, oa = standins
    async with caller(port) as client:
        pushes = Pushes(client, oa, options.chats)
        order = list(range(options.chats))

        async def push(n: int) -> int:
            chat = 10_000 + order[n % options.chats]
            begun[chat].append(time.monotonic())
            return await pushes.telegram(chat, QUESTIONS[n % len(QUESTIONS)])

        begun: dict[int, list[float]] = {10_000 + n: [] for n in order}
        for chat in begun:
            telegram.add_chat(chat)
        await steadily(options.rate, options.seconds, push)
        await asyncio.sleep(8)
    taken = []
    for chat, times in begun.items():
        sent = sorted(c.time for c in telegram.calls_of("sendMessage") if str(c.payload.get("chat_id")) == str(chat))
        # The first message of the answer, if it came before this chat's next question.
        for at, following in zip(times, [*times[1:], float("inf")], strict=True):
            taken += [replied - at for replied in sent if at <= replied < following][:1]
    told("replied", taken)
    print(f"questions {sum(map(len, begun.values()))}, answered before the chat's next question {len(taken)}")


async def backlog(options: argparse.Namespace, folder: Path, telegram: TelegramStandin) -> None:
    """A broadcast of many messages, ten a chat: in order, at the platform's limits; a reply each five seconds goes before it."""
    database = await Database.open(options.database or f"sqlite+aiosqlite:///{folder / 'load.db'}", folder, SECRET.encode())
    channel = TelegramChannel(telegram.token, telegram.base_url, database, lambda: None, "Cầu Nối")
    worker = Worker(database, build.talk(Settings(_env_file=None, data_dir=folder), _no_answers), {"telegram": channel}, build.now)  # type: ignore[call-arg]
    people = [1000 + n for n in range(max(1, options.messages // 10))]
    for person in (*people, 1):
        telegram.add_chat(person)
    async with database.work() as work:
        for n in range(options.messages):
            person, text = people[n % len(people)], f"tin {n}"
            await work.outbox.add(Outgoing("telegram", str(person), f"news:{n}", reply_payload(_said(text))), build.now())
    begun = time.monotonic()
    task, replies = asyncio.create_task(worker.run()), list[float]()
    try:
        while len(telegram.sent) - len(replies) < options.messages:
            asked = time.monotonic()
            async with database.work() as work:
                await work.inbox.put(Event("telegram", f"q{len(replies)}", "1", incoming_payload(Incoming("telegram", "1", "/cuatoi")), build.now()))
            worker.nudge()
            await asyncio.to_thread(telegram.wait_until, partial(_heard, telegram, len(replies) + 1), 60.0)
            replies.append(next(one.time for one in telegram.sent if one.chat_id == 1 and one.time >= asked) - asked)
            await asyncio.sleep(5)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel._close()
        await database.close()
    news = [one for one in telegram.sent if one.chat_id != 1]
    times = [one.time for one in telegram.sent]
    print(f"{len(news)} messages in {news[-1].time - begun:.0f} s, {len(news) / (news[-1].time - begun):.1f} a second")
    print("most in one second:", max(sum(start <= t < start + 1 for t in times[at : at + 100]) for at, start in enumerate(times)))
    ordered = defaultdict[int, list[int]](list)
    for one in news:
        ordered[one.chat_id].append(int(one.text.split()[-1]))
    print("chats out of order:", sum(found != sorted(found) for found in ordered.values()), "doubled:", len(news) - len({one.text for one in news}))
    told("replies meanwhile", replies)


def _heard(telegram: TelegramStandin, count: int) -> bool:
    return sum(one.chat_id == 1 for one in telegram.sent) >= count


def _said(text: str) -> Reply:
    return Reply((Block(BlockKind.LEAD, text),))


def _no_answers() -> Answers:
    raise RuntimeError("a backlog asks nothing")


def main() -> None:
    """Run one of the loads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("intake", "questions", "backlog"))
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--chats", type=int, default=300)
    parser.add_argument("--disturb", type=float, default=0, help="seconds for which every core is taken, after 20 s of an intake")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--index", type=Path, help="a folder of an index that is built already, to spare building it")
    options = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name, TelegramStandin() as telegram, ZaloBotStandin() as zalo, ZaloOaStandin() as oa:
        folder = Path(name)
        if options.index:
            subprocess.run(["cp", "-r", str(options.index), str(folder / "index")], check=True)
        if options.what == "backlog":
            asyncio.run(backlog(options, folder, telegram))
            return
        standins = (telegram, zalo, oa)
        for chat in range(1000, 1000 + options.chats):
            telegram.add_chat(chat)
            zalo.add_chat(f"u{chat}")
            oa.touch(f"8{chat}")
        with service(folder, port, standins, options.database):
            asyncio.run(intake(options, port, oa) if options.what == "intake" else questions(options, port, standins))


if __name__ == "__main__":
    main()
