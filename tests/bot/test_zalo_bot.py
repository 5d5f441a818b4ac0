"""The Zalo Bot channel over real HTTP: what is kept, what is sent, and everything that goes wrong on the way."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bot import build
from bot import zalo_texts as words
from bot.channels import Later
from bot.split import split
from bot.telegram_pace import Pace
from bot.worker import Talking
from bot.zalo_bot import HEADER, ZaloBotChannel
from bot.zalo_download import FILE_MAX, Download
from bot.zalo_http import Failed, Flood
from bot.zalo_render import TEXT_MAX, parts, pieces
from handlers.message import Block, BlockKind, Choice, File, Incoming, Reply
from handlers.post import Outgoing, reply_payload
from handlers.texts import report_texts, texts
from knowledge.answer import Answers
from store.database import Database
from tests.bot.rooms import QUICK as RHYTHM
from tests.bot.rooms import Answering, Simple, opened, working
from tests.standins.https import Server, redirect, serve, text
from tests.standins.zalo_bot import FORGERIES, BotOptions, Refusal, ZaloBotStandin

LAN, MINH, GROUP = "u77", "u78", "g5"
QUICK = Pace(poll=1, request=5, retry_first=0.02, retry_most=0.1, conflict=0.05, typing_after=0.05, typing_every=0.1)
SECRET = "a-webhook-secret-of-the-tests"
TOKEN = "123456789:stand-in-token-of-the-tests"


@pytest.fixture
def standin() -> Iterator[ZaloBotStandin]:
    """A running stand-in that knows two people and a group."""
    with ZaloBotStandin(TOKEN) as server:
        server.add_chat(LAN)
        server.add_chat(MINH)
        server.add_chat(GROUP, "GROUP")
        yield server


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    async with opened(tmp_path) as database:
        yield database


@pytest.fixture
def dialogue(settings: Any, answers: Answers) -> Talking:
    """The true conversation."""
    return build.talk(settings, lambda: answers)


def made(standin: ZaloBotStandin, room: Database, **more: Any) -> ZaloBotChannel:
    """The channel, with nobody to nudge."""
    return ZaloBotChannel(**{"token": TOKEN, "api": standin.base_url, "post": room, "nudge": lambda: None, "name": "Cầu Nối", "pace": QUICK, **more})


@asynccontextmanager
async def running(standin: ZaloBotStandin, room: Database, talk: Talking | Answering, **more: Any) -> AsyncIterator[asyncio.Task[None]]:
    """The channel at work by polling, and a worker; begun and ended like the service does."""

    def nudge() -> None:
        worker.nudge()

    channel = made(standin, room, nudge=nudge, **more)
    task = asyncio.create_task(asyncio.sleep(0))
    try:
        async with working(room, Simple(talk) if callable(talk) else talk, {"zalo": channel}, RHYTHM) as worker:
            task = asyncio.create_task(channel.run())
            yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def events(room: Database, person: str = LAN) -> list[dict[str, Any]]:
    """What was kept of a person's messages, oldest first."""
    async with room.look() as work:
        return [turn.asked for turn in await work.threads.of("zalo", person, 2000) if turn.asked is not None]


async def stand(room: Database, **wanted: int) -> None:
    """Wait until so many messages to people stand in each state."""
    counts: Mapping[str, int] = {}
    try:
        async with asyncio.timeout(5):
            while True:
                async with room.look() as work:
                    if (counts := await work.outbox.counts()) == wanted:
                        return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(counts) from None


