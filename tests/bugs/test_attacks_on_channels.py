"""What a stranger found who used and attacked the channels: groups, words of commands, desks.yaml, what a check ticks."""

import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import build, channel_commands, wiring
from bot import zalo_texts as words
from bot.settings import Settings
from handlers.memory import number_of
from knowledge.answer import Answers
from knowledge.entries import EntryError
from reports.chats import DeskChat
from reports.places import Places
from tests.handlers.people import Person, Room
from tests.handlers.test_reporting import TROUBLE, mine, sent_report

DESKS = 'ministry:\n  - {channel: telegram, chat: "-1001"}\n'


# --- words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [("2", 2), ("số 2", 2), ("mục 3 ạ", 3), ("hai", 2), ("một", 1), ("mot", 1), ("chọn ba", 3), ("12.", 12), ("-1", None), ("2 ha", None),
     ("hai bộ hồ sơ", None), ("năm 2025", None), ("", None)],
)  # fmt: skip
def test_a_number_is_typed_or_spoken(typed: str, number: int | None) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize("said", ["báo cáo", "Bao cao", "gửi phản ánh", "tôi muốn phản ánh", "báo vướng mắc"])
async def test_the_words_alone_open_the_dialogue(room: Room, said: str) -> None:
    lan = Person(room)
    assert "gặp vướng mắc gì" in await lan.says(said)


@pytest.mark.parametrize("said", ["báo cáo định kỳ nộp khi nào", "mẫu báo cáo"])
async def test_a_question_with_these_words_does_not(room: Room, said: str) -> None:
    assert "gặp vướng mắc gì" not in await Person(room).says(said)


async def test_a_choice_is_made_by_a_spoken_number(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    shown = await lan.says(TROUBLE)
    assert await lan.says("một") != shown


async def test_an_order_with_a_mistyped_number_is_said_to_be_one(room: Room) -> None:
    room.needs("groups")
    room.chats = {"queue": (DeskChat(room.home, room.identity("-100").person),)}
    assert "Không tìm thấy" in await Person(room, "-100:binh").says("CN 999 999 9999 trả lời: nộp tại Sở", group=True)


# --- a Zalo group ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kept"),
    [("ok anh Nam mai họp lúc 8h nhé", None), ("@Nam mai họp nhé", None), ("@Cầu Nốiii chào", None), ("@Cầu Nối điều 8", "điều 8"),
     ("@Bot Cầu Nối: điều 8", "điều 8"), ("điều 8 @Cầu Nối", "điều 8 @Cầu Nối"), ("/nhom", "/nhom"),
     ("CN 482 719 3056 nhận", "CN 482 719 3056 nhận"), ("@bot.standin /nhom", "/nhom")],
)  # fmt: skip
def test_a_group_is_heard_only_where_it_speaks_to_the_bot(said: str, kept: str | None) -> None:
    from bot.zalo_bot import ZaloBotChannel

    channel = ZaloBotChannel("1:token", "http://127.0.0.1:1", None, lambda: None, "Cầu Nối")  # type: ignore[arg-type]
    channel._names.add("bot.standin")
    message = {"message_id": "1", "text": said, "chat": {"id": "g1", "chat_type": "GROUP"}, "from": {"id": "u1", "is_bot": False}}
    news: Any = channel._read({"event_name": "message.text.received", "message": message})
    assert (None if news is True else news.event.payload["text"]) == kept


@pytest.mark.parametrize("kind", ["location", "contact.shared"])
def test_a_kind_that_is_not_known_gets_a_sentence(kind: str) -> None:
    from bot.zalo_bot import ZaloBotChannel

    channel = ZaloBotChannel("1:token", "http://127.0.0.1:1", None, lambda: None, "Cầu Nối")  # type: ignore[arg-type]
    message = {"message_id": "1", "chat": {"id": "u1", "chat_type": "PRIVATE"}, "from": {"id": "u1", "is_bot": False}}
    news: Any = channel._read({"event_name": f"message.{kind}.received", "message": message})
    assert news.says == words.unreadable(kind, only_photos=True)
    assert channel._read({"event_name": "bot.removed", "message": message}) is True


# --- desks.yaml -----------------------------------------------------------------------------------------


def test_desks_are_read_again_when_the_file_changes(settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    here = settings.model_copy(update={"data_dir": tmp_path})
    assert build.desk_chats(here) == {}
    file = tmp_path / "desks.yaml"
    file.write_text(DESKS, encoding="utf-8")
    assert build.desk_chats(here) == {"ministry": (DeskChat("telegram", "-1001"),)}
    file.write_text("ministry: [", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert build.desk_chats(here) == {"ministry": (DeskChat("telegram", "-1001"),)}, "what stood before goes on to count"
    assert "not YAML, line" in caplog.text
    file.unlink()
    assert build.desk_chats(here) == {}
    file.write_text(DESKS.replace("telegram", "tele"), encoding="utf-8")
    with pytest.raises(EntryError, match="tele"):
        build.desk_chats(here)


async def test_a_desk_that_has_a_chat_later_hears_of_what_came_before(room: Room) -> None:
    report = await sent_report(Person(room))
    async with room.database.look() as work:
        before = (await work.outbox.counts()).get("waiting", 0)
    chats = {report.desk: (DeskChat("telegram", "-100"),)}
    for _ in range(2):
        await build.tell_desks(room.database, chats, Places.load(), room.now())
    async with room.database.look() as work:
        assert (await work.outbox.counts()).get("waiting", 0) == before + 1, "once, however often"
    assert await mine(room)


@pytest.mark.parametrize(
    ("desks", "told"),
    [("minstry:\n  - {channel: telegram, chat: \"-1\"}\n", "không có bàn nào tên minstry"), (DESKS, "kênh telegram chưa mở"),
     (DESKS.replace("telegram", "zalo_oa"), "viết chưa đúng"), ("department-99:\n  - {channel: zalo, chat: g}\n", "không có bàn nào")],
)  # fmt: skip
async def test_a_check_looks_at_the_desks(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], desks: str, told: str) -> None:
    here = settings.model_copy(update={"data_dir": tmp_path})
    (tmp_path / "desks.yaml").write_text(desks, encoding="utf-8")
    assert await channel_commands.check(here) == 1
    assert told in capsys.readouterr().out


def test_a_secret_that_zalo_refuses_is_told_before_the_start(settings: Settings) -> None:
    from pydantic import SecretStr

    more = {"zalo_bot_token": SecretStr("1:t"), "zalo_bot_secret": SecretStr("bí-mật-của-tôi"), "public_url": "https://a.vn"}
    with pytest.raises(ValueError, match="CAUNOI_ZALO_BOT_SECRET"):
        wiring._zalo_bot(settings.model_copy(update=more), None, lambda: None, wiring.Channels(None))  # type: ignore[arg-type]


# --- answers --------------------------------------------------------------------------------------------


def test_who_gets_something_is_not_who_decides(answers: Answers) -> None:
    answer = answers.to("Cơ sở nào được hưởng chính sách khuyến công?", date(2026, 11, 26))
    assert "Ủy ban nhân dân" not in answer.headline
