"""The channel of an Official Account over real HTTP: signatures, windows, errors, and tokens that are never lost."""

import asyncio
import json
import logging
import random
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import zalo_texts as words
from bot.channels import Later, Undeliverable
from bot.worker import Talking
from bot.zalo_download import Download
from bot.zalo_http import Failed
from bot.zalo_oa import HEADER, ZaloOaChannel, signature
from bot.zalo_render import parts
from bot.zalo_tokens import OaPace, Spool
from handlers.message import Block, BlockKind, Choice, Incoming, Reply
from handlers.post import Outgoing, TokenPair, reply_payload
from reports.model import Identity
from store.database import Database
from tests.bot.rooms import QUICK as RHYTHM
from tests.bot.rooms import Answering, Simple, opened, working
from tests.handlers.phones import Sink
from tests.standins.https import serve, text
from tests.standins.zalo_oa import FORGERIES, HOUR, PROFILE, SEND, TOKEN, ZaloOaStandin

LAN = "u77"
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
PACE = OaPace(look=0.005, keep=0.02, keep_most=0.1, others=5.0, request=5)
LOOPBACK = Download(seconds=2, schemes=("http", "https"), allowed=lambda _: True)


@pytest.fixture
def oa() -> Iterator[ZaloOaStandin]:
    """A running stand-in whose clock stands at noon."""
    with ZaloOaStandin() as server:
        server.set_clock(NOON)
        yield server


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database."""
    async with opened(tmp_path) as database:
        yield database


def made(oa: ZaloOaStandin, room: Any, spool: Path | None = None, **more: Any) -> ZaloOaChannel:
    """The channel by the stand-in's clock, with nobody to nudge."""
    given = {
        "app_id": oa.app_id, "app_secret": oa.app_secret, "oa_secret": oa.oa_secret, "api": oa.base_url, "oauth": oa.oauth_url, "post": room,
        "nudge": lambda: None, "name": "Cầu Nối", "spool": spool or Path("/nonexistent"), "pace": PACE,
        "now": lambda: datetime.fromtimestamp(oa.now(), UTC), "download": LOOPBACK,
    }  # fmt: skip
    return ZaloOaChannel(**{**given, **more})


@asynccontextmanager
async def channel_of(oa: ZaloOaStandin, room: Any, spool: Path, **more: Any) -> AsyncIterator[ZaloOaChannel]:
    """A channel that has been authorised."""
    channel = made(oa, room, spool, **more)
    await channel.begin(oa.refresh_token)
    try:
        yield channel
    finally:
        await channel.close()


@asynccontextmanager
async def running(oa: ZaloOaStandin, room: Database, talk: Talking | Answering, spool: Path, **more: Any) -> AsyncIterator[ZaloOaChannel]:
    """The channel, authorised, and a worker that goes by the same clock as the world."""

    def nudge() -> None:
        worker.nudge()

    talking = Simple(talk) if callable(talk) else talk
    async with channel_of(oa, room, spool, nudge=nudge, **more) as channel, working(room, talking, {"zalo_oa": channel}, RHYTHM) as worker:
        yield channel


async def pair_of(room: Database, oa: ZaloOaStandin) -> TokenPair:
    """The pair as it is kept."""
    async with room.look() as work:
        pair = await work.tokens.get(f"zalo_oa:{oa.app_id}")
    assert pair is not None
    return pair


async def events(room: Database, person: str = LAN) -> list[dict[str, Any]]:
    """What was kept of a person's messages, oldest first."""
    async with room.look() as work:
        return [turn.asked for turn in await work.threads.of("zalo_oa", person, 2000) if turn.asked is not None]


async def counts(room: Database) -> Mapping[str, int]:
    """How many messages to people stand in each state."""
    async with room.look() as work:
        return await work.outbox.counts()


async def stand(room: Database, **wanted: int) -> None:
    """Wait until so many messages to people stand in each state."""
    found: Mapping[str, int] = {}
    try:
        async with asyncio.timeout(5):
            while (found := await counts(room)) != wanted:
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(found) from None


def said(words_: str, *choices: Choice) -> Reply:
    """A reply of one paragraph."""
    return Reply((Block(BlockKind.LEAD, words_),), choices)


async def echo(incoming: Incoming) -> Reply:
    """A conversation that says what came in."""
    return said(f"{incoming.person}: {incoming.text}", Choice("Xem Điều 8", "p:a"))


async def nothing(parts: int) -> None:
    """Told how many parts are out."""


async def send(channel: ZaloOaChannel, what: Reply | str = "tin", person: str = LAN) -> str:
    """Send one reply as the worker does."""
    return await channel.send(person, said(what) if isinstance(what, str) else what, {}, 0, nothing)