async def until(standin: ZaloBotStandin, condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for `condition` without stopping the channel, which shares this loop."""
    await asyncio.to_thread(standin.wait_until, condition, seconds)


async def sent(standin: ZaloBotStandin, n: int, user: str | None = None, seconds: float = 5.0) -> list[str]:
    """The texts of the first `n` messages."""
    return [one.text for one in await asyncio.to_thread(standin.wait_for, n, seconds, user)]


def said(words_: str, *choices: Choice) -> Reply:
    """A reply of one paragraph."""
    return Reply((Block(BlockKind.LEAD, words_),), choices)


async def echo(incoming: Incoming) -> Reply:
    """A conversation that says what came in."""
    return said(f"{incoming.person}: {incoming.text}", Choice("Xem Điều 8", "p:a"), Choice("Xem Điều 9", "p:b"))


# --- what goes out --------------------------------------------------------------------------------------


async def test_choices_are_numbers_in_the_text_and_a_typed_number_means_one(standin: ZaloBotStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(LAN, "CCN muốn mở rộng thì cần điều kiện gì?")
        answer = (await sent(standin, 1))[0]
        assert "75 ha" in answer
        assert "\n\n1. Xem toàn bộ Điều 8" in answer
        assert answer.count("\n1. ") == 1
        standin.say(LAN, "1")
        await stand(room, sent=2)
        assert "Căn cứ: Điều 8 Nghị định" in "\n".join(standin.texts(LAN)[1:])
    assert {call.payload.keys() - {"chat_id", "text"} == set() for call in standin.calls_of("sendMessage")} == {True}


async def test_what_was_typed_reaches_the_conversation_once_with_its_id(standin: ZaloBotStandin, room: Database) -> None:
    heard = list[Incoming]()

    async def talk(incoming: Incoming) -> Reply:
        heard.append(incoming)
        return await echo(incoming)

    async with running(standin, room, talk):
        first = standin.say(LAN, "  Điều 8 <b>*nói* gì?  ")
        assert await sent(standin, 1) == [f"{LAN}: Điều 8 <b>*nói* gì?\n\n1. Xem Điều 8\n2. Xem Điều 9"]
        standin.redeliver(first)
        standin.say(LAN, "2")
        assert (await sent(standin, 2))[1].startswith(f"{LAN}: 2")
        await stand(room, sent=2)
    assert [(i.channel, i.person, i.message, i.group) for i in heard] == [("zalo", LAN, first.message_id, False), ("zalo", LAN, heard[1].message, False)]


@pytest.mark.parametrize("envelope", [True, False])
async def test_events_come_with_and_without_their_envelope(room: Database, envelope: bool) -> None:
    with ZaloBotStandin(TOKEN, BotOptions(poll_envelope=envelope, http_errors=envelope)) as standin:
        async with running(standin, room, echo):
            standin.say(LAN, "một")
            await sent(standin, 1)
            await until(standin, lambda: any(call.error == 408 for call in standin.calls_of("getUpdates")))
            standin.say(LAN, "hai")
            await sent(standin, 2)


async def test_a_long_answer_comes_in_several_messages_and_what_was_sent_is_not_sent_again(standin: ZaloBotStandin, room: Database) -> None:
    lines = [f"{n}. Quy định thứ {n} về cụm công nghiệp 😀 theo điểm c khoản 2 Điều 8 Nghị định 32/2024/NĐ-CP." for n in range(100)]
    known, tries = standin._send_message, 0

    def second_fails(payload: dict[str, Any]) -> dict[str, Any]:
        nonlocal tries
        tries += 1
        if tries == 2:
            raise Refusal(500, "Internal Server Error")
        return known(payload)

    async def talk(incoming: Incoming) -> Reply:
        return said("\n".join(lines), Choice("Chọn", "p:a"))

    standin._methods["sendMessage"] = (second_fails, standin._methods["sendMessage"][1])
    async with running(standin, room, talk):
        standin.say(LAN, "hỏi")
        await stand(room, sent=1)
    texts_ = standin.texts(LAN)
    assert "".join("".join(texts_).split()) == "".join(f"{''.join(lines)}1.Chọn".split())
    assert len(texts_) >= 5
    assert tries == len(texts_) + 1


CITED = "điểm c khoản 2 Điều 8 Nghị định 32/2024/NĐ-CP"


@pytest.mark.parametrize(
    "cited",
    [CITED, "Điểm đ, khoản 3 Điều 12a của Nghị định số 139/2025/NĐ-CP", "Phụ lục III Thông tư 14/2024/TT-BCT", "ngày 15 tháng 9 năm 2026", "75 ha"],
)
def test_no_citation_is_torn_wherever_it_stands(cited: str) -> None:
    torn = 0
    for before in range(1940, 2005):
        whole = ("từ " * before)[:before] + f" {cited} " + "đuôi " * 600
        found = pieces(whole)
        assert any(cited in piece for piece in found)
        assert all(len(piece) <= TEXT_MAX for piece in found)
        assert "".join(found).replace(" ", "") == whole.replace(" ", "")
        torn += not any(cited in piece for piece in split(whole, TEXT_MAX))
    assert torn or cited in ("75 ha",)  # the plain way would tear it


def test_limits_count_what_an_emoji_takes_and_words_like_citations_are_words() -> None:
    assert all(len(piece.encode("utf-16-le")) // 2 <= TEXT_MAX for piece in pieces("😀" * 5000))
    assert pieces("điều kiện, mục tiêu, chương trình " * 3) == [("điều kiện, mục tiêu, chương trình " * 3).strip()]
    assert pieces("  \n ") == []


def test_a_notice_has_no_number_and_a_report_has_numbers() -> None:
    blocks = (Block(BlockKind.TITLE, "Phản ánh số 12 đã được trả lời."), Block(BlockKind.QUOTE, "Đã rõ"), Block(BlockKind.NOTE, " "))
    one, two = (Choice("Mở phản ánh", "w:open:1"),), (Choice("A", "a"), Choice("B\n b", "b"))
    notice = parts(Reply(blocks, one, {"kind": "report"}))
    assert notice == ["Phản ánh số 12 đã được trả lời.\n\n“Đã rõ”"]
    assert parts(Reply(blocks, one)) == [f"{notice[0]}\n\n1. Mở phản ánh"]
    assert parts(Reply(blocks, two, {"kind": "report"}), "máy") == [f"{notice[0]}\n\n1. A\n2. B b\n\nmáy"]
    assert parts(Reply((), two)) == ["1. A\n2. B b"]
    assert parts(Reply((Block(BlockKind.LEAD, "\ud800"),))) == ["?"]


async def test_a_notice_of_the_store_is_sent_without_a_number(standin: ZaloBotStandin, room: Database) -> None:
    payload = {"kind": "notice", "notice": "replied", "number": "1234567890", "report": "r1", "facts": {"text": "Đã rõ.", "name": "Bà Hoa"}}
    async with running(standin, room, echo):
        async with room.work() as work:
            await work.outbox.add(Outgoing("zalo", LAN, "tin", payload), datetime.now(UTC))
        (told,) = await sent(standin, 1)
    assert "“Đã rõ.”" in told
    assert "1. " not in told
    assert "/cuatoi" in told


async def test_typing_is_shown_while_an_answer_takes_its_time(standin: ZaloBotStandin, room: Database) -> None:
    async def talk(incoming: Incoming) -> Reply:
        await asyncio.sleep(0.4)
        return said("xong")

    async with running(standin, room, talk):
        standin.say(LAN, "hỏi")
        await sent(standin, 1)
        typing = standin.calls_of("sendChatAction")
        assert len(typing) >= 2
        assert typing[-1].time < standin.calls_of("sendMessage")[0].time
        standin.fail_next("sendChatAction", error=403, times=9)
        standin.say(LAN, "nữa")
        await sent(standin, 2)


async def test_an_empty_answer_is_not_silence(standin: ZaloBotStandin, room: Database) -> None:
    async def talk(incoming: Incoming) -> Reply:
        return Reply(())

    async with running(standin, room, talk):
        standin.say(LAN, "rỗng")
        assert await sent(standin, 1) == [texts("vi").trouble()]


# --- what comes in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("send", "word"), [("send_voice", "tin nhắn thoại"), ("send_sticker", "nhãn dán"), ("send_unsupported", "loại tin này")])
async def test_what_cannot_be_read_gets_one_sentence_once(standin: ZaloBotStandin, room: Database, send: str, word: str) -> None:
    async with running(standin, room, echo):
        event = getattr(standin, send)(LAN)
        standin.redeliver(event)
        standin.say(LAN, "hỏi")
        await stand(room, sent=2)
    assert sorted(standin.texts(LAN))[0].startswith(f"Trợ lý chưa đọc được {word}. Anh/chị gõ câu hỏi bằng chữ giúp")
    assert len(await events(room)) == 1


async def test_who_has_chosen_english_reads_english(standin: ZaloBotStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(LAN, "/english")
        await sent(standin, 1)
        standin.send_sticker(LAN)
        assert (await sent(standin, 2))[1] == words.unreadable("sticker", only_photos=True)[1]


async def test_unknown_events_are_named_and_get_a_sentence(standin: ZaloBotStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    channel = made(standin, room)
    message = {"message_id": "1", "chat": {"id": LAN, "chat_type": "PRIVATE"}, "from": {"id": LAN}}
    good = {"event_name": "message.text.received", "message": {**message, "text": "hỏi"}}
    assert await channel.take({"event_name": "message.hologram\n.received", "message": message})
    assert "message.hologram?.received" in caplog.text
    for bad in ({}, {"ok": True}, {"ok": True, "result": []}, {"event_name": 7}, {"event_name": "message.text.received"},
                {**good, "message": 7}, {**good, "message": {**good["message"], "chat": {"id": 1.5}}},  # type: ignore[dict-item]
                {**good, "message": {**good["message"], "chat": {"id": "u\x00"}}}):  # type: ignore[dict-item]  # fmt: skip
        assert not await channel.take(bad)
    assert await channel.take({**good, "message": {**good["message"], "from": {"id": "b", "is_bot": True}}})  # type: ignore[dict-item]
    assert await events(room) == []
    async with room.look() as work:
        assert await work.outbox.counts() == {"waiting": 1}  # to whom the hologram came from
    for number in (7, "x" * 500, "😀", None, "a"):
        for _ in range(2):
            assert await channel.take({"ok": True, "result": {**good, "message": {**good["message"], "message_id": number}}})  # type: ignore[dict-item]
    assert len(await events(room)) == 5
    await channel.close()


async def test_one_person_cannot_fill_the_inbox(standin: ZaloBotStandin, room: Database) -> None:
    channel = made(standin, room, pace=Pace(each_chat=3))
    standin.hold()
    said_ = [standin.say(LAN, f"tin {n}").body for n in range(5)]
    for body in (*said_, said_[0]):
        assert await channel.take(body)
    assert len(await events(room)) == 3
    async with room.look() as work:
        assert await work.outbox.counts() == {"waiting": 1}


async def test_a_group_is_answered_by_a_machine_and_takes_no_report(standin: ZaloBotStandin, room: Database, dialogue: Talking) -> None:
    async with running(standin, room, dialogue):
        standin.say(LAN, "@Bot Cầu Nối /baocao Thủ tục mở rộng cụm công nghiệp kéo dài", chat=GROUP)
        (told,) = await sent(standin, 1, GROUP)
    assert told == f"{report_texts('vi').only_in_private()}\n\n{texts('vi').automatic()}"
    (kept,) = await events(room, f"{GROUP}:{LAN}")
    assert (kept["group"], kept["text"], kept["place"]) == (True, "/baocao Thủ tục mở rộng cụm công nghiệp kéo dài", {"chat": GROUP, "group": True})


# --- webhook --------------------------------------------------------------------------------------------


async def test_only_who_knows_the_secret_is_genuine(standin: ZaloBotStandin, room: Database) -> None:
    channel, body = made(standin, room), b"{}"
    assert not channel.genuine({HEADER: ""}, body)  # no secret is set
    await channel.set_webhook("https://bot.example.vn/zalo/bot", SECRET)
    assert (standin.webhook_url, standin.secret) == ("https://bot.example.vn/zalo/bot", SECRET)
    assert channel.genuine({HEADER: SECRET}, body)
    assert channel.genuine({HEADER.lower(): SECRET}, body)
    for forge in FORGERIES:
        assert not channel.genuine(standin.secret_headers(forge), body), forge
    chance = random.Random(5)
    for _ in range(1000):
        forged = "".join(chance.choice([letter, chr(chance.randrange(1, 0x250))]) for letter in SECRET)[: chance.randrange(len(SECRET) + 1)]
        assert not channel.genuine({HEADER: forged}, body)
    await channel.close()


async def test_a_webhook_that_zalo_refuses_is_said(standin: ZaloBotStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    channel = made(standin, room)
    for url, secret in (("http://bot.example.vn", SECRET), ("https://bot.example.vn", "short"), ("https://bot.example.vn", "ữ" * 20)):
        with pytest.raises(ValueError, match="webhook"):
            await channel.set_webhook(url, secret)
    standin.fail_next("setWebhook", status=502, times=2)
    await channel.set_webhook("https://10.0.0.1/x", SECRET)
    assert "url must be a public address" in caplog.text
    await channel.close()
    wrong = made(standin, room, token="5:wrong")
    await wrong.set_webhook("https://bot.example.vn", SECRET)
    assert words.NOT_TAKEN in caplog.text
    await wrong.close()


async def test_a_check_says_whether_the_token_is_good_and_where_zalo_pushes(standin: ZaloBotStandin, room: Database) -> None:
    good = words.BOT_GOOD % "bot.standin"
    assert await made(standin, room).check() == [(True, good), (True, words.WEBHOOK_NONE)]
    standin.point_webhook("https://bot.example.vn/x", SECRET)
    assert await made(standin, room).check() == [(True, good), (True, words.WEBHOOK_AT % "https://bot.example.vn/x")]
    assert await made(standin, room, token="5:wrong").check() == [(False, words.BOT_BAD)]
    assert await made(standin, room, api="http://127.0.0.1:1").check() == [(False, words.NOT_REACHED % "ClientConnectorError")]


async def test_a_webhook_in_the_way_of_polling_is_removed(standin: ZaloBotStandin, room: Database) -> None:
    standin.point_webhook("https://127.0.0.1:1/x", SECRET)
    async with running(standin, room, echo):
        await until(standin, lambda: not standin.webhook_url)
        standin.say(LAN, "hỏi")
        await sent(standin, 1)


# --- what goes wrong ------------------------------------------------------------------------------------


async def test_too_many_calls_are_waited_out_longer_each_time(standin: ZaloBotStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.fail_next("sendMessage", error=429, times=2)
        standin.say(LAN, "một")
        await until(standin, lambda: len(standin.calls_of("sendMessage")) == 1)
        standin.say(MINH, "hai")
        assert sorted(await sent(standin, 2, seconds=10))[0].startswith(f"{LAN}: một")
    times = [call.time for call in standin.calls_of("sendMessage")]
    assert len(times) == 4
    assert times[1] - times[0] >= 1  # the other person's message waited too
    assert times[2] - times[1] >= 2


async def test_the_wait_doubles_and_ends_with_a_success() -> None:
    flood = Flood(0.05)
    flood.check()
    waits = []
    for _ in range(3):
        waits.append(flood.refused().seconds)
        assert flood.refused().seconds <= waits[-1]  # what was under way at the same time
        with pytest.raises(Later):
            flood.check()
        await asyncio.sleep(waits[-1] + 0.01)
    flood.passed()
    assert [round(wait, 2) for wait in (*waits, flood.refused().seconds)] == [0.05, 0.1, 0.2, 0.05]
    flood.passed()
    assert 6 < flood.refused(7).seconds <= 7


async def test_who_blocked_the_bot_gets_what_was_held_when_they_write_again(standin: ZaloBotStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.block(LAN)
        async with room.work() as work:
            await work.outbox.add(Outgoing("zalo", LAN, "tin", reply_payload(said("tin"))), datetime.now(UTC))
        await stand(room, held=1)
        standin.unblock(LAN)
        standin.say(LAN, "quay lại")
        told = await sent(standin, 2)
        assert [one.split("\n")[0] for one in told] == ["tin", f"{LAN}: quay lại"]


@pytest.mark.parametrize("method", ["getMe", "getUpdates", "sendMessage"])
async def test_failures_of_the_server_are_tried_again(standin: ZaloBotStandin, room: Database, method: str) -> None:
    standin.fail_next(method, status=502, times=2)
    standin.fail_next(method, error=500)
    async with running(standin, room, echo):
        standin.say(LAN, "hỏi")
        await sent(standin, 1)
        await until(standin, lambda: len(standin.calls_of(method)) >= 4)


async def test_a_lost_connection_is_tried_again_rather_than_silent(standin: ZaloBotStandin, room: Database) -> None:
    async with running(standin, room, echo):
        standin.drop_after_send("sendMessage")
        standin.say(LAN, "hỏi")
        assert len(await sent(standin, 2)) == 2  # Zalo has no key against this


async def test_an_event_is_kept_before_the_next_is_asked_for(standin: ZaloBotStandin, room: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    down, work = True, room.work

    def failing(*, first: bool = False) -> Any:
        if down:
            raise OSError("disk full")
        return work(first=first)

    channel = made(standin, room)
    standin.say(LAN, "một")
    standin.say(LAN, "hai")
    monkeypatch.setattr(room, "work", failing)
    task = asyncio.create_task(channel.run())
    await until(standin, lambda: len(standin.calls_of("getUpdates")) == 1)
    await asyncio.sleep(0.3)
    assert len(standin.calls_of("getUpdates")) == 1
    down = False
    await until(standin, lambda: len(standin.calls_of("getUpdates")) >= 3)
    assert [event["text"] for event in await events(room)] == ["một", "hai"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("token", ["5:unknown", "mã sai", ""])
async def test_a_wrong_token_is_one_clear_line_and_the_channel_ends(
    standin: ZaloBotStandin, room: Database, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    async with running(standin, room, echo, token=token) as channel:
        await asyncio.wait_for(asyncio.shield(channel), 5)
    assert [record.getMessage() for record in caplog.records if record.name == "bot.zalo_bot"] == [words.NOT_TAKEN]


async def test_the_token_is_in_no_log_and_no_exception(standin: ZaloBotStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(standin, room, echo):
        standin.say(LAN, "hỏi")
        await sent(standin, 1)
        standin.drop_after_send("sendMessage")
        standin.fail_next("getUpdates", error=500, message=f"Bad Gateway at /bot{TOKEN}/getUpdates", times=2)
        standin.fail_next("sendMessage", error=400, message=f"Bad Request: {TOKEN}\nx", times=9)
        standin.say(LAN, "nữa")
        await until(standin, lambda: len(standin.calls_of("sendMessage")) >= 3)
    for api in ("không phải địa chỉ", "http://127.0.0.1:1", f"{standin.base_url}/khac", "http://127.0.0.1:port"):
        channel = made(standin, room, api=api)
        with pytest.raises((Failed, Later)) as raised:
            await channel.send(LAN, said("x"), {}, 0, lambda parts: asyncio.sleep(0))
        error: BaseException | None = raised.value
        while error is not None:
            assert TOKEN.partition(":")[2] not in repr(error)
            error = error.__cause__ or error.__context__
        await channel.close()
    assert "Bad Request: *** x" in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    assert not [record for record in caplog.records if TOKEN in str(record.exc_info)]


# --- files ----------------------------------------------------------------------------------------------


@contextmanager
def photos() -> Iterator[tuple[Server, str]]:
    """A server of pictures on the loopback."""
    with serve() as server:
        yield server, f"http://127.0.0.1:{server.port}"


LOOPBACK = Download(seconds=2, schemes=("http", "https"), allowed=lambda _: True)


async def test_a_photo_reaches_the_conversation_with_its_content(standin: ZaloBotStandin, room: Database) -> None:
    heard = list[Incoming]()

    async def talk(incoming: Incoming) -> Reply:
        heard.append(incoming)
        return said("nhận")

    with photos() as (server, base):
        server.answers.update({"/a.png": text(b"\x89PNG plan"), "/b": redirect("/a.png")})
        async with running(standin, room, talk, download=LOOPBACK):
            standin.send_image(LAN, f"{base}/a.png", caption="Biển báo", message_id="m1")
            standin.send_image(LAN, f"{base}/b", message_id="m2")
            standin.event("message.image.received", LAN, photo=f"{base}/gone.jpg", message_id="m3")
            standin.event("message.image.received", LAN, message_id="m4")
            await sent(standin, 4)
    assert [(i.text, f.name, f.content, f.trouble) for i in heard for f in i.files] == [
        ("Biển báo", "anh-m1.png", b"\x89PNG plan", ""), ("", "anh-m2.jpg", b"\x89PNG plan", ""),
        ("", "anh-m3.jpg", None, "gone"), ("", "anh-m4.jpg", None, "gone"),
    ]  # fmt: skip


async def test_a_photo_is_fetched_from_public_https_addresses_only(caplog: pytest.LogCaptureFixture) -> None:
    with photos() as (server, base):
        server.answers["/a"] = text(b"secret of the machine")
        for url in (
            f"{base}/a", f"https://127.0.0.1:{server.port}/a", f"https://localhost:{server.port}/a", "https://[::1]/a", "https://2130706433/a",
            "https://169.254.169.254/latest", "file:///etc/passwd", "https://a@b.vn/", "https://", "", "https://[", "ftp://a.vn/a",
        ):  # fmt: skip
            assert await Download(seconds=2).fetch(File("a", 0, remote=url)) == File("a", 0, remote=url, trouble="gone")
        assert server.asked == []
        server.answers.update({"/loop": redirect("/loop"), "/file": redirect("file:///etc/passwd"), "/coded": text(b"x", Content_Encoding="gzip")})
        for path in ("loop", "file", "coded", "none"):
            assert (await LOOPBACK.fetch(File("a", 0, remote=f"{base}/{path}"))).trouble == "gone"
    assert base not in caplog.text


async def test_a_redirect_leads_nowhere_that_a_person_may_not_go() -> None:
    with photos() as (server, base):
        server.answers["/a"] = text(b"inside")
        server.answers["/out"] = redirect(f"http://localhost:{server.port}/a")
        looked = list[str]()

        def allowed(address: str) -> bool:
            looked.append(address)
            return len(looked) == 1  # the first place is outside, the second is not

        got = await Download(seconds=2, schemes=("http",), allowed=allowed).fetch(File("a", 0, remote=f"{base}/out"))
        assert (got.trouble, [path for path, _ in server.asked]) == ("gone", ["/out"])


def endless(request: BaseHTTPRequestHandler) -> None:
    """An answer that does not say how long it is."""
    request.send_response(200)
    request.end_headers()
    for _ in range(FILE_MAX // 2**20 + 2):
        request.wfile.write(bytes(2**20))


@pytest.mark.parametrize("declared", [True, False])
async def test_a_photo_that_is_too_large_is_not_read_to_its_end(declared: bool) -> None:
    with photos() as (server, base):
        server.answers["/a"] = text(b"x", Content_Length=str(FILE_MAX + 1)) if declared else endless
        assert (await LOOPBACK.fetch(File("a", 0, remote=f"{base}/a"))).trouble == "too_large"
    assert (await LOOPBACK.fetch(File("a", FILE_MAX + 1, remote=""))).trouble == "too_large"


async def test_nothing_is_opened_by_the_constructor_and_nothing_after_the_end(standin: ZaloBotStandin, room: Database) -> None:
    channel = made(standin, room)
    await channel.close()
    with pytest.raises(Failed):
        await channel.send(LAN, said("x"), {}, 0, lambda parts: asyncio.sleep(0))
    assert standin.calls == []
