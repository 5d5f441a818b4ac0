"""`python -m bot channels …`: which channels are set, reachable and wrong; officials of desk chats; the first token of an Official Account."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import httpx

from bot import build, wiring
from bot.errors import sentence
from bot.settings import Settings
from bot.web_mail import Mail
from knowledge.entries import EntryError
from reports.model import Identity
from reports.secrets import stamp

_MARKS: Final = {True: "✓", False: "✗", None: "–"}


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do one of them and return the exit status."""
    todo: dict[str, Callable[[], Awaitable[int]]] = {
        "check": lambda: check(settings), "enrol": lambda: _enrol(settings, options.name), "dismiss": lambda: _dismiss(settings, options.name),
        "oa-token": lambda: _oa_token(settings),
    }  # fmt: skip

    async def done() -> int:
        return await todo[options.what]()

    try:
        return asyncio.run(done())
    except Exception as error:
        print(sentence(error), file=sys.stderr)
        return 1


async def check(settings: Settings) -> int:
    """Print a line for each channel and each thing that is wrong; 1 where something is."""
    wrong, opened_channels = False, set[str]()

    def say(good: bool | None, text: str) -> None:
        nonlocal wrong
        wrong |= good is False
        print(f"{_MARKS[good]} {text}")

    async with build.open_store(settings) as store:
        await wiring.answers(store)
        say(True, f"Cơ sở dữ liệu: {'SQLite trong thư mục dữ liệu' if store.alone else 'PostgreSQL'}, trả lời được.")
        say(True, "Trang web: luôn mở khi chạy bot run.")
        await _public(settings, say)
        for name, opened in wiring.OPENERS.items():
            try:
                channels = wiring.Channels(Mail(store, lambda: None, build.now))
                opened(settings, store, lambda: None, channels)
            except ValueError as error:
                say(False, f"{name}: {error}")
                continue
            opened_channels |= set(channels.senders)
            for channel in channels.senders.values():
                for good, text in await channel.check():  # type: ignore[attr-defined]
                    say(good, f"{name}: {text}")
            if not channels.senders:
                say(None, f"{name}: chưa đặt.")
    _desks(settings, opened_channels, say)
    return 1 if wrong else 0


def _desks(settings: Settings, opened_channels: set[str], say: Callable[[bool | None, str], None]) -> None:
    """Whether desks.yaml can be read, names desks that there are and channels that are open."""
    try:
        chats = build.desk_chats(settings)
    except EntryError as error:
        say(False, f"desks.yaml: mục {error.entry} viết chưa đúng: {error.reason}")
        return
    rules = build.report_rules(settings)
    for desk, found in chats.items():
        if not rules.routing.knows(desk, rules.places.provinces):
            say(False, f"desks.yaml: không có bàn nào tên {desk}; tên đúng là ministry, queue, department-MÃ_TỈNH (tỉnh có trong CAUNOI_DEPARTMENTS).")
            continue
        closed = sorted({chat.channel for chat in found} - opened_channels)
        told = f"Bàn {desk}: {len(found)} cuộc trò chuyện nhận tin báo"
        say(not closed, f"{told}, nhưng kênh {', '.join(closed)} chưa mở." if closed else f"{told}.")


async def _public(settings: Settings, say: Callable[[bool | None, str], None]) -> None:
    """Whether the address that platforms are to call leads here."""
    if not settings.public_url:
        say(None, "Địa chỉ công khai (CAUNOI_PUBLIC_URL): chưa đặt, không dùng webhook.")
        return
    if not settings.public_url.startswith("https://"):
        say(False, "Địa chỉ công khai phải bắt đầu bằng https://")
        return
    try:
        async with httpx.AsyncClient(timeout=10, follow_redirects=False) as client:
            answer = await client.get(f"{settings.public_url.rstrip('/')}/healthz")
    except httpx.HTTPError as error:
        say(False, f"Địa chỉ công khai: không gọi được từ máy này ({type(error).__name__}).")
        return
    good = answer.status_code == 200 and answer.text.strip() == "ok"
    wrong = f"trả mã {answer.status_code}, không phải dịch vụ này hoặc dịch vụ chưa chạy."
    say(good, f"Địa chỉ công khai: {'dẫn về dịch vụ này.' if good else wrong}")


async def _enrol(settings: Settings, name: str) -> int:
    name = " ".join(name.split())
    if not 3 <= len(name) <= 120 or stamp(name):
        print("Tên cần 3–120 ký tự, ví dụ “Trần Thị Bình, Phòng Quản lý công nghiệp”.", file=sys.stderr)
        return 2
    async with build.open_store(settings) as store, store.work() as work:
        code = await work.carrying.code(Identity("staff", name), build.now())
    print(f"Mã đăng ký của {name}: {code}\nTrong 15 phút, cán bộ nhắn riêng trợ lý: /canbo {code}")
    return 0


async def _dismiss(settings: Settings, name: str) -> int:
    async with build.open_store(settings) as store, store.work() as work:
        gone = await work.staff.dismiss(" ".join(name.split()))
    print(f"Đã thôi đăng ký {gone} cuộc trò chuyện của {name}." if gone else f"Không có cán bộ nào đăng ký với tên “{name}”.")
    return 0 if gone else 1


async def _oa_token(settings: Settings) -> int:
    if not settings.zalo_oa_app_id:
        print("Chưa đặt CAUNOI_ZALO_OA_APP_ID.", file=sys.stderr)
        return 2
    token = (getpass.getpass("Refresh token: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not token:
        print("Chưa có refresh token.", file=sys.stderr)
        return 2
    async with build.open_store(settings) as store:
        channel = wiring.zalo_oa(settings, store)
        try:
            await channel.begin(token)
            results = await channel.check()
        finally:
            await channel.close()
    for good, text in results:
        print(f"{_MARKS[good]} {text}")
    return 0 if all(good for good, _ in results) else 1
