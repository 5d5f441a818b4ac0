"""The Telegram channel over real HTTP: the true dialogue, what is kept, and everything that goes wrong on the way."""

import asyncio
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot import build, service
from bot import telegram_texts as words
from bot.hooks import hooks
from bot.outflow import Limits, Outflow
from bot.settings import Settings
from bot.telegram import FILE_MAX, UPDATES, NotKnownYet, TelegramChannel
from bot.telegram_pace import Pace
from bot.telegram_render import Buttons
from bot.worker import Rhythm, Talking
from handlers.message import Block, BlockKind, Choice, File, Incoming, Reply
from handlers.post import Outgoing, Work, reply_payload
from handlers.texts import report_texts, texts
from knowledge.answer import Answers
from store.database import Database
from tests.bot.rooms import QUICK as RHYTHM
from tests.bot.rooms import Answering, Simple, opened, working
from tests.bot.test_hooks import Counted, served
from tests.standins.telegram import Sent, TelegramStandin
from tests.standins.telegram_rules import Refusal

CHAT, OTHER, GROUP = 1001, 1002, -100200
QUICK = Pace(poll=5, request=5, retry_first=0.02, retry_most=0.1, side_tries=4, conflict=0.05)
KILLED = replace(RHYTHM, drain=0.3)  # of what takes long, nothing is waited for
NO_LIMITS = Limits(private_burst=10**6, group_most=10**6, all_most=10**6)
HOOK_SECRET = "a-secret_of-the-tests"
SECRET = "AAH-stand_in-token-of-the-tests-00000"


@pytest.fixture
def standin() -> Iterator[TelegramStandin]:
    """A running stand-in that knows two people and a group."""
    with TelegramStandin() as server:
        for chat in (CHAT, OTHER, GROUP):
            server.add_chat(chat)
        yield server


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    async with opened(tmp_path) as database:
        yield database


@pytest.fixture
def dialogue(settings: Settings, answers: Answers) -> Talking:
    """The true conversation."""
    return build.talk(settings, lambda: answers)


@asynccontextmanager
async def running(
    standin: TelegramStandin,
    room: Database,
    talk: Talking | Answering,
    *,
    pace: Pace = QUICK,
    rhythm: Rhythm = RHYTHM,
    token: str = "",
    api: str = "",
    now: Callable[[], datetime] = build.now,
    pushed: bool = False,
    limits: Limits = NO_LIMITS,
) -> AsyncIterator[asyncio.Task[None]]:
    """The channel at work, and a worker; begun and ended like the service does. `pushed`: behind a web server that Telegram calls."""

    def nudge() -> None:
        worker.nudge()

    await room.let_claims_go()
    listening = socket.create_server(("127.0.0.1", 0))
    webhook = f"http://127.0.0.1:{listening.getsockname()[1]}/" if pushed else ""
    channel = TelegramChannel(
        token or standin.token, api or standin.base_url, room, nudge, "Cầu Nối", pace, now, webhook=webhook, secret=HOOK_SECRET, outflow=Outflow(limits),
    )  # fmt: skip
    task = asyncio.create_task(asyncio.sleep(0))
    try:
        async with AsyncExitStack() as stack:
            if pushed:
                await stack.enter_async_context(served(Starlette(routes=hooks({"telegram": channel}, seconds=20)), listening))
            worker = await stack.enter_async_context(working(room, Simple(talk) if callable(talk) else talk, {"telegram": channel}, rhythm))
            task = asyncio.create_task(channel.run())
            yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        listening.close()


async def events(room: Database, person: str = str(CHAT)) -> list[dict[str, Any]]:
    """What was kept of a person's messages, oldest first."""
    async with room.look() as work:
        return [turn.asked for turn in await work.threads.of("telegram", person, 1000) if turn.asked is not None]


async def stand(room: Database, **wanted: int) -> None:
    """Wait until so many messages to people stand in each state."""
    async with asyncio.timeout(5):
        while True:
            async with room.look() as work:
                if await work.outbox.counts() == wanted:
                    return
            await asyncio.sleep(0.02)