# --- signatures -----------------------------------------------------------------------------------------

VECTOR = (
    '{"app_id":"1","sender":{"id":"2"},"recipient":{"id":"3"},"event_name":"user_send_text",'
    '"message":{"text":"xin chào","msg_id":"m1"},"timestamp":"1700000000000"}'
).encode()
VECTOR_HEX = "ae00be31f9c358e878372ab691e2555fd766bab4fb9fab8eb1c9a6ed2235c115"
THEN = datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize("prefix", ["", "mac="])
def test_the_published_vector_is_genuine(oa: ZaloOaStandin, prefix: str) -> None:
    assert signature("1", VECTOR, "1700000000000", "oa-secret") == VECTOR_HEX
    for name in (HEADER, HEADER.lower()):
        channel = made(oa, None, app_id="1", oa_secret="oa-secret", now=lambda: THEN)
        assert channel.genuine({"content-type": "x", name: f"{prefix}{VECTOR_HEX}"}, VECTOR)
        assert not made(oa, None, app_id="1", oa_secret="", now=lambda: THEN).genuine({name: f"{prefix}{VECTOR_HEX}"}, VECTOR)


@pytest.mark.parametrize(("age", "genuine"), [(-61, False), (-59, True), (0, True), (24 * 60 - 1, True), (24 * 60 + 1, False)])
def test_what_is_too_old_or_not_yet_is_not_genuine(oa: ZaloOaStandin, age: int, genuine: bool) -> None:
    channel = made(oa, None, app_id="1", oa_secret="oa-secret", now=lambda: THEN + timedelta(minutes=age))
    assert channel.genuine({HEADER: VECTOR_HEX}, VECTOR) is genuine


def body_of(oa: ZaloOaStandin, stamp: object) -> bytes:
    return json.dumps({"event_name": "user_send_text", "sender": {"id": LAN}, "message": {"text": "a", "msg_id": "m1"}, "timestamp": stamp}).encode()


def test_bodies_that_are_no_events_are_not_genuine(oa: ZaloOaStandin) -> None:
    channel = made(oa, None)
    now = str(int(oa.now() * 1000))
    assert channel.genuine(oa.signed(body_of(oa, now), now), body_of(oa, now))
    assert channel.genuine(oa.signed(body_of(oa, int(now)), now), body_of(oa, int(now)))
    for stamp in (None, 1.5, True, "", "x", f"{now} ", "-1", "٣" * 13, [now], 10**30):
        assert not channel.genuine(oa.signed(body_of(oa, stamp), now), body_of(oa, stamp))
        assert not channel.genuine(oa.signed(body_of(oa, stamp), str(stamp)), body_of(oa, stamp)), stamp
    for body in (b"", b"7", b"[]", b"\xff", b"{", b"[" * 100_000, b"null"):
        assert not channel.genuine(oa.signed(body, ""), body) if body != b"{" else True
    large = body_of(oa, now)[:-1] + b" " * 3 * 2**20 + b"}"
    assert not channel.genuine(oa.signed(large, now), large)
    twice = b'{"timestamp":"1",' + body_of(oa, now)[1:]
    assert channel.genuine(oa.signed(twice, now), twice)  # the last one counts, for the signature and for the age


async def deliver(channel: ZaloOaChannel, headers: Mapping[str, str], body: bytes) -> bool:
    """What the web server does with a call."""
    return channel.genuine(headers, body) and await channel.take(json.loads(body))


async def test_a_thousand_forged_calls_are_rejected_and_nothing_is_kept(oa: ZaloOaStandin, room: Database) -> None:
    channel, chance = made(oa, room), random.Random(7)
    rejected = 0
    for n in range(1000):
        event = {
            "app_id": oa.app_id, "event_name": "user_send_text", "sender": {"id": f"u{n}"}, "recipient": {"id": oa.oa_id},
            "message": {"text": f"tin {n} ữ", "msg_id": f"m{n}"}, "timestamp": str(int(oa.now() * 1000) - n),
        }  # fmt: skip
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        good = oa.signed(body, str(event["timestamp"]))
        match n % 4:
            case 0:  # forged
                forge = chance.choice([f for f in FORGERIES if f != "changed_body"])
                headers, forged = oa.signed(body, str(event["timestamp"]), forge), body
            case 1:  # a byte of the body is another one
                at = chance.randrange(len(body))
                headers, forged = good, body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]
            case 2:  # a letter of the signature is another one, one more, one less
                at, value = chance.randrange(64), good[HEADER]
                headers = {HEADER: chance.choice([value[:at] + chance.choice("xyzữ\x00 ") + value[at + 1 :], value[:-1], f"{value}0", f"mac={value[1:]}"])}
                forged = body
            case _:  # signed right, long ago
                event["timestamp"] = str(int(oa.now() * 1000) - 25 * HOUR * 1000)
                forged = json.dumps(event).encode()
                headers = oa.signed(forged, str(event["timestamp"]))
        rejected += not await deliver(channel, headers, forged)
        assert channel.genuine(good, body)
    assert rejected == 1000
    async with room.look() as work:
        assert await work.inbox.claim(datetime.now(UTC), timedelta(minutes=1)) is None
        assert await work.outbox.counts() == {}