async def until(standin: TelegramStandin, condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for `condition` without stopping the channel, which shares this loop."""
    await asyncio.to_thread(standin.wait_until, condition, seconds)


async def sent(standin: TelegramStandin, n: int, seconds: float = 5.0) -> list[Sent]:
    """The first `n` messages in all."""
    return await asyncio.to_thread(standin.wait_for, n, seconds)


def said(text: str, *choices: Choice) -> Reply:
    """A reply of one paragraph."""
    return Reply((Block(BlockKind.LEAD, text),), choices)


async def echo(incoming: Incoming) -> Reply:
    """A conversation that says what came in."""
    return said(f"{incoming.person}: {incoming.choice or incoming.text}", Choice("Chọn", "p:a"))


# --- the true dialogue ----------------------------------------------------------------------------------


async def test_a_question_is_answered_with_its_provision_and_buttons_lead_on(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(CHAT, "CCN muốn mở rộng thì cần điều kiện gì?")
        answer = (await sent(standin, 1))[0]
        assert "75 ha" in answer.text
        assert "khoản 2 Điều 8 Nghị định số 32/2024/NĐ-CP" in answer.text
        assert answer.payload["link_preview_options"]["is_disabled"]
        assert "reply_parameters" not in answer.payload
        entities = {entity["type"] for entity in answer.message["entities"]}
        assert {"bold", "italic"} <= entities
        labels = [button["text"] for button in answer.buttons]
        assert labels[0] == "1. Xem toàn bộ Điều 8"
        standin.tap(answer, answer.buttons[0]["callback_data"])
        whole = (await sent(standin, 2))[1]
        assert "Căn cứ: Điều 8 Nghị định số 32/2024/NĐ-CP" in whole.text
        await until(standin, lambda: not standin.unanswered_taps)


async def test_a_typed_number_means_the_button_with_that_number(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(CHAT, "CCN muốn mở rộng thì cần điều kiện gì?")
        await sent(standin, 1)
        standin.say(CHAT, "1")
        assert "Căn cứ: Điều 8 Nghị định" in (await sent(standin, 2))[1].text


async def test_a_button_is_understood_after_a_restart(standin: TelegramStandin, room: Database, settings: Settings, answers: Answers) -> None:
    async with running(standin, room, build.talk(settings, lambda: answers)):
        standin.say(CHAT, "CCN muốn mở rộng thì cần điều kiện gì?")
        answer = (await sent(standin, 1))[0]
    async with running(standin, room, build.talk(settings, lambda: answers)):
        standin.tap(answer, answer.buttons[0]["callback_data"])
        assert "Căn cứ: Điều 8 Nghị định" in (await sent(standin, 2))[1].text


async def test_start_help_and_every_command_of_the_menu(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        await until(standin, lambda: len(standin.commands) == 6)
        menus = {(json.loads(scope)["type"], language): [entry["command"] for entry in entries] for (scope, language), entries in standin.commands.items()}
        assert menus == {
            ("all_private_chats", ""): [name for name, _ in words.COMMANDS["vi"]],
            ("all_private_chats", "vi"): [
                "batdau", "trogiup", "vanban", "baocao", "cuatoi", "tracuu", "traloi", "riengtu", "xoa", "noi", "huy", "english",
            ],
            ("all_private_chats", "en"): [name for name, _ in words.COMMANDS["en"]],
            ("all_group_chats", ""): ["batdau", "trogiup", "vanban"],
            ("all_group_chats", "vi"): ["batdau", "trogiup", "vanban"],
            ("all_group_chats", "en"): ["start", "help", "documents"],
        }  # fmt: skip
        assert standin.descriptions["description", ""].startswith("Cầu Nối là trợ lý tự động")
        standin.say(CHAT, "/start")
        assert "trợ lý tự động" in (await sent(standin, 1))[0].text
        for n, command in enumerate([name for language in ("vi", "en") for name, _ in words.COMMANDS[language]], 2):
            standin.say(CHAT, f"/{command}")
            answer = (await sent(standin, n))[-1].text
            assert texts("vi").nothing_found() not in answer
            assert texts("en").nothing_found() not in answer


async def test_a_list_whose_labels_are_cut_stands_in_the_text(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(CHAT, "/vanban")
        answer = (await sent(standin, 1))[0]
        assert all(len(button["text"]) <= 48 for button in answer.buttons)
        assert answer.buttons[0]["text"].endswith("…")
        assert answer.buttons[0]["text"][:-1] in answer.text


async def test_what_is_typed_is_never_markup(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        for text in ("<b>đậm", "Nghị định 999/2031/NĐ-CP <i>& nói gì?", "😀 *a* _b_ `c", "\u202eđảo"):
            standin.say(CHAT, text)
        await sent(standin, 4)
    assert [call.status for call in standin.calls_of("sendMessage")] == [200] * 4


# --- order, duplicates, load ----------------------------------------------------------------------------


async def test_one_chat_in_order_while_others_are_not_held_up(standin: TelegramStandin, room: Database) -> None:
    gate = asyncio.Event()

    async def talk(incoming: Incoming) -> Reply:
        if incoming.person == str(CHAT):
            await gate.wait()
        return said(incoming.text)

    async with running(standin, room, talk):
        for n in range(5):
            standin.say(CHAT, f"chậm {n}")
        standin.say(OTHER, "nhanh")
        assert [message.text for message in await sent(standin, 1)] == ["nhanh"]
        gate.set()
        assert [message.text for message in await sent(standin, 6)][1:] == [f"chậm {n}" for n in range(5)]


async def test_the_number_of_answers_at_a_time_is_bounded(standin: TelegramStandin, room: Database) -> None:
    now = most = 0

    async def talk(incoming: Incoming) -> Reply:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return said(incoming.text)

    async with running(standin, room, talk):
        for n in range(20):
            standin.say(2000 + n, "hỏi")
        await sent(standin, 20)
    assert most == RHYTHM.readers


async def test_an_update_that_comes_twice_is_answered_once(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.hold()
        first, second = standin.say(CHAT, "một"), standin.say(CHAT, "hai")
        standin.release(second, first, second)
        await sent(standin, 2)
        standin.redeliver(first)
        standin.say(CHAT, "ba")
        assert [message.text for message in await sent(standin, 3)] == ["1001: hai", "1001: một", "1001: ba"]


async def test_a_second_tap_while_the_first_is_answered_asks_nothing_new(standin: TelegramStandin, room: Database) -> None:
    gate = asyncio.Event()

    async def talk(incoming: Incoming) -> Reply:
        if incoming.choice:
            await gate.wait()
        return await echo(incoming)

    async with running(standin, room, talk):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        for _ in range(3):
            standin.tap(shown, shown.buttons[0]["callback_data"])
        await until(standin, lambda: len(standin.answers) == 3)  # each is taken at once, before the answer is there
        gate.set()
        await sent(standin, 2)
        standin.say(CHAT, "sau")
        assert [message.text for message in await sent(standin, 3)][1:] == ["1001: p:a", "1001: sau"]


async def test_a_second_tap_after_the_answer_is_answered_too_and_after_a_restart(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        first = standin.tap(shown, shown.buttons[0]["callback_data"])
        await sent(standin, 2)
        standin.tap(shown, shown.buttons[0]["callback_data"])
        await stand(room, sent=3)
    async with running(standin, room, echo):
        standin.redeliver(first)
        standin.tap(shown, shown.buttons[0]["callback_data"])
        assert [message.text for message in await sent(standin, 4)][1:] == ["1001: p:a"] * 3
        await until(standin, lambda: not standin.pending)
    assert len(await events(room)) == 4


async def test_an_impatient_tap_asks_nothing_new_after_a_restart_either(standin: TelegramStandin, room: Database) -> None:
    async def slow(incoming: Incoming) -> Reply:
        await asyncio.sleep(60)
        return await echo(incoming)

    async with running(standin, room, echo):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        await stand(room, sent=1)
    async with running(standin, room, slow, rhythm=KILLED):
        standin.tap(shown, shown.buttons[0]["callback_data"])
        await until(standin, lambda: len(standin.answers) == 1)
    async with running(standin, room, slow, rhythm=KILLED):
        standin.tap(shown, shown.buttons[0]["callback_data"])
        await until(standin, lambda: len(standin.answers) == 2)
    async with running(standin, room, echo):
        await sent(standin, 2)
        standin.say(CHAT, "sau")
        assert [message.text for message in await sent(standin, 3)][1:] == ["1001: p:a", "1001: sau"]


async def test_a_flood_of_one_person_is_told_its_bound_once(standin: TelegramStandin, room: Database) -> None:
    gate = asyncio.Semaphore(0)

    async def talk(incoming: Incoming) -> Reply:
        await gate.acquire()
        return said(incoming.text)

    async with running(standin, room, talk, pace=Pace(poll=5, each_chat=4), now=lambda: datetime(2026, 11, 23, tzinfo=UTC)):
        asked = [standin.say(CHAT, str(n)) for n in range(10)]
        standin.say(OTHER, "khác")
        assert [message.text for message in await sent(standin, 1)] == [words.too_many(4)[0]]
        await until(standin, lambda: not standin.pending)
        standin.redeliver(asked[0])  # what was kept is not said to be missing
        await until(standin, lambda: not standin.pending)
        for _ in range(6):
            gate.release()
        await sent(standin, 6)
        standin.say(CHAT, "lại")
        told = [message.text for message in await sent(standin, 7) if message.chat_id == CHAT]
    assert told == [words.too_many(4)[0], "0", "1", "2", "3", "lại"]


# --- nothing is lost ------------------------------------------------------------------------------------


async def test_an_update_delivered_many_times_at_once_and_again_later_is_one_message(standin: TelegramStandin, room: Database) -> None:
    nudged = list[int]()
    update = {"update_id": 7, "message": message(standin, {"text": "hỏi"})}
    channel = TelegramChannel(standin.token, standin.base_url, room, lambda: nudged.append(1), "Cầu Nối", QUICK)
    taken = await asyncio.gather(*(channel.take(update) for _ in range(10)))
    assert sorted(taken) == [False] * 9 + [True]
    assert not await TelegramChannel(standin.token, standin.base_url, room, lambda: nudged.append(1), "Cầu Nối", QUICK).take(update)
    assert len(await events(room)) == len(nudged) == 1


async def test_a_kill_between_the_commit_and_the_offset_answers_once(standin: TelegramStandin, room: Database) -> None:
    class Killed(TelegramChannel):
        async def _take_all(self, updates: Any) -> bool:
            kept = await super()._take_all(updates)
            task.cancel()
            return kept

    channel = Killed(standin.token, standin.base_url, room, lambda: None, "Cầu Nối", QUICK)
    asked = standin.say(CHAT, "hỏi")
    task = asyncio.create_task(channel.run())
    await asyncio.gather(task, return_exceptions=True)
    assert len(await events(room)) == 1
    assert standin.pending == [asked]  # Telegram gives it again
    async with running(standin, room, echo):
        standin.say(CHAT, "sau")
        assert [m.text for m in await sent(standin, 2)] == ["1001: hỏi", "1001: sau"]
    assert len(await events(room)) == 2


async def test_while_the_database_is_away_telegram_keeps_the_messages(
    standin: TelegramStandin, room: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away, work, tries = True, room.work, 0

    def failing(*, first: bool = False) -> AbstractAsyncContextManager[Work]:
        nonlocal tries
        if away:
            tries += 1
            raise OSError("disk")
        return work(first=first)

    monkeypatch.setattr(room, "work", failing)
    async with running(standin, room, echo):
        await until(standin, lambda: bool(standin.calls_of("getUpdates")))
        asked = [standin.say(CHAT, str(n)) for n in range(3)]
        await until(standin, lambda: len(standin.calls_of("getUpdates")) > 5)
        assert standin.pending == asked
        assert not any(call.payload.get("offset") for call in standin.calls_of("getUpdates"))
        away = False
        assert [m.text for m in await sent(standin, 3)] == ["1001: 0", "1001: 1", "1001: 2"]
        await until(standin, lambda: not standin.pending)
    lost = [r for r in caplog.records if r.msg == words.NOT_KEPT and r.levelno == logging.ERROR]
    assert [record.args[1] for record in lost if isinstance(record.args, tuple)][:3] == [1, 2, 4]


async def test_what_arrived_before_the_end_is_answered_after_a_restart(standin: TelegramStandin, room: Database) -> None:
    started = asyncio.Event()

    async def talk(incoming: Incoming) -> Reply:
        started.set()
        await asyncio.sleep(60)
        return said("không bao giờ")

    async with running(standin, room, talk, rhythm=KILLED):
        standin.say(CHAT, "sắp tắt")
        await started.wait()
    async with running(standin, room, echo):
        assert [m.text for m in await sent(standin, 1)] == ["1001: sắp tắt"]


async def test_a_message_from_a_downtime_is_answered_and_a_webhook_left_over_removed(standin: TelegramStandin, room: Database) -> None:
    standin.say(CHAT, "hỏi lúc máy tắt", date=int((datetime.now(UTC) - timedelta(hours=20)).timestamp()))
    standin._webhook = {"url": "https://bot.example.vn/hook"}
    async with running(standin, room, echo):
        assert (await sent(standin, 1))[0].text == "1001: hỏi lúc máy tắt"
    assert [call.payload.get("drop_pending_updates") for call in standin.calls_of("deleteWebhook")] in ([None], [False], ["false"])


# --- what is pushed -------------------------------------------------------------------------------------


async def test_what_is_pushed_is_answered(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue, pushed=True):
        standin.say(CHAT, "CCN muốn mở rộng thì cần điều kiện gì?")
        answer = (await sent(standin, 1))[0]
        assert "khoản 2 Điều 8 Nghị định số 32/2024/NĐ-CP" in answer.text
        standin.tap(answer, answer.buttons[0]["callback_data"])
        assert "Căn cứ: Điều 8 Nghị định số 32/2024/NĐ-CP" in (await sent(standin, 2))[1].text
        await until(standin, lambda: not standin.unanswered_taps and not standin.pending)
    (call,) = standin.calls_of("setWebhook")
    assert call.payload.pop("url").endswith("/hook/telegram")
    assert "//hook" not in str(standin._webhook["url"])
    assert {name: json.loads(value) if name == "allowed_updates" and isinstance(value, str) else value for name, value in call.payload.items()} in [
        {"secret_token": HOOK_SECRET, "allowed_updates": UPDATES, "max_connections": most, "drop_pending_updates": drop}
        for most in (40, "40") for drop in (False, "false")
    ]  # fmt: skip
    assert not standin.calls_of("getUpdates")
    assert not standin.calls_of("deleteWebhook")  # while the service is down Telegram keeps what comes
    assert {status for _, status in standin.webhook_attempts} == {200}


async def test_pushes_that_come_twice_and_in_any_order_are_answered_once(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo, pushed=True):
        standin.hold()
        first, second = standin.say(CHAT, "một"), standin.say(CHAT, "hai")
        standin.release(second, first, second, first, second)
        assert sorted(m.text for m in await sent(standin, 2)) == ["1001: hai", "1001: một"]
        await until(standin, lambda: not standin.pending)
        standin.redeliver(first, second)
        await until(standin, lambda: not standin.pending)
        standin.say(CHAT, "ba")
        assert [m.text for m in await sent(standin, 3)][2:] == ["1001: ba"]
    async with running(standin, room, echo, pushed=True):
        standin.redeliver(second, first)
        standin.say(CHAT, "bốn")
        assert [m.text for m in await sent(standin, 4)][3:] == ["1001: bốn"]
        await until(standin, lambda: not standin.pending)
    assert len(await events(room)) == 4
    assert {status for _, status in standin.webhook_attempts} <= {200, None}  # None: between the two nobody listened


async def test_a_thousand_pushes_that_are_not_telegrams_leave_no_trace(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    channel = TelegramChannel(standin.token, standin.base_url, room, lambda: None, "Cầu Nối", QUICK, webhook="https://bot.example.vn", secret=HOOK_SECRET)
    counted = Counted()
    right = HOOK_SECRET.encode()
    secrets: list[bytes | None] = [
        None, b"", right[:-1], right + b"x", right.upper(), right.replace(b"-", b"_"), b"*" * 256, b"x" * 4000, b"\xff" * len(right), "bí mật".encode(),
        b"Bearer " + right, right + b"," + right, right[::-1], standin.token.encode(), b'"' + right + b'"',
    ]  # fmt: skip
    async with served(Starlette(routes=hooks({"telegram": channel}, watch=counted))) as url, httpx.AsyncClient() as http:
        for n in range(1000):
            update = {"update_id": n, "message": message(standin, {"text": f"giả {n}"})}
            headers = {b"content-type": b"application/json", b"x-forwarded-for": b"149.154.160.1", b"x-real-ip": b"149.154.160.1"}
            if (secret := secrets[n % len(secrets)]) is not None:
                headers[b"x-telegram-bot-api-secret-token" if n % 2 else b"X-Telegram-Bot-Api-Secret-Token"] = secret
            if n % 7 == 0:
                headers |= {b"authorization": right, b"x-telegram-secret": right, b"cookie": right}
            path = f"/hook/telegram?secret_token={HOOK_SECRET}" if n % 3 == 0 else "/hook/telegram"
            assert (await http.post(url + path, content=json.dumps(update), headers=headers)).status_code == 401, n
        assert counted.reasons == [("telegram", "forged")] * 1000
        assert await events(room) == []
        async with room.look() as work:
            assert await work.outbox.counts() == {}
        told = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
        assert told == [f"a push to telegram was refused ({2**n} since the start): 401 forged" for n in range(10)]
        genuine = {"content-type": "application/json", "x-telegram-bot-api-secret-token": HOOK_SECRET}
        taken = await http.post(f"{url}/hook/telegram", json={"update_id": 5, "message": message(standin, {"text": "thật"})}, headers=genuine)
        assert (taken.status_code, [event["text"] for event in await events(room)]) == (200, ["thật"])


@pytest.mark.parametrize("secret", ["", "có dấu", "a b", "a" * 257, "a\n", "a.b", "\uff41"])
def test_a_webhook_without_a_secret_is_refused_at_once(room: Database, secret: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words.NOT_GUARDED)):
        TelegramChannel("5:token", "http://127.0.0.1", room, lambda: None, "Cầu Nối", webhook="https://bot.example.vn", secret=secret)


def test_without_a_webhook_no_push_is_genuine(room: Database) -> None:
    channel = TelegramChannel("5:token", "http://127.0.0.1", room, lambda: None, "Cầu Nối", secret="s" * 256)
    for given in ("", "s" * 256):
        assert not channel.genuine({"x-telegram-bot-api-secret-token": given}, b"")
    guarded = TelegramChannel("5:token", "http://127.0.0.1", room, lambda: None, "Cầu Nối", webhook="https://bot.example.vn", secret="A-_9" * 64)
    told = [{}, *({"x-telegram-bot-api-secret-token": given} for given in ("", "A-_9" * 63, "đ", "\ud800", "A-_9" * 64))]
    assert [guarded.genuine(headers, b"") for headers in told] == [False] * 5 + [True]


async def test_an_edit_a_late_tap_and_what_nobody_can_read_are_pushed_too(standin: TelegramStandin, room: Database) -> None:
    nested: dict[str, Any] = message(standin, {"text": "sâu"})
    for _ in range(300):
        nested = {**message(standin, {"text": "sâu"}), "reply_to_message": nested}
    async with running(standin, room, echo, pushed=True):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        standin.revise(CHAT, shown.message["message_id"] - 1, "sửa")
        assert (await sent(standin, 2))[1].text == "1001: sửa"
        old = Buttons(standin.token, lambda: datetime.now(UTC) - timedelta(hours=25)).data(str(CHAT), "p:a")
        standin.tap(shown, old, forged=True)
        assert (await sent(standin, 3))[2].text == words.stale()[0]
        standin.hold()
        tap = standin.tap(shown, shown.buttons[0]["callback_data"])
        standin.expire_taps()
        standin.release(tap)
        assert (await sent(standin, 4))[3].text == "1001: p:a"
        standin.push("message", {"message_id": "x"})
        standin.push("callback_query", {"id": 7})
        standin.push("my_chat_member", {"moon": 1})
        standin.push("message", nested)
        await until(standin, lambda: not standin.pending)
    assert {status for _, status in standin.webhook_attempts} == {200}


async def test_who_blocks_unblocks_and_a_group_that_moves_are_pushed_too(standin: TelegramStandin, room: Database) -> None:
    standin.add_chat(-100300)
    async with running(standin, room, echo, pushed=True):
        standin.hold()
        asked = standin.say(CHAT, "hỏi")
        standin.block(CHAT)
        standin.push("my_chat_member", member(standin, "kicked"))
        standin.release(asked)
        await stand(room, held=1)
        standin.unblock(CHAT)
        standin.push("my_chat_member", member(standin, "member"))
        assert [m.text for m in await sent(standin, 1)] == ["1001: hỏi"]
        await until(standin, lambda: bool(standin.calls_of("getMe")))
        standin.push("message", {**message(standin, {"migrate_to_chat_id": -100300}, GROUP), "message_id": 901})
        standin.push("message", {**message(standin, {"migrate_from_chat_id": GROUP}, -100300), "message_id": 1})
        standin.fail_next("sendMessage", 400, "Bad Request: group chat was upgraded", parameters={"migrate_to_chat_id": -100300})
        standin.say(GROUP, "/vanban")
        assert (await sent(standin, 2))[1].chat_id == -100300
        await until(standin, lambda: not standin.pending)
    assert len(standin.sent) == 2


async def test_while_the_database_is_away_telegram_pushes_again(standin: TelegramStandin, room: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    away, work = True, room.work

    def failing(*, first: bool = False) -> AbstractAsyncContextManager[Work]:
        if away:
            raise OSError("disk")
        return work(first=first)

    monkeypatch.setattr(room, "work", failing)
    async with running(standin, room, echo, pushed=True):
        asked = standin.say(CHAT, "hỏi")
        await until(standin, lambda: len(standin.webhook_attempts) >= 3)
        assert standin.pending == [asked]
        away = False
        assert [m.text for m in await sent(standin, 1)] == ["1001: hỏi"]
        await until(standin, lambda: not standin.pending)
    statuses = [status for _, status in standin.webhook_attempts]
    assert (set(statuses[:-1]), statuses[-1]) == ({503}, 200)


async def test_what_a_group_says_before_the_bot_knows_its_name_comes_again(standin: TelegramStandin, room: Database) -> None:
    channel = TelegramChannel(standin.token, standin.base_url, room, lambda: None, "Cầu Nối", QUICK, webhook="https://bot.example.vn", secret=HOOK_SECRET)
    with pytest.raises(NotKnownYet):
        await channel.take({"update_id": 1, "message": message(standin, {"text": "/vanban"}, GROUP)})
    assert await channel.take({"update_id": 2, "message": message(standin, {"text": "hỏi"})})
    standin.fail_next("getMe", 502, "Bad Gateway", times=2)
    async with running(standin, room, echo, pushed=True):
        standin.say(GROUP, "/vanban", user={"id": 5})
        assert sorted(m.chat_id for m in await sent(standin, 2)) == [GROUP, CHAT]


async def test_a_webhook_that_was_taken_away_is_set_again(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with running(standin, room, echo, pushed=True, pace=replace(QUICK, webhook=0.05)):
        standin.say(CHAT, "một")
        await sent(standin, 1)
        for n, other in enumerate(({}, {"url": "https://bot.example.vn/khac"}), 2):
            standin._webhook = dict(other)
            await until(standin, lambda n=n: len(standin.calls_of("setWebhook")) == n)  # type: ignore[misc]
        standin._allowed = ["message"]
        await until(standin, lambda: len(standin.calls_of("setWebhook")) == 4)
        standin.say(CHAT, "hai")
        assert [m.text for m in await sent(standin, 2)] == ["1001: một", "1001: hai"]
        looked = len(standin.calls_of("getWebhookInfo"))
        await until(standin, lambda: len(standin.calls_of("getWebhookInfo")) > looked + 2)
    assert len(standin.calls_of("setWebhook")) == 4
    assert [record.getMessage() for record in caplog.records].count(words.PUSH_LOST) == 3


async def test_what_keeps_telegram_from_pushing_is_told_once_without_secrets(
    standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture
) -> None:
    known = standin._webhook_info
    trouble = {"last_error_date": 1_790_000_000, "last_error_message": f"Wrong response\nfrom the webhook: {HOOK_SECRET} {standin.token}"}
    standin._methods["getwebhookinfo"] = ("getWebhookInfo", lambda payload: {**known(payload), **trouble})
    standin.fail_next("setWebhook", 400, f"Bad Request: bad webhook: scripted {HOOK_SECRET} {standin.token}", times=2)
    standin.fail_next("setWebhook", 502, "Bad Gateway")
    standin.fail_next("getWebhookInfo", 400, "Bad Request: scripted")
    async with running(standin, room, echo, pushed=True, pace=replace(QUICK, webhook=0.05)):
        await until(standin, lambda: len(standin.calls_of("getWebhookInfo")) >= 5)
        trouble["last_error_date"] = 1_790_000_060
        looked = len(standin.calls_of("getWebhookInfo"))
        await until(standin, lambda: len(standin.calls_of("getWebhookInfo")) >= looked + 3)
    told = [record.getMessage() for record in caplog.records if record.name == "bot.telegram"]
    assert [line.endswith("Wrong response from the webhook: *** 123456789:***") for line in told if words.PUSH_TROUBLE[:20] in line] == [True, True]
    assert sum("bad webhook: scripted *** 123456789:***" in line for line in told) == 2
    assert SECRET not in caplog.text
    assert HOOK_SECRET not in caplog.text


async def test_a_token_that_is_refused_ends_a_pushed_channel_too(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    standin.fail_next("setWebhook", 401, "Unauthorized")
    async with running(standin, room, echo, pushed=True) as channel:
        await asyncio.wait_for(asyncio.shield(channel), 5)
    assert words.NOT_TAKEN in [record.getMessage() for record in caplog.records]


async def test_fetching_again_after_pushing_loses_nothing(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo, pushed=True):
        standin.say(CHAT, "một")
        await sent(standin, 1)
    standin.say(CHAT, "lúc tắt")
    async with running(standin, room, echo):
        assert [m.text for m in await sent(standin, 2)] == ["1001: một", "1001: lúc tắt"]


# --- links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "choice"), [
    ("/start d-32-2024-nd-cp", "d:32-2024-nd-cp"), ("/start@standin_bot d-32-2024-ND-CP", "d:32-2024-nd-cp"), ("/batdau d-a", "d:a"),
    ("/start q-ban_1", "r:"), ("/START q-hn", "r:"), ("/start d-" + "a" * 62, "d:" + "a" * 62),
    ("/start", None), ("/start 32-2024-nd-cp__8__1", None), ("/start d-", None), ("/start q-", None), ("/start d-" + "a" * 63, None), ("/start q-đ", None),
    ("/start d-a b", None), ("/start d-a_b", None), ("/trogiup d-a", None), ("d-a", None), ("/start d-a\nq-b", None), ("/start x-a", None),
])  # fmt: skip
async def test_a_link_is_what_the_conversation_calls_it(standin: TelegramStandin, room: Database, text: str, choice: str | None) -> None:
    channel = TelegramChannel(standin.token, standin.base_url, room, lambda: None, "Cầu Nối", QUICK)
    assert await channel.take({"update_id": 1, "message": message(standin, {"text": text})})
    (kept,) = await events(room)
    assert (kept.get("choice"), kept["text"], kept["message"]) == (choice, "" if choice else text, "77")


async def test_links_open_a_document_a_provision_and_a_report(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        for n, (payload, wanted) in enumerate([
            ("d-32-2024-nd-cp", "32/2024/NĐ-CP"), ("32-2024-nd-cp__8__2", "khoản 2 Điều 8"),
            ("q-ban-chung", report_texts("vi").ask_what(1, 6).partition(")")[2]),
        ], 1):  # fmt: skip
            standin.say(CHAT, f"/start {payload}")
            assert wanted in (await sent(standin, n))[-1].text


# --- how fast messages leave ----------------------------------------------------------------------------


def long_reply(parts: int) -> Answering:
    """A conversation whose answers take so many messages."""

    async def talk(incoming: Incoming) -> Reply:
        return said("\n\n".join(f"{n}. " + "Quy định về cụm công nghiệp. " * 135 for n in range(parts)))

    return talk


async def test_three_parts_to_a_quiet_chat_go_at_once_and_the_rest_in_its_time(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, long_reply(5), limits=Limits(private_every=0.6)):
        standin.say(CHAT, "hỏi")
        messages = await sent(standin, 5)
    assert [m.text[:2] for m in messages] == [f"{n}." for n in range(5)]
    gaps = [later.time - one.time for one, later in pairwise(messages)]
    assert gaps[2] > 0.2
    assert gaps[3] > 0.5
    assert messages[2].time - messages[0].time < 0.6


async def test_a_group_over_its_limit_waits_and_holds_up_nobody(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo, limits=Limits(group_most=2, group_seconds=1.5), pace=replace(QUICK, turn_most=0.1)):
        for n in range(4):
            standin.say(GROUP, "/vanban", user={"id": 5 + n})
        await sent(standin, 2)
        standin.say(CHAT, "hỏi")
        assert [m.chat_id for m in await sent(standin, 5)] == [GROUP, GROUP, CHAT, GROUP, GROUP]
        await stand(room, sent=5)
    to_group = [m.time for m in standin.sent if m.chat_id == GROUP]
    assert to_group[2] - to_group[0] > 1.4
    assert {call.status for call in standin.calls_of("sendMessage")} == {200}


async def test_the_rest_of_a_very_long_reply_is_claimed_anew(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, long_reply(4), pace=replace(QUICK, send_most=0.0)):
        standin.say(CHAT, "hỏi")
        await stand(room, sent=1)
    assert [m.text[:2] for m in standin.sent] == [f"{n}." for n in range(4)]


# --- buttons --------------------------------------------------------------------------------------------


async def test_an_expired_list_is_never_guessed(standin: TelegramStandin, room: Database) -> None:
    old = Buttons(standin.token, lambda: datetime.now(UTC) - timedelta(hours=25)).data(str(CHAT), "p:a")
    foreign = Buttons(standin.token).data(str(OTHER), "p:a")
    async with running(standin, room, echo):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        for n, data in enumerate((old, foreign, "p:a", "ạ" * 21), 2):
            standin.tap(shown, data, forged=True)
            assert (await sent(standin, n))[-1].text == words.stale()[0]
        await until(standin, lambda: not standin.unanswered_taps)
    assert {answer["text"] for answer in standin.answers.values()} == {words.stale()[0]}


async def test_a_tap_too_old_to_acknowledge_is_still_answered(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        standin.hold()
        tap = standin.tap(shown, shown.buttons[0]["callback_data"])
        standin.expire_taps()
        standin.release(tap)
        assert (await sent(standin, 2))[1].text == "1001: p:a"


async def test_a_tap_on_a_message_that_telegram_no_longer_shows(standin: TelegramStandin, room: Database) -> None:
    data = Buttons(standin.token).data(str(CHAT), "p:a")
    async with running(standin, room, echo):
        standin.tap({"message_id": 5, "date": 0, "chat": standin.add_chat(CHAT)}, data, forged=True)
        assert (await sent(standin, 1))[0].text == "1001: p:a"


# --- what is not a text ---------------------------------------------------------------------------------

PHOTO: dict[str, Any] = {
    "photo": [
        {"file_id": "small", "file_unique_id": "a", "width": 90, "height": 60}, {"file_id": "large", "file_unique_id": "b", "width": 900, "height": 600},
        {"file_id": "middle", "file_unique_id": "c", "width": 300, "height": 200},
    ]
}  # fmt: skip
VOICE: dict[str, Any] = {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 1}}
VIDEO: dict[str, Any] = {"video": {"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1, "duration": 1}}
STICKER: dict[str, Any] = {
    "sticker": {"file_id": "a", "file_unique_id": "a", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
}  # fmt: skip


def document(file_id: str, **more: Any) -> dict[str, Any]:
    """A message's content: a file."""
    return {"document": {"file_id": file_id, "file_unique_id": file_id, **more}}


def message(standin: TelegramStandin, content: dict[str, Any], chat: int = CHAT, **user: Any) -> dict[str, Any]:
    """A user's message that holds `content`."""
    sender = {"id": CHAT, "is_bot": False, "first_name": "Lan", **user}
    return {"message_id": 77, "date": 1_790_000_000, "chat": standin.add_chat(chat), "from": sender, **content}


@pytest.mark.parametrize(("content", "word"), [(VOICE, "tin nhắn thoại"), (STICKER, "nhãn dán"), ({"moon": 1}, "loại tin này")])
async def test_what_cannot_be_read_gets_one_sentence(standin: TelegramStandin, room: Database, content: dict[str, Any], word: str) -> None:
    async with running(standin, room, echo):
        standin.push("message", message(standin, content))
        text = (await sent(standin, 1))[0].text
    assert text.startswith(f"Trợ lý chưa đọc được {word}. Anh/chị gõ câu hỏi bằng chữ giúp")
    assert await events(room) == []


async def test_an_album_that_cannot_be_read_gets_one_sentence_and_a_notice_none(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        for _ in range(3):
            standin.push("message", message(standin, {**VIDEO, "media_group_id": "9"}))
        standin.push("message", message(standin, {"new_chat_title": "Nhóm"}))
        standin.say(CHAT, "hỏi")
        assert sorted(m.text for m in await sent(standin, 2)) == ["1001: hỏi", words.unreadable("video")[0]]
    assert len(standin.sent) == 2


async def test_an_edited_message_reaches_the_conversation_with_the_id_that_it_changes(standin: TelegramStandin, room: Database) -> None:
    heard = list[Incoming]()

    async def talk(incoming: Incoming) -> Reply:
        heard.append(incoming)
        return said(incoming.text)

    async with running(standin, room, talk):
        standin.say(CHAT, "hỏi")
        asked = (await sent(standin, 1))[0].message["message_id"] - 1
        for text in ("sửa", "sửa nữa"):
            standin.revise(CHAT, asked, text)
        standin.push("edited_message", {**message(standin, {"text": "@standin_bot sửa"}, GROUP), "entities": mention("@standin_bot sửa")["entities"]})
        standin.say(CHAT, "mới")
        await sent(standin, 4)
    assert [(i.text, i.edits, i.message == str(asked)) for i in heard] == [
        ("hỏi", False, True), ("sửa", True, True), ("sửa nữa", True, True), ("mới", False, False),
    ]  # fmt: skip


async def test_a_draft_follows_the_message_that_is_edited(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(CHAT, "/baocao Thủ tục mở rộng cụm công nghiệp kéo dài, xã không biết nộp ở đâu")
        asked = (await sent(standin, 1))[0].message["message_id"] - 1
        standin.revise(CHAT, asked, "Thủ tục mở rộng cụm công nghiệp kéo dài, huyện cũ không còn ai nhận hồ sơ")
        assert report_texts("vi").edit_followed() in (await sent(standin, 2))[1].text


# --- files ----------------------------------------------------------------------------------------------


async def heard_files(standin: TelegramStandin, room: Database, *contents: dict[str, Any], pace: Pace = QUICK) -> list[Incoming]:
    """What the conversation hears of messages with these contents."""
    heard = list[Incoming]()

    async def talk(incoming: Incoming) -> Reply:
        heard.append(incoming)
        return said("nhận")

    async with running(standin, room, talk, pace=pace):
        for content in contents:
            standin.push("message", message(standin, content))
        await sent(standin, len(contents))
    return heard


async def test_a_file_reaches_the_conversation_with_its_content(standin: TelegramStandin, room: Database) -> None:
    plan, scan = standin.add_file(b"%PDF-1.7 plan"), standin.add_file(b"%PDF-1.7 scan")
    album = {"media_group_id": "5"}
    heard = await heard_files(
        standin, room, {**document(plan, file_name="kế hoạch.pdf", file_size=13), **album, "caption": " Kèm theo "}, {**document(scan), **album},
    )  # fmt: skip
    assert [(i.text, i.message, i.files) for i in heard] == [
        ("Kèm theo", "77", (File("kế hoạch.pdf", 13, remote=plan, content=b"%PDF-1.7 plan"),)),
        ("", "77", (File("tep-77", 0, remote=scan, content=b"%PDF-1.7 scan"),)),
    ]


async def test_of_a_photo_the_largest_size_is_taken(standin: TelegramStandin, room: Database) -> None:
    (heard,) = await heard_files(standin, room, {**PHOTO, "caption": "Biển báo"})
    assert (heard.text, heard.files) == ("Biển báo", (File("anh-77.jpg", 0, remote="large", trouble="gone"),))


async def test_a_file_is_kept_with_the_report(standin: TelegramStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(CHAT, "/baocao Thủ tục mở rộng cụm công nghiệp kéo dài, xã không biết nộp ở đâu")
        await sent(standin, 1)
        standin.push("message", message(standin, document(standin.add_file(b"%PDF-1.7\nplan"), file_name="Biên bản.pdf")))
        assert report_texts("vi").file_kept("Biên bản.pdf", "") in (await sent(standin, 2))[1].text


@pytest.mark.parametrize("declared", [True, False])
async def test_a_file_that_is_too_large_is_not_fetched(standin: TelegramStandin, room: Database, declared: bool) -> None:
    size = 21 * 2**20
    remote = standin.add_file(b"%PDF", size=size)
    (heard,) = await heard_files(standin, room, document(remote, **({"file_size": size} if declared else {})))
    assert [(f.trouble, f.content) for f in heard.files] == [("too_large", None)]
    assert len(standin.calls_of("getFile")) == (0 if declared else 1)


async def test_a_file_larger_than_it_says_is_not_read_to_its_end(standin: TelegramStandin, room: Database) -> None:
    (heard,) = await heard_files(standin, room, document(standin.add_file(bytes(FILE_MAX + 1), size=10)))
    assert [(f.trouble, f.content) for f in heard.files] == [("too_large", None)]


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (500, 3)])
async def test_a_file_that_telegram_does_not_give_is_gone(
    standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture, status: int, tries: int
) -> None:
    standin.fail_next("getFile", status, f"scripted {standin.token}", times=tries)
    (heard,) = await heard_files(standin, room, document(standin.add_file(b"%PDF")))
    assert [(f.trouble, f.content) for f in heard.files] == [("gone", None)]
    assert len(standin.calls_of("getFile")) == tries
    assert SECRET not in caplog.text


async def test_a_file_that_cannot_be_downloaded_is_gone(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vanished, slow = standin.add_file(b"%PDF"), standin.add_file(b"%PDF")
    known = standin._get_file
    standin._methods["getfile"] = ("getFile", lambda payload: {**known(payload), "file_path": "nowhere"} if payload["file_id"] == vanished else known(payload))
    (heard,) = await heard_files(standin, room, document(vanished))
    assert [f.trouble for f in heard.files] == ["gone"]
    standin.delay("getFile", 3)
    channel = TelegramChannel(standin.token, standin.base_url, room, lambda: None, "Cầu Nối", Pace(fetch=1))
    assert (await channel.fetch(File("chậm.pdf", 4, remote=slow))).trouble == "gone"
    await channel._session.end()
    assert SECRET not in caplog.text


async def test_a_person_whose_telegram_is_not_vietnamese_reads_both_languages(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.push("message", message(standin, VOICE, language_code="en"))
        assert (await sent(standin, 1))[0].text == "\n\n".join(words.unreadable("voice"))


async def test_updates_that_nobody_can_read_hold_up_nothing(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with running(standin, room, echo):
        await until(standin, lambda: bool(standin.calls_of("getUpdates")))
        standin.push("message", {"message_id": "x"})
        standin.push("callback_query", {"id": 7})
        standin.push("message", {**message(standin, {"text": "kênh"}), "chat": {"id": -5, "type": "channel", "title": "Kênh"}})
        standin.push("callback_query", {"id": "8", "from": {"id": CHAT, "is_bot": False, "first_name": "Lan"}, "chat_instance": "1", "inline_message_id": "9"})
        standin.push("my_chat_member", {"moon": 1})
        standin.say(CHAT, "hỏi")
        assert [m.text for m in await sent(standin, 1)] == ["1001: hỏi"]
    assert "không đọc được" in caplog.text


# --- groups ---------------------------------------------------------------------------------------------


def mention(text: str, name: str = "@standin_bot") -> dict[str, Any]:
    """A group message that names somebody."""
    return {"text": text, "entities": [{"type": "mention", "offset": len(text[: text.index(name)].encode("utf-16-le")) // 2, "length": len(name)}]}


async def test_in_a_group_only_who_addresses_the_assistant_is_answered(standin: TelegramStandin, room: Database) -> None:
    lan = {"user": {"id": 5, "first_name": "Lan"}}
    async with running(standin, room, echo):
        standin.say(GROUP, "nói chuyện với nhau", **lan)
        standin.say(GROUP, "/vanban@other_bot", **lan)
        standin.say(GROUP, "/lenh_cua_bot_khac", **lan)
        standin.push("message", {**message(standin, VOICE, GROUP), "message_id": 900})
        standin.push("message", {**message(standin, mention("@standin_bot chào"), GROUP, is_bot=True), "message_id": 901})
        text = "😀 @Standin_Bot mở rộng cụm?"
        standin.say(GROUP, text, **lan, entities=mention(text, "@Standin_Bot")["entities"])
        answer = (await sent(standin, 1))[0]
        assert answer.text == f"-100200:5: 😀   mở rộng cụm?\n\n{texts('vi').automatic()}"
        assert answer.message["reply_to_message"]["text"] == text
        standin.say(GROUP, "/vanban", **lan)
        standin.say(GROUP, "/vanban@standin_bot", **lan)
        standin.say(GROUP, "còn gì nữa?", **lan, reply_to_message=answer.message)
        answers_text = [m.text.split("\n")[0] for m in (await sent(standin, 4))[1:]]
        assert answers_text == ["-100200:5: /vanban", "-100200:5: /vanban", "-100200:5: còn gì nữa?"]


async def test_a_reply_in_a_group_brings_the_words_that_it_replies_to(standin: TelegramStandin, room: Database) -> None:
    seen: list[Incoming] = []

    async def talk(incoming: Incoming) -> Reply:
        seen.append(incoming)
        return said("Phản ánh mới CN 482 719 3056")

    lan = {"user": {"id": 55, "is_bot": False, "first_name": "Lan"}}
    async with running(standin, room, talk):
        standin.say(GROUP, "/vanban@standin_bot", **lan)
        told = (await sent(standin, 1))[0]
        standin.say(GROUP, "Nộp tại Sở.", **lan, reply_to_message=told.message)
        await sent(standin, 2)
    assert seen[0].quoted == ""
    assert "CN 482 719 3056" in seen[1].quoted
    assert seen[1].person == f"{GROUP}:55"


async def test_in_a_group_a_list_belongs_to_who_asked(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.say(GROUP, "/vanban", user={"id": 5})
        shown = (await sent(standin, 1))[0]
        data = shown.buttons[0]["callback_data"]
        standin.tap(shown, data, user={"id": 6})
        await until(standin, lambda: len(standin.answers) == 1)
        assert [answer["text"] for answer in standin.answers.values()] == [words.not_yours()[0]]
        standin.tap(shown, data, user={"id": 5})
        assert (await sent(standin, 2))[1].text.startswith("-100200:5: p:a")


async def test_a_topic_is_kept_and_one_that_is_gone_does_not_swallow_the_answer(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.say(GROUP, "/vanban", message_thread_id=7, is_topic_message=True)
        assert (await sent(standin, 1))[0].message["message_thread_id"] == 7
        standin.hold()
        late = standin.say(GROUP, "/trogiup", message_thread_id=7, is_topic_message=True)
        standin.delete_topic(GROUP, 7)
        standin.release(late)
        assert "message_thread_id" not in (await sent(standin, 2))[1].message


# --- what goes wrong on the way -------------------------------------------------------------------------


async def test_typing_is_shown_while_an_answer_takes_its_time(standin: TelegramStandin, room: Database) -> None:
    async def talk(incoming: Incoming) -> Reply:
        await asyncio.sleep(0.5)
        return said("xong")

    async with running(standin, room, talk, pace=Pace(poll=5, typing_after=0.1, typing_every=0.15)):
        standin.say(CHAT, "hỏi")
        await sent(standin, 1)
        typing = standin.calls_of("sendChatAction")
        assert len(typing) >= 2
        assert typing[-1].time < standin.calls_of("sendMessage")[0].time
        standin.fail_next("sendChatAction", 403, times=9)
        standin.say(CHAT, "nữa")
        await sent(standin, 2)


async def test_retry_after_is_obeyed_and_order_kept(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.fail_next("sendMessage", 429, retry_after=1)
        standin.say(CHAT, "một")
        await until(standin, lambda: len(standin.calls_of("sendMessage")) == 1)
        standin.say(CHAT, "hai")
        standin.say(OTHER, "khác")
        assert [m.text for m in await sent(standin, 3)] == ["1002: khác", "1001: một", "1001: hai"]
    to_chat = [call.time for call in standin.calls_of("sendMessage") if str(call.payload["chat_id"]) == str(CHAT)]
    assert to_chat[1] - to_chat[0] >= 1


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates", "sendMessage", "setMyCommands", "answerCallbackQuery"])
async def test_failures_of_the_server_are_tried_again(standin: TelegramStandin, room: Database, method: str) -> None:
    standin.fail_next(method, 502, "Bad Gateway", times=3)
    async with running(standin, room, echo):
        standin.say(CHAT, "hỏi")
        shown = (await sent(standin, 1))[0]
        standin.tap(shown, shown.buttons[0]["callback_data"])
        await sent(standin, 2)
        await until(standin, lambda: len(standin.calls_of(method)) >= 3)


async def test_a_lost_connection_is_tried_again_rather_than_silent(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.drop_after_send("sendMessage")
        standin.say(CHAT, "hỏi")
        assert [m.text for m in await sent(standin, 2)] == ["1001: hỏi"] * 2  # Telegram has no key against this


async def test_an_answer_that_cannot_be_sent_is_given_up_visibly_and_the_next_one_comes(
    standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture
) -> None:
    standin.fail_next("sendMessage", 500, "Internal Server Error", times=RHYTHM.send_tries)
    async with running(standin, room, echo):
        standin.say(CHAT, "một")
        await until(standin, lambda: "given up" in caplog.text)
        await stand(room, dead=1)
        standin.say(CHAT, "hai")
        assert [m.text for m in await sent(standin, 2)] == ["1001: một", "1001: hai"]  # who writes again is told what is due


async def test_a_message_that_telegram_takes_in_no_form_is_held(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with running(standin, room, echo):
        standin.fail_next("sendMessage", 400, "Bad Request: scripted", times=2)  # with its button and without
        standin.say(CHAT, "một")
        await until(standin, lambda: words.LOST % "Bad Request: scripted" in caplog.text)
        standin.say(OTHER, "khác")
        await sent(standin, 1)
        await stand(room, held=1, sent=1)


async def test_of_a_long_answer_what_was_sent_is_not_sent_again(standin: TelegramStandin, room: Database) -> None:
    known, tries = standin._send_message, 0

    def second_fails(payload: dict[str, Any]) -> dict[str, Any]:
        nonlocal tries
        tries += 1
        if tries == 2:
            raise Refusal(500, "Internal Server Error")
        return known(payload)

    async def talk(incoming: Incoming) -> Reply:
        return said("\n".join(f"{n}. Quy định thứ {n} về cụm công nghiệp." for n in range(300)), Choice("Chọn", "p:a"))

    standin._methods["sendmessage"] = ("sendMessage", second_fails)
    async with running(standin, room, talk):
        standin.say(CHAT, "hỏi")
        await stand(room, sent=1)
    lines = [line for m in standin.sent for line in m.text.split("\n")]
    assert [line.split(".")[0] for line in lines] == [str(n) for n in range(300)]
    assert tries == len(standin.sent) + 1
    assert [len(m.buttons) for m in standin.sent] == [0] * (len(standin.sent) - 1) + [1]


@pytest.mark.parametrize("refusals", [1, 2])
async def test_a_refused_message_goes_out_plainer(standin: TelegramStandin, room: Database, refusals: int) -> None:
    async def talk(incoming: Incoming) -> Reply:
        return Reply((Block(BlockKind.TITLE, "Đề mục"), Block(BlockKind.QUOTE, "a < b & c")), (Choice("Chọn", "p:a"),))

    async with running(standin, room, talk):
        standin.fail_next("sendMessage", 400, "Bad Request: can't parse entities: scripted", times=refusals)
        standin.say(CHAT, "hỏi")
        plain = (await sent(standin, 1))[0]
    assert "entities" not in plain.message
    assert plain.text == "Đề mục\n\n“a < b & c”" + ("\n\n1. Chọn" if refusals == 2 else "")
    assert len(plain.buttons) == 2 - refusals


async def test_a_long_answer_comes_in_several_messages_with_the_buttons_last(standin: TelegramStandin, room: Database) -> None:
    lines = [f"{n}. Quy định thứ {n} về cụm công nghiệp 😀." for n in range(300)]

    async def talk(incoming: Incoming) -> Reply:
        return Reply((Block(BlockKind.QUOTE, "\n".join(lines)),), (Choice("Chọn", "p:a"),))

    async with running(standin, room, talk):
        standin.say(CHAT, "hỏi")
        messages = await sent(standin, 4)
        assert "".join("".join(m.text for m in messages).split()) == "".join(f"“{''.join(lines)}”".split())
        assert all(m.message["entities"][0]["type"] == "expandable_blockquote" for m in messages)
        assert [len(m.buttons) for m in messages] == [0] * (len(messages) - 1) + [1]


async def test_too_long_for_the_server_is_split_again(standin: TelegramStandin, room: Database) -> None:
    text = "Một câu của quy định. " * 100

    async def talk(incoming: Incoming) -> Reply:
        return said(text)

    async with running(standin, room, talk):
        standin.fail_next("sendMessage", 400, "Bad Request: message is too long")
        standin.say(CHAT, "hỏi")
        messages = await sent(standin, 2)
        assert "".join("".join(m.text for m in messages).split()) == "".join(text.split())


async def test_what_is_for_someone_who_blocked_the_assistant_is_held_until_they_write(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.hold()
        asked = [standin.say(CHAT, "hỏi"), standin.say(CHAT, "hỏi nữa")]
        standin.block(CHAT)
        standin.push("my_chat_member", member(standin, "kicked"))
        standin.release(*asked)
        await until(standin, lambda: len([call for call in standin.calls_of("sendMessage") if call.status == 403]) == 2)
        standin.say(OTHER, "khác")
        await sent(standin, 1)
        await stand(room, held=2, sent=1)
        standin.unblock(CHAT)
        standin.say(CHAT, "quay lại")
        assert [m.text for m in await sent(standin, 4)][1:] == ["1001: hỏi", "1001: hỏi nữa", "1001: quay lại"]


async def test_what_was_held_is_sent_to_someone_who_unblocks_the_assistant(standin: TelegramStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.hold()
        asked = standin.say(CHAT, "hỏi")
        standin.block(CHAT)
        standin.release(asked)
        async with asyncio.timeout(5):
            while not await held(room):
                await asyncio.sleep(0.02)
        standin.unblock(CHAT)
        standin.push("my_chat_member", member(standin, "member"))
        assert [m.text for m in await sent(standin, 1)] == ["1001: hỏi"]


async def held(room: Database) -> int:
    """How many messages are held."""
    async with room.look() as work:
        return (await work.outbox.counts()).get("held", 0)


def member(standin: TelegramStandin, status: str) -> dict[str, Any]:
    """The bot's own standing with a person has changed."""
    user, bot = {"id": CHAT, "is_bot": False, "first_name": "Lan"}, {"id": 123456789, "is_bot": True, "first_name": "Bot"}
    old, new = ({"user": bot, "status": at, **({"until_date": 0} if at == "kicked" else {})} for at in ("member" if status == "kicked" else "kicked", status))
    return {"chat": standin.add_chat(CHAT), "from": user, "date": 1_790_000_000, "old_chat_member": old, "new_chat_member": new}


async def test_news_without_a_question_goes_to_the_persons_own_chat(standin: TelegramStandin, room: Database) -> None:
    elsewhere = {"chat": OTHER, "thread": 7, "reply_to": 3}  # a message that was carried here from another chat
    async with running(standin, room, echo):
        async with room.work() as work:
            for n, (person, place) in enumerate([(str(CHAT), {}), (f"{GROUP}:5", {}), (str(CHAT), elsewhere)]):
                await work.outbox.add(Outgoing("telegram", person, f"tin:{n}", reply_payload(said("tin"), place)), datetime.now(UTC))
        told = await sent(standin, 3)
    assert sorted(m.chat_id for m in told) == [GROUP, CHAT, CHAT]
    assert {m.text for m in told if m.chat_id == GROUP} == {f"tin\n\n{texts('vi').automatic()}"}


async def test_a_group_that_moved_is_followed(standin: TelegramStandin, room: Database) -> None:
    standin.add_chat(-100300)
    async with running(standin, room, echo):
        standin.fail_next("sendMessage", 400, "Bad Request: group chat was upgraded", parameters={"migrate_to_chat_id": -100300})
        standin.say(GROUP, "/vanban")
        assert (await sent(standin, 1))[0].chat_id == -100300


async def test_a_conversation_that_fails_or_is_silent_is_not_silence(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    async def talk(incoming: Incoming) -> Reply:
        if incoming.text == "hỏng":
            raise RuntimeError("một lỗi")
        if incoming.text == "lâu":
            raise TimeoutError
        return Reply(())

    async with running(standin, room, talk):
        for text in ("hỏng", "lâu", "rỗng"):
            standin.say(CHAT, text)
        assert [m.text for m in await sent(standin, 3)] == [texts("vi").trouble()] * 3


async def test_a_second_program_with_the_token_is_named_and_outlasted(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with running(standin, room, echo):
        standin.fail_next("getUpdates", 409, "Conflict: terminated by other getUpdates request", times=2)
        standin.fail_next("getUpdates", 400, "Bad Request: scripted")
        standin.say(CHAT, "hỏi")
        standin.say(CHAT, "hỏi nữa")
        await sent(standin, 2)
        await until(standin, lambda: len(standin.calls_of("getUpdates")) >= 4)
        standin.say(CHAT, "còn đây")
        await sent(standin, 3)
        standin.fail_next("getUpdates", 409, "Conflict: can't use getUpdates method while webhook is active")
        standin.say(CHAT, "cuối")
        await sent(standin, 4)
        await until(standin, lambda: len(standin.calls_of("deleteWebhook")) == 2)
    assert "đang dùng cùng mã bot" in caplog.text


# --- the token ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["5:unknown-token", "5:mã-sai", "không phải mã", "chỉ-một-phần", "5:"])
async def test_a_wrong_token_is_one_clear_line_and_the_channel_ends(
    standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    async with running(standin, room, echo, token=token) as channel:
        await asyncio.wait_for(asyncio.shield(channel), 5)
    assert [record.getMessage() for record in caplog.records if record.name == "bot.telegram"] == [words.NOT_TAKEN]


async def test_a_token_that_is_revoked_ends_the_channel(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    async with running(standin, room, echo) as channel:
        standin.say(CHAT, "hỏi")
        await stand(room, sent=1)
        standin.fail_next("getUpdates", 401, "Unauthorized", times=2)
        standin.say(CHAT, "nữa")
        await asyncio.wait_for(asyncio.shield(channel), 5)
        async with room.work() as work:
            await work.outbox.add(Outgoing("telegram", str(CHAT), "tin", reply_payload(said("tin"))), datetime.now(UTC))
        await asyncio.sleep(0.5)
        async with room.look() as work:
            counts = await work.outbox.counts()
        assert (counts["sent"], set(counts)) == (1, {"sent", "waiting"})  # until somebody mends the token
    assert words.NOT_TAKEN in [record.getMessage() for record in caplog.records]


async def test_the_token_is_in_no_log_and_no_exception(standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(standin, room, echo):
        standin.say(CHAT, "hỏi")
        await sent(standin, 1)
        standin.drop_after_send("sendMessage")
        standin.fail_next("getUpdates", 502, f"Bad Gateway at /bot{standin.token}/getUpdates", times=2)
        standin.fail_next("sendMessage", 400, f"Bad Request: {standin.token}", times=9)
        standin.say(CHAT, "nữa")
        await until(standin, lambda: len(standin.calls_of("sendMessage")) >= 3)
    # An address that is none, one where nobody listens, one that answers with something else.
    for api in ("không phải địa chỉ", "http://127.0.0.1:1", f"{standin.base_url}/khac", "http://127.0.0.1:port"):
        async with running(standin, room, echo, api=api):
            await asyncio.sleep(0.2)
    assert "Bad Request: 123456789:***" in caplog.text
    assert "InvalidUrl" in caplog.text or "InvalidURL" in caplog.text
    assert SECRET not in caplog.text
    assert not [record for record in caplog.records if SECRET in str(record.exc_info)]


@pytest.mark.parametrize(
    ("body", "line"), [(b"<html>bad</ht>", "unreadable answer"), (b"\xff" * 14, "UnicodeDecodeError"), (b'{"result":true}', "unreadable answer")]
)
async def test_a_server_that_is_not_telegram_is_waited_for(
    standin: TelegramStandin, room: Database, caplog: pytest.LogCaptureFixture, body: bytes, line: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with running(standin, room, echo, api=f"http://127.0.0.1:{port}") as channel:
        await asyncio.sleep(0.3)
        assert not channel.done()
    server.close()
    await server.wait_closed()
    assert line in caplog.text
    assert "<html>" not in caplog.text


async def test_the_web_chat_outlives_the_channel(standin: TelegramStandin, room: Database, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    wrong = settings.model_copy(update={"telegram_token": type(settings.telegram_token)("5:unknown-token"), "telegram_api": standin.base_url})
    listening = service.bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    serving = asyncio.create_task(service._all(wrong, build.LiveAnswers(wrong, lambda _: None), listening))
    try:
        await until(standin, lambda: words.NOT_TAKEN in caplog.text, 20)
        await asyncio.sleep(0.1)
        assert not serving.done()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        listening.close()