# --- what comes in --------------------------------------------------------------------------------------


async def test_a_question_is_kept_once_and_answered_with_numbers(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    async with running(oa, room, echo, tmp_path / "spool") as channel:
        oa.hold()
        asked = oa.say(LAN, "Điều 8 nói gì?")
        for _ in range(3):
            assert await channel.take(asked.body)
        await stand(room, sent=1)
        assert await channel.take(oa.say(LAN, "1").body)
        await stand(room, sent=2)
    assert [one.text for one in oa.sent] == [f"{LAN}: Điều 8 nói gì?\n\n1. Xem Điều 8", f"{LAN}: 1\n\n1. Xem Điều 8"]
    assert (await events(room))[0]["message"] == asked.message_id
    message = {"text": oa.sent[0].text, "quote_message_id": asked.message_id}
    assert oa.sent[0].payload == {"recipient": {"user_id": LAN}, "message": message}


async def test_a_reply_names_what_it_answers_so_that_it_is_none_that_nobody_asked_for(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.options.needs_message_id = True
    async with running(oa, room, echo, tmp_path / "spool") as channel:
        oa.hold()
        assert await channel.take(oa.say(LAN, "một").body)
        await stand(room, sent=1)
        oa.fail_next(SEND, error=-201, message="quote_message_id is invalid")
        assert await channel.take(oa.say(LAN, "hai").body)
        await stand(room, sent=2)
    assert [one.quota_type for one in oa.sent] == ["reply", "proactive"]
    assert "quote_message_id" not in oa.sent[1].payload["message"]


async def test_what_the_account_held_back_goes_out_when_it_is_mended(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    async with running(oa, room, echo, tmp_path / "spool") as channel:
        oa.hold()
        for mishap, mend in (("paid_tier", None), ("permitted", "restore_permission")):
            for person in (LAN, "u78"):
                assert await channel.take(oa.say(person, "một").body)
            sent = len(oa.sent) + 2
            await stand(room, sent=sent)
            setattr(oa, mishap, False)
            if mishap == "permitted":
                oa.withdraw_permission()
            assert await channel.take(oa.say(LAN, "hai").body)
            await stand(room, sent=sent, held=1)
            setattr(oa, mishap, True)
            if mend is None:
                oa.advance(2 * HOUR)  # whether it is mended is tried once an hour, with what is sent anyway
                assert await channel.take(oa.say("u78", "hai").body)
                await stand(room, sent=sent + 2)
            else:
                oa.restore_permission()
                await channel.begin(oa.refresh_token)
                await stand(room, sent=sent + 1)


async def test_a_permission_withdrawn_amid_a_reply_sends_the_rest_when_it_is_back(
    oa: ZaloOaStandin, room: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = " ".join(f"Câu thứ {n} của một câu trả lời dài." for n in range(150))

    async def long(incoming: Incoming) -> Reply:
        return said(whole)

    async with running(oa, room, long, tmp_path / "spool") as channel:
        oa.hold()
        answered = channel._answered

        async def once(*given: Any) -> Any:
            answer = await answered(*given)
            oa.withdraw_permission()
            return answer

        monkeypatch.setattr(channel, "_answered", once)
        assert await channel.take(oa.say(LAN, "hỏi").body)
        await stand(room, held=1)
        monkeypatch.undo()
        assert 0 < len(oa.sent) < len(parts(said(whole)))
        oa.restore_permission()
        await channel.begin(oa.refresh_token)
        await stand(room, sent=1)
    assert " ".join(" ".join(oa.texts(LAN)).split()) == whole


async def test_three_weeks_later_a_reply_is_delivered_or_seen_to_be_held(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    # 100 people: 30 have written again in the last week, 30 have linked the web, 40 have done neither.
    people, web = [f"u{n}" for n in range(100)], Sink("web")
    held = {f"{n:010}" for n in range(60, 100)}
    oa.hold()
    for person in people:
        oa.say(person, "báo vướng mắc")
    async with channel_of(oa, room, tmp_path / "spool") as channel, working(room, Simple(echo), {"zalo_oa": channel, "web": web}, RHYTHM):
        oa.advance(21 * 24 * HOUR)
        for person in people[:30]:
            oa.say(person, "tôi hỏi thêm")
        for n, person in enumerate(people):
            facts = {"text": "Nộp tại Sở Công Thương.", "name": "Bà Bình"}
            notice = {"kind": "notice", "notice": "replied", "number": f"{n:010}", "report": f"r{n}", "facts": facts}
            async with room.work() as work:
                if 30 <= n < 60:
                    await work.links.join(Identity("zalo_oa", person), Identity("web", person))
                await work.outbox.add(Outgoing("zalo_oa", person, f"r{n}:replied", notice), datetime.now(UTC))
        await stand(room, sent=90, held=40)  # 30 here, 30 handed on and 30 there
        assert sum(len(web.screens[person]) for person in people) == 30
        assert {one.user for one in oa.sent} == set(people[:30])
        async with room.look() as work:
            seen = await work.outbox.undelivered(200)
            assert {row.number for row in seen} == held
            assert {row.error for row in seen} == {"window"}
            assert [row.number for row in await work.outbox.undelivered(9, f"{77:010}")] == [f"{77:010}"]
        for person in people[60:]:
            assert await channel.take(oa.say(person, "có trả lời chưa").body)
        await stand(room, sent=170)
    for person in people[60:]:
        assert ["Nộp tại Sở Công Thương." in words_ for words_ in oa.texts(person)] == [True, False]  # held rows go first


async def test_what_cannot_be_read_gets_one_sentence_and_a_follower_a_greeting(oa: ZaloOaStandin, room: Database) -> None:
    channel = made(oa, room)
    oa.hold()
    kinds = [oa.send_sticker(LAN), oa.send_location(LAN), oa.user_sends("audio", LAN), oa.user_sends("video", LAN), oa.user_sends("hologram", LAN)]
    for event in (*kinds, oa.follow(LAN)) * 2:
        assert await channel.take(event.body)
    assert await events(room) == []
    assert await counts(room) == {"waiting": 6}
    async with room.look() as work:
        told = [turn.reply["blocks"][0][1] for turn in await work.threads.of("zalo_oa", LAN, 10) if turn.reply]
    kinds_ = ("sticker", "location", "audio", "video", "hologram")
    assert sorted(told) == sorted([*(words.unreadable(kind)[0] for kind in kinds_), words.greeting("Cầu Nối")[0]])


async def test_own_echoes_and_what_asks_for_nothing_are_ignored(oa: ZaloOaStandin, room: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    channel = made(oa, room)
    oa.hold()
    oa.touch(LAN)
    echoes = [oa._echo(LAN, "text", {"text": "tin của OA", "msg_id": "e1"}), oa.unfollow(LAN), oa.event("user_seen_message", sender={"id": LAN})]
    for event in echoes:
        assert await channel.take(event.body)
    assert caplog.text == ""
    assert await channel.take(oa.admin_says(LAN, "tôi trả lời").body)
    assert words.HUMAN % "admin-1" in caplog.text
    assert await channel.take(oa.event("shop_has_order").body)
    assert words.UNKNOWN % "shop_has_order" in caplog.text
    for bad in ({}, {"event_name": 7}, {"event_name": "follow"}, {"event_name": "user_send_text", "sender": {"id": 1.5}}):
        assert not await channel.take(bad)
    assert await events(room) == []
    assert await counts(room) == {}


async def test_pictures_files_and_links_reach_the_conversation(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    heard = list[Incoming]()

    async def talk(incoming: Incoming) -> Reply:
        heard.append(incoming)
        return said("nhận")

    with serve() as server:
        base = f"http://127.0.0.1:{server.port}"
        server.answers.update({"/a.jpg": text(b"\xff\xd8 plan"), "/a.pdf": text(b"%PDF-1.7")})
        async with running(oa, room, talk, tmp_path / "spool") as channel:
            oa.hold()
            link = [{"type": "link", "payload": {"title": "Nghị định 32", "url": "https://a.vn/nd32"}}]
            sent = [
                oa.send_image(LAN, f"{base}/a.jpg", msg_id="m1", text="Biển báo"), oa.send_file(LAN, f"{base}/a.pdf", "../đơn.pdf", 8, msg_id="m2"),
                oa.send_file(LAN, f"{base}/a.pdf", "to.pdf", 21 * 2**20, msg_id="m3"), oa.user_sends("image", LAN, msg_id="m4"),
                oa.user_sends("link", LAN, text="https://a.vn/nd32", attachments=link, msg_id="m5"),
            ]  # fmt: skip
            for event in sent:
                assert await channel.take(event.body)
            await stand(room, sent=5)
    assert [(i.text, [(f.name, f.content, f.trouble) for f in i.files]) for i in heard] == [
        ("Biển báo", [("anh-m1.jpg", b"\xff\xd8 plan", "")]), ("", [(".. đơn.pdf", b"%PDF-1.7", "")]), ("", [("to.pdf", None, "too_large")]),
        ("", [("anh-m4.jpg", None, "gone")]), ("https://a.vn/nd32\nNghị định 32", []),
    ]  # fmt: skip


# --- what goes out --------------------------------------------------------------------------------------


async def test_a_long_answer_comes_in_several_messages(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    whole = "\n".join(f"{n}. Theo điểm c khoản 2 Điều 8 Nghị định 32/2024/NĐ-CP thì cụm 😀 được mở rộng." for n in range(150))
    oa.touch(LAN)
    told = list[int]()

    async def progress(parts: int) -> None:
        told.append(parts)

    async with channel_of(oa, room, tmp_path / "spool") as channel:
        last = await channel.send(LAN, said(whole), {}, 1, progress)
        assert last == oa.sent[-1].message_id
        assert told == list(range(2, len(oa.sent) + 1))
        await channel.send(LAN, said(whole), {}, len(oa.sent), progress)
    texts = [one.text for one in oa.sent]
    assert all("điểm c khoản 2 Điều 8 Nghị định 32/2024/NĐ-CP" in line for one in texts for line in one.split("\n"))
    assert "\n".join(texts[:-1]).split("\n")[-1] == whole.split("\n")[-1]


async def test_what_zalo_finds_too_long_is_halved(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        oa.fail_next(SEND, error=-210, times=2)
        whole = "Một câu của quy định. " * 80
        await send(channel, whole)
        assert len(oa.sent) >= 3
        assert " ".join(one.text for one in oa.sent) == whole.strip()
        oa.fail_next(SEND, error=-210)
        with pytest.raises(Undeliverable, match="oa -210"):
            await send(channel, "ngắn")


async def test_outside_the_window_it_is_held_until_the_person_writes(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    async with running(oa, room, echo, tmp_path / "spool") as channel:
        oa.hold()
        assert await channel.take(oa.say(LAN, "hỏi").body)
        await stand(room, sent=1)
        oa.advance(8 * 24 * HOUR)
        for person, n in ((LAN, 1), ("never", 2)):
            async with room.work() as work:
                await work.outbox.add(Outgoing("zalo_oa", person, f"tin:{n}", reply_payload(said("Đã có trả lời"))), datetime.now(UTC))
        await stand(room, sent=1, held=2)
        assert await channel.take(oa.say(LAN, "quay lại").body)
        await stand(room, sent=3, held=1)
    assert [one.text.split("\n")[0] for one in oa.sent] == [f"{LAN}: hỏi", "Đã có trả lời", f"{LAN}: quay lại"]


ALARMS: list[tuple[Callable[[ZaloOaStandin], None], str]] = [
    (lambda oa: setattr(oa, "verified", False), "account: -221"), (lambda oa: setattr(oa, "paid_tier", False), "account: -224"),
    (lambda oa: oa.fail_next(SEND, error=-99999, message="lạ"), "oa -99999"), (lambda oa: oa.block(LAN), "oa -213"),
    (lambda oa: oa.fail_next(SEND, body={"error": "-221", "message": "x"}), "account: -221"), (lambda oa: oa.withdraw_permission(), "account: -14014"),
]  # fmt: skip


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(("mishap", "reason"), ALARMS)
async def test_what_a_human_must_mend_is_held_and_said(
    oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, mishap: Callable[[ZaloOaStandin], None], reason: str, status: int
) -> None:
    oa.touch(LAN)
    oa.options.error_status = status
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        mishap(oa)
        with pytest.raises(Undeliverable) as raised:
            await send(channel, "điều bí mật")
    assert raised.value.reason == reason
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert reason.split()[1] in line
    assert "điều bí mật" not in caplog.text
    assert LAN not in caplog.text


async def test_too_many_calls_are_waited_out(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        oa.fail_next(SEND, error=-32)
        for _ in range(2):
            with pytest.raises(Later) as raised:
                await send(channel)
            assert 0.5 < raised.value.seconds <= 1
        assert len(oa.calls_of(SEND)) == 1
        await asyncio.sleep(1.01)
        await send(channel)
        oa.fail_next(SEND, status=429, retry_after=3)
        with pytest.raises(Later) as raised:
            await send(channel)
        assert 2.5 < raised.value.seconds <= 3


@pytest.mark.parametrize("fault", [{"status": 502}, {"body": b"<html>"}, {"body": {"message": "none"}}, {"body": {"error": True}}])
async def test_an_answer_that_cannot_be_read_is_tried_again(oa: ZaloOaStandin, room: Database, tmp_path: Path, fault: Mapping[str, Any]) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        oa.fail_next(SEND, **fault)
        with pytest.raises(Failed):
            await send(channel)
        await send(channel)


async def test_the_quota_is_told_only_near_its_end(oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        await send(channel)
        caplog.clear()
        caplog.set_level(logging.INFO)
        for left in ("5", "1"):
            quota = {"quota_type": "reply", "remain": left, "total": "8"}
            oa.fail_next(SEND, body={"data": {"message_id": "m", "quota": quota}, "error": 0, "message": "Success"})
            assert await send(channel) == "m"
    assert [record.getMessage() for record in caplog.records] == [words.QUOTA % ("reply", 1, 8)]


# --- tokens ---------------------------------------------------------------------------------------------


async def test_without_an_authorisation_everything_is_held(oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    channel = made(oa, room, tmp_path / "spool")
    with pytest.raises(Undeliverable, match="account: unauthorised"):
        await send(channel)
    assert words.OA_UNAUTHORISED in caplog.text
    for token in ("", "  ", "mã"):
        with pytest.raises(ValueError, match="refresh token"):
            await channel.begin(token)
    assert oa.calls == []
    await channel.close()


async def test_a_token_is_renewed_before_it_expires_and_only_then(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        for hours, renewals in ((0, 1), (24, 1), (0.9, 2), (24.8, 2), (0.1, 3)):
            oa.advance(hours * HOUR)
            oa.touch(LAN)
            await send(channel)
            assert (oa.refreshes, len(oa.calls_of(TOKEN))) == (renewals, renewals)
    assert all(call.error == 0 for call in oa.calls)
    assert not (tmp_path / "spool").exists()
    assert await pair_of(room, oa) == TokenPair(oa.access_token, oa.refresh_token, (await pair_of(room, oa)).expires_at)
    [asked] = {(call.payload["app_id"], call.payload["grant_type"], call.headers["secret_key"]) for call in oa.calls_of(TOKEN)}
    assert asked == (oa.app_id, "refresh_token", oa.app_secret)


@pytest.mark.parametrize("mishap", ["expire_token", "revoke_token"])
async def test_a_dead_token_is_renewed_once_and_the_message_sent_once(oa: ZaloOaStandin, room: Database, tmp_path: Path, mishap: str) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        await send(channel)
        getattr(oa, mishap)()
        await send(channel, "một lần")
        assert oa.texts(LAN) == ["tin", "một lần"]
        assert oa.refreshes == 2
        oa.fail_next(SEND, error=-216, times=2)
        with pytest.raises(Failed, match="oa -216, also after a renewal"):
            await send(channel)
        assert oa.refreshes == 3


async def test_a_reused_refresh_token_is_an_alarm_until_a_human_has_mended_it(
    oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        await send(channel)
        oa.drop_after_send(TOKEN)  # the pair is lost on the way
        oa.expire_token()
        with pytest.raises(Failed):
            await send(channel)
        for _ in range(3):
            with pytest.raises(Undeliverable, match="account: -14020"):
                await send(channel)
        assert len(oa.calls_of(TOKEN)) == 3  # it is not asked again and again
        assert (await pair_of(room, oa)).alarm == "-14020 Refresh token has been used"
        assert caplog.text.count("-14020") == 3
        await channel.begin(oa.refresh_token)
        await send(channel, "xong")
    assert oa.texts(LAN) == ["tin", "xong"]
    assert (await pair_of(room, oa)).alarm == ""


async def test_a_check_says_whether_there_is_a_valid_token(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    assert await made(oa, room, spool).check() == [(False, words.OA_NONE)]
    async with channel_of(oa, room, spool):
        oa.fail_next(TOKEN, status=502)
        assert await made(oa, room, spool).check() == [(False, words.OA_LATER % "HTTP 502 without JSON")]
        oa.expire_refresh_token()
        assert await made(oa, room, spool).check() == [(False, words.OA_BAD % (-14014, "Refresh token has expired"))]
    oa._refresh[oa.refresh_token].until = float("inf")
    assert await made(oa, room, spool).check() == [(True, words.OA_GOOD % (oa.oa_name, "13:00 23/11/2026 (giờ Việt Nam)"))]


async def test_a_check_asks_zalo_whether_it_takes_the_token(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    async with channel_of(oa, room, spool):
        assert (await made(oa, room, spool).check())[0][0]
        oa.revoke_token()
        assert (await made(oa, room, spool).check())[0][0], "a token that is dead is renewed"
        oa.withdraw_permission()
        [(good, text)] = await made(oa, room, spool).check()
        assert not good
        assert "withdrawn" in text
        oa.restore_permission()
        oa.fail_next(PROFILE, status=502)
        assert await made(oa, room, spool).check() == [(False, words.OA_LATER % "HTTP 502 without JSON")]


async def test_a_failing_renewal_is_tried_again(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.touch(LAN)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        oa.drop_before_send(TOKEN)
        oa.fail_next(TOKEN, status=502)
        for _ in range(2):
            with pytest.raises(Failed):
                await send(channel)
        oa.fail_next(TOKEN, error=-32)
        with pytest.raises(Later):
            await send(channel)
        await send(channel)
    assert oa.refreshes == 1


async def test_two_processes_renew_at_once_two_hundred_times_and_no_pair_is_lost(oa: ZaloOaStandin, tmp_path: Path) -> None:
    oa.options.reuse_revokes = True
    async with opened(tmp_path) as one, opened(tmp_path) as two, channel_of(oa, one, tmp_path / "spool") as first:
        second = made(oa, two, tmp_path / "spool")
        for n in range(200):
            (oa.expire_token if n % 2 else oa.revoke_token)()
            oa.touch(LAN)
            await asyncio.gather(*(send(channel) for channel in (first, second, first, second)))
            assert oa.refreshes == n + 1
        pair = await pair_of(one, oa)
        await second.close()
    assert (pair.access, pair.refresh) == (oa.access_token, oa.refresh_token)
    used = [call.payload["refresh_token"] for call in oa.calls_of(TOKEN)]
    assert len(used) == len(set(used)) == 200
    assert len(oa.sent) == 800
    assert not (tmp_path / "spool").exists()


class Crash(BaseException):
    """The process ends here."""


class Crashing:
    """A database whose process ends when a pair is to be committed."""

    def __init__(self, room: Database) -> None:
        self._room, self.armed = room, True
        self.files, self.look = room.files, room.look

    @asynccontextmanager
    async def work(self, *, first: bool = False) -> AsyncIterator[Any]:
        async with self._room.work(first=first) as work:
            yield _Armed(work) if self.armed else work


class _Armed:
    def __init__(self, work: Any) -> None:
        self._work = work
        self.tokens = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work.tokens, name)

    async def replace(self, *_: object) -> bool:
        raise OSError("killed")

    async def free(self, *_: object) -> None:
        raise OSError("killed")


@pytest.mark.parametrize("way", ["send", "run"])
async def test_a_pair_that_was_answered_but_not_committed_is_taken_up(
    oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    oa.options.reuse_revokes = True
    oa.touch(LAN)
    spool = tmp_path / "data" / "spool"
    async with channel_of(oa, room, spool) as channel:
        await send(channel)
    killed = made(oa, Crashing(room), spool)
    oa.expire_token()
    with pytest.raises(OSError, match="killed"):
        await send(killed)
    await killed.close()
    assert stat.S_IMODE(spool.stat().st_mode) == 0o600
    assert (await pair_of(room, oa)).access != oa.access_token
    # Another process, after the lease of the one that is gone.
    again = made(oa, room, spool, pace=replace(PACE, others=0.02))
    with pytest.raises(Later):
        await send(again)
    oa.advance(91)
    if way == "run":
        task = asyncio.create_task(again.run())
        async with asyncio.timeout(5):
            while (await pair_of(room, oa)).access != oa.access_token:
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        again = made(oa, room, spool)
    await send(again, "sau")
    await again.close()
    assert (oa.refreshes, oa.texts(LAN), spool.exists()) == (2, ["tin", "sau"], False)
    assert await pair_of(room, oa) == TokenPair(oa.access_token, oa.refresh_token, (await pair_of(room, oa)).expires_at)
    assert words.OA_ADOPTED in caplog.text


async def test_a_process_whose_database_fails_takes_its_own_lease_again(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.touch(LAN)
    failing = Crashing(room)
    async with channel_of(oa, room, tmp_path / "spool"):
        pass
    channel = made(oa, failing, tmp_path / "spool")
    with pytest.raises(OSError, match="killed"):
        await send(channel)
    failing.armed = False
    await send(channel)
    await channel.close()
    assert oa.refreshes == 1


async def test_old_and_foreign_and_broken_spools_change_nothing(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.touch(LAN)
    spool, name = tmp_path / "spool", f"zalo_oa:{oa.app_id}"
    old = TokenPair("access-old", "refresh-old", NOON + timedelta(hours=1))
    async with channel_of(oa, room, spool) as channel:
        await send(channel)
        stood = await pair_of(room, oa)
        for write, stays in (
            (lambda: Spool(spool).write(name, "refresh-older", old), False), (lambda: Spool(spool).write("zalo_oa:9", stood.refresh, old), True),
            (lambda: Spool(spool).write(name, "refresh-0", stood), False), (lambda: spool.write_bytes(b'{"name": "x'), True),
        ):  # fmt: skip
            write()
            await channel._tokens.start()
            assert await pair_of(room, oa) == stood
            assert spool.exists() is stays
        # A backup that was restored is behind: what was spooled later is the pair that lives.
        newer = replace(stood, expires_at=stood.expires_at + timedelta(hours=25))
        Spool(spool).write(name, "refresh-unknown", newer)
        await channel._tokens.start()
        assert await pair_of(room, oa) == newer
        # After a new authorisation nothing of before comes back.
        Spool(spool).write(name, "refresh-unknown", newer)
        await channel.begin(oa.refresh_token)
        assert not spool.exists()
        Spool(spool).write(name, "refresh-unknown", newer)
        await channel._tokens.start()
        assert (await pair_of(room, oa)).access == ""
        await send(channel)
        assert not spool.exists()


async def test_a_folder_that_cannot_be_written_does_not_lose_the_pair(
    oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    oa.touch(LAN)
    (tmp_path / "file").write_text("x")
    async with channel_of(oa, room, tmp_path / "file" / "spool") as channel:
        await send(channel)
    assert words.OA_NOT_SPOOLED % "NotADirectoryError" in caplog.text or "FileExistsError" in caplog.text
    assert (await pair_of(room, oa)).access == oa.access_token


async def test_whoever_waits_is_cancelled_but_the_renewal_is_not(oa: ZaloOaStandin, room: Database, tmp_path: Path) -> None:
    oa.delay(TOKEN, 0.3)
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        task = asyncio.create_task(send(channel))
        await asyncio.to_thread(oa.wait_until, lambda: bool(oa.calls_of(TOKEN)))
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert (await pair_of(room, oa)).refresh == oa.refresh_token
    assert oa.refreshes == 1


async def test_run_keeps_the_token_fresh_and_outlasts_failures(oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    channel = made(oa, room, tmp_path / "spool")
    task = asyncio.create_task(channel.run())

    async def until(condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(30):
            while not await condition():
                await asyncio.sleep(0.01)

    async def renewed(n: int) -> bool:
        return oa.refreshes == n

    async def complained() -> bool:
        return words.OA_UNAUTHORISED in caplog.text

    await until(complained)
    oa.fail_next(TOKEN, status=502, times=2)
    await channel.begin(oa.refresh_token)
    await until(lambda: renewed(1))
    oa.advance(25 * HOUR)
    await until(lambda: renewed(2))
    await asyncio.sleep(0.2)
    assert oa.refreshes == 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(Failed):
        await send(channel)


async def test_no_secret_is_in_a_log_or_an_exception(oa: ZaloOaStandin, room: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it tells every value; the service keeps it silent
    oa.touch(LAN)
    secrets = set[str]()
    async with channel_of(oa, room, tmp_path / "spool") as channel:
        await send(channel)
        secrets |= {oa.access_token, oa.refresh_token, oa.app_secret, oa.oa_secret}
        oa.fail_next(SEND, error=-99, message=f"{oa.access_token} {oa.app_secret}\n{oa.refresh_token}")
        oa.fail_next(TOKEN, error=-98, message=f"{oa.refresh_token} {oa.app_secret}")
        for _ in range(2):
            with pytest.raises(Undeliverable) as raised:
                await send(channel)
            assert not [secret for secret in secrets if secret in repr(raised.value)]
            oa.expire_token()
        alarm = (await pair_of(room, oa)).alarm
        Spool(tmp_path / "spool").write("x", "y", await pair_of(room, oa))
        (tmp_path / "spool").write_bytes(b"{" + oa.access_token.encode())
        assert Spool(tmp_path / "spool").read() is None
    logging.getLogger("aiosqlite").setLevel(logging.NOTSET)
    assert alarm == "-98 *** ***"
    assert "-99: *** *** ***" in caplog.text.replace("; tin được giữ lại", "").replace("-99, cần người xử lý: ", "-99: ")
    assert not [secret for secret in secrets if secret in caplog.text]
