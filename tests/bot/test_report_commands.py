"""The staff door in the terminal, over a real SQLite store with reports that came through the service."""

import asyncio
import io
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy.exc import OperationalError

from bot import build
from bot.__main__ import _one_number, main, parser
from bot.report_commands import _clean, _json
from bot.settings import Settings
from handlers.notices import told
from handlers.post import Outgoing, Work
from handlers.report_turn import Clerk
from knowledge.provision import Ref
from reports.desk import DeskService
from reports.errors import Conflict
from reports.model import Change, Dues, Identity, Line, NameSeen, Problem, Regime, Report, Reporter, ReporterKind
from reports.number import parse, shown
from reports.rules import Rules
from store.database import Database
from tests.store.databases import drop_postgres, postgres_url

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
LAN, MINH = Identity("web", "lan-secret-7"), Identity("telegram", "778899001")
BINH = "Nguyễn Văn Bình, Phòng Quản lý công nghiệp"
HOSTILE = "Bôi đỏ \x1b[31m\x1b]0;tiêu đề\x07 và xóa\x9b2J\x00\x08\r\nLịch sử:\n  giả \u202egnud"
PDF = b"%PDF-1"
RAW = "\x1b\x07\x08\x9b\x00\x7f\r\t\u202e"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return build.report_rules(Settings(_env_file=None))  # type: ignore[call-arg]


@dataclass
class Room:
    """A data directory, and what a reporter and the worker would do there."""

    settings: Settings
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> tuple[int, str, str]:
        status = main(["reports", *arguments])
        said = self.capsys.readouterr()
        assert not set(RAW) & set(said.out + said.err)
        assert "Traceback" not in said.err
        assert not [who.person for who in (LAN, MINH) if who.person in said.out + said.err]
        return status, said.out, said.err

    def act(self, *arguments: str) -> str:
        status, out, err = self.run(*arguments, "--by", BINH)
        assert (status, err) == (0, "")
        return out

    def json(self, *arguments: str) -> Any:
        status, out, _ = self.run(*arguments, "--json")
        assert status == 0
        return json.loads(out)

    def work(self, do: Callable[[Work, Clerk], Awaitable[T]]) -> T:
        async def whole() -> T:
            async with build.open_store(self.settings) as store, store.work() as work:
                return await do(work, build.clerk(build.report_rules(self.settings), self.settings, work))

        return asyncio.run(whole())

    def submit(self, text: str = "Điểm c khoản 1 chưa rõ cách tính tỷ lệ lấp đầy", who: Identity = LAN, name: str = "", **given: Any) -> str:
        async def do(work: Work, clerk: Clerk) -> str:
            seen = NameSeen.MINISTRY if name else None
            await clerk.service.introduce(
                Reporter(who, name, "0912 345 678" if name else "", ReporterKind.COMMUNE, noticed_at=build.now() if name else None)
            )
            draft = await clerk.service.start(who, text)
            given.setdefault("provision", Ref("32/2024/NĐ-CP", "8", "1", "c"))
            filled = replace(
                draft, regime=Regime.APPLYING, problem=Problem.UNCLEAR, province="19", proposal="Ban hành hướng dẫn", name_seen=seen, **given
            )
            await clerk.service.fill(filled, who)
            return (await clerk.service.submit(draft.id, who)).report.number

        return self.work(do)

    def report(self, number: str) -> Report:
        async def do(work: Work, clerk: Clerk) -> Report:
            found = await work.reports.by_number(number)
            assert found is not None
            return found

        return self.work(do)

    def outbox(self) -> list[Outgoing]:
        """All that waits to be sent; it goes on waiting."""

        async def do(work: Work, clerk: Clerk) -> list[Outgoing]:
            found, at = [], build.now()
            while (sending := await work.outbox.claim(at, timedelta(0))) is not None:
                found.append(sending.message)
                await work.outbox.hold(sending, "")
            for message in found:
                await work.outbox.release(message.channel, message.person)
            return found

        return self.work(do)

    def late(self, number: str, days: int) -> None:
        """Let the clocks of a report have run out."""

        async def do(work: Work, clerk: Clerk) -> None:
            found = await work.reports.by_number(number)
            assert found is not None
            day = build.now().date() - timedelta(days=days)
            await work.reports.keep(Change(replace(found, dues=Dues(None, day, day)), (Line(found.id, build.now(), "machine", "note"),)))

        self.work(do)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rules: Rules) -> Room:
    for name in ("DATABASE", "STAFF_NAME", "DEPARTMENTS"):
        monkeypatch.delenv(f"CAUNOI_{name}", raising=False)
    monkeypatch.setenv("CAUNOI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)  # no .env of the person who runs the tests
    monkeypatch.setattr(build, "report_rules", lambda settings: rules)
    return Room(Settings(_env_file=None, data_dir=tmp_path / "data"), capsys)  # type: ignore[call-arg]


# --- list ---------------------------------------------------------------------------------------------


def test_an_empty_list_is_one_sentence(room: Room) -> None:
    assert room.run("list") == (0, "Không có phản ánh nào như vậy.\n", "")
    assert room.json("list") == {"count": 0, "reports": []}


def test_the_list_names_the_most_urgent_first(room: Room) -> None:
    first, late = room.submit("x" * 300), room.submit("Quá lâu", MINH)
    room.late(late, 3)
    status, out, _ = room.run("list")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].startswith(f"{shown(late)} · đã tiếp nhận · QUÁ HẠN 3 ngày, hạn ")
    assert "Hàng chờ chung" in lines[0]
    assert lines[1].strip() == "điểm c khoản 1 Điều 8 Nghị định số 32/2024/NĐ-CP: Quá lâu"
    assert shown(first) in lines[2]
    assert lines[3].endswith("x…")
    assert lines[4:] == ["2 phản ánh, 1 quá hạn."]
    found = room.json("list", "--overdue")
    assert [(r["number"], r["overdue_days"]) for r in found["reports"]] == [(late, 3)]
    assert found["reports"][0]["provision"] == {"document": "32/2024/NĐ-CP", "article": "8", "clause": "1", "point": "c"}


def test_the_list_of_a_desk_and_of_a_state(room: Room) -> None:
    one, other = room.submit(), room.submit(who=MINH)
    room.act("forward", one, "ministry", "--why", "Thuộc Cục")
    room.act("reply", other, "Đã rõ")
    assert [r["number"] for r in room.json("list", "--desk", "ministry")["reports"]] == [one]
    assert room.json("list", "--desk", "queue")["count"] == 0
    assert [r["number"] for r in room.json("list", "--state", "forwarded")["reports"]] == [one]
    assert [r["number"] for r in room.json("list", "--state", "answered")["reports"]] == [other]
    assert room.json("list", "--state", "answered", "--desk", "ministry")["count"] == 0


# --- show ---------------------------------------------------------------------------------------------


def test_show_tells_all_that_a_desk_may_see(room: Room) -> None:
    number = room.submit()

    async def more(work: Work, clerk: Clerk) -> str:
        report = await work.reports.by_number(number)
        assert report is not None
        await clerk.service.say(report.id, LAN, "Xin bổ sung số liệu")
        return (await clerk.service.attach(report.id, LAN, "bảng.pdf", PDF)).digest

    digest = room.work(more)
    room.act("ask", number, "Cụm nào?")
    out = room.run("show", number)[1]
    for said in (
        f"Phản ánh {shown(number)}: chờ người phản ánh bổ sung", "qua trò chuyện", "Hàng chờ chung của Bộ Công Thương", "căn cứ: Công điện 89/CĐ-TTg",
        "chưa đối chiếu với văn bản chính thức", "điểm c khoản 1 Điều 8", "vướng mắc khi áp dụng", "chưa rõ cách thực hiện", "cụm công nghiệp",
        "Tỉnh Thái Nguyên", "Cán bộ, công chức xã", "không nêu tên", "│ Điểm c khoản 1 chưa rõ", "│ Ban hành hướng dẫn", "Người phản ánh, ",
        "│ Xin bổ sung số liệu", f"Cán bộ {BINH}, ", "│ Cụm nào?", "bảng.pdf · pdf · ", str(room.settings.data_dir / "attachments" / digest[:2] / digest),
        "trạng thái: đã tiếp nhận → chờ người phản ánh bổ sung",
    ):  # fmt: skip
        assert said in out, said
    facts = room.json("show", number)
    assert facts["first_words"] == facts["text"]
    assert [(m["author"], m["text"]) for m in facts["thread"]] == [("reporter", "Xin bổ sung số liệu"), ("official", "Cụm nào?")]
    assert {c["step"]: c["checked"] for c in facts["clocks"]} == {"answer": False}
    assert Path(facts["attachments"][0]["path"]).read_bytes() == PDF


def test_merged_reports_are_named_by_number(room: Room) -> None:
    main_one, other = room.submit(), room.submit(who=MINH)
    room.act("merge", other, main_one, "--why", "Cùng nội dung")
    assert f"Phản ánh gộp vào đây (1): {shown(other)}" in room.run("show", main_one)[1]
    out = room.run("show", other)[1]
    assert f"Đã gộp vào: {shown(main_one)}" in out
    assert f"gộp vào: {shown(main_one)} · lý do: Cùng nội dung" in out
    assert room.json("show", main_one)["merged"] == [{"number": other, "state": "merged"}]
    assert room.report(main_one).id not in out


def test_a_name_is_shown_only_when_asked_for_and_only_where_the_reporter_chose_it(room: Room) -> None:
    number = room.submit(name="Trần Thị Lan")
    out = room.run("show", number)[1]
    assert "Trần Thị Lan" not in out + json.dumps(room.json("show", number), ensure_ascii=False)
    assert "thêm --contact" in out
    out = room.run("show", number, "--contact")[1]
    assert "Trần Thị Lan, 0912 345 678 (được xem: Chỉ Bộ Công Thương)" in out
    assert room.json("show", number, "--contact")["reporter"] == {
        "kind": "commune", "name_seen": "ministry", "name": "Trần Thị Lan", "contact": "0912 345 678",
    }  # fmt: skip

    async def hide(work: Work, clerk: Clerk) -> None:
        await work.reports.keep_reporter(Reporter(MINH, "Phạm Minh", "0900", noticed_at=build.now()))

    other = room.submit(who=MINH)
    room.work(hide)
    assert "Phạm Minh" not in room.run("show", other, "--contact")[1]
    assert room.json("show", other, "--contact")["reporter"]["name"] is None


def test_hostile_words_are_printed_harmless(room: Room) -> None:
    number = room.submit(HOSTILE)
    for arguments in (("list",), ("show", number)):
        assert "Bôi đỏ [31m]0;tiêu đề và xóa2J" in room.run(*arguments)[1]  # room.run looks for what is raw
    assert "    │ Lịch sử:\n    │   giả gnud\n" in room.run("show", number)[1]  # a line of theirs looks like none of ours
    assert len(room.run("list")[1].splitlines()) == 3
    assert room.json("list")["reports"][0]["text"] == HOSTILE.replace("\0", "")


def test_cleaning() -> None:
    assert _clean("a\x1b[0m\r\nb\tc\x85\u2028d") == "a[0m\nb cd"
    assert json.loads(_json({"a": HOSTILE})) == {"a": HOSTILE}
    assert not set(RAW) & set(_json({"a": HOSTILE}))


# --- acting -------------------------------------------------------------------------------------------


def test_a_reply_reaches_the_reporter_and_everyone_who_stands_with_it_once(room: Room) -> None:
    number, other = room.submit(), room.submit(who=MINH)
    room.act("merge", other, number)
    before = room.outbox()
    out = room.act("reply", number, "Tính theo diện tích đã cho thuê.")
    assert f"Đã trả lời phản ánh {shown(number)}. 2 người phản ánh được báo" in out
    sent = room.outbox()[len(before) :]
    assert sorted((m.channel, m.person, m.payload["number"]) for m in sent) == sorted([(*_who(MINH), other), (*_who(LAN), number)])
    for message in sent:
        said = told(message.payload, "vi").text()
        assert BINH in said
        assert "Tính theo diện tích đã cho thuê." in said
        assert "do cán bộ viết, không phải do trợ lý tự động" in said
    assert room.report(number).state == "answered"


def _who(identity: Identity) -> tuple[str, str]:
    return identity.channel, identity.person


def test_a_repeated_reply_sends_nothing_twice(room: Room) -> None:
    number = room.submit()
    room.act("reply", number, "Một lần")
    status, out, err = room.run("reply", number, "Một lần", "--by", BINH)
    assert (status, out) == (1, "")
    assert f"đã được {BINH} trả lời lúc" in err
    assert len(room.outbox()) == 1
    room.act("reopen", number, "--why", "Trả lời còn thiếu")
    room.act("reply", number, "Bổ sung")
    assert [m.payload["notice"] for m in room.outbox()] == ["replied", "reopened", "replied"]


def test_words_from_the_input(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    number = room.submit()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\ufeffDòng một\r\nDòng hai\x1b[5m\n".encode())))
    room.act("reply", number, "-")
    assert room.outbox()[0].payload["facts"]["text"] == "Dòng một\nDòng hai[5m"


@pytest.mark.parametrize(("raw", "said"), [(b"\xff\xfe\x00a", "UTF-8"), (b" \n", "Chưa có nội dung"), (b"a" * 1_000_001, "quá dài")])
def test_input_that_is_no_text(room: Room, monkeypatch: pytest.MonkeyPatch, raw: bytes, said: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    status, _, err = room.run("reply", room.submit(), "-", "--by", BINH)
    assert status == 2
    assert said in err


def test_take_ask_forward_close_reopen(room: Room) -> None:
    number = room.submit()
    assert "1 người phản ánh được báo" in room.act("take", number)
    room.act("ask", number, "Cụm nào?")
    assert "đến Sở Công Thương Tỉnh Thái Nguyên" in room.act("forward", number, "department-19", "--why", "Sở hướng dẫn")
    room.act("close", number, "--why", "Không thuộc lĩnh vực")
    assert room.report(number).state == "out_of_scope"
    room.act("reopen", number, "--why", "Xem lại")
    room.act("close", number, "--answered", "--why", "Đã trả lời bằng công văn 12/SCT")
    assert room.report(number).state == "answered"
    assert [m.payload["notice"] for m in room.outbox()] == ["taken", "asked", "forwarded", "closed", "reopened", "closed"]
    history = [(line["what"], line["why"]) for line in room.json("show", number)["history"]]
    assert ("desk", "Sở hướng dẫn") in history
    assert ("state", "Không thuộc lĩnh vực") in history


def test_part(room: Room) -> None:
    number, other = room.submit(), room.submit(who=MINH)
    room.act("merge", other, number)
    status, _, err = room.run("reply", other, "Trả lời", "--by", BINH)
    assert (status, err) == (1, f"Phản ánh {shown(other)} đã gộp vào {shown(number)}: hãy làm với {shown(number)}, hoặc tách ra trước bằng reports part.\n")
    room.act("part", other, "--why", "Khác địa bàn")
    assert room.report(other).state == "reopened"
    room.act("reply", number, "Trả lời")
    assert [(m.channel, m.payload["notice"]) for m in room.outbox()] == [("telegram", "merged"), ("telegram", "separated"), ("web", "replied")]


def test_merging_into_what_is_closed(room: Room) -> None:
    number, other = room.submit(), room.submit(who=MINH)
    room.act("close", number, "--why", "Ngoài phạm vi")
    status, _, err = room.run("merge", other, number, "--by", BINH)
    assert status == 1
    assert f"{shown(number)} đang ở trạng thái “ngoài phạm vi xử lý”" in err
    status, _, err = room.run("merge", number, other, "--by", BINH)
    assert status == 1
    assert f"{shown(number)} đang ở trạng thái" in err
    assert "mở lại trước" in err
    assert room.run("merge", number, number, "--by", BINH)[0] == 2


def test_labels(room: Room) -> None:
    number = room.submit()
    out = room.act("label", number, "--field", "two_levels", "--problem", "overlapping", "--regime", "document", "--task-group", "7")
    assert "lĩnh vực thẩm quyền hai cấp" in out
    report = room.report(number)
    assert (report.field, report.problem, report.regime, report.task_group) == ("two_levels", "overlapping", "document", 7)
    assert "nhóm nhiệm vụ: 7" in room.run("show", number)[1]
    assert "đã được xếp loại như vậy" in room.act("label", number, "--task-group", "7")
    assert room.report(number).version == report.version
    assert room.run("label", number, "--by", BINH)[0] == 2
    assert room.outbox() == []


def test_who_acts_must_be_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    number = room.submit()
    for arguments in (("take", number), ("reply", number, "x"), ("enter", "--source", "phone", "--text", "Khó"), ("label", number, "--field", "other")):
        status, out, err = room.run(*arguments)
        assert (status, out) == (2, "")
        assert "CAUNOI_STAFF_NAME" in err
    assert room.run("take", number, "--by", " \x1b ")[0] == 2
    monkeypatch.setenv("CAUNOI_STAFF_NAME", "Lê Hoa, Sở Công Thương")
    assert room.run("reply", number, "Trả lời")[0] == 0
    assert room.outbox()[0].payload["facts"]["name"] == "Lê Hoa, Sở Công Thương"


# --- enter --------------------------------------------------------------------------------------------


def test_a_report_is_written_down_for_someone_who_called(room: Room) -> None:
    out = room.act(
        "enter", "--source", "phone", "--text", "Xã không rõ ai ký quyết định", "--document", "139/2025/nd-cp", "--article", "6", "--clause", "2",
        "--province", "Thái Nguyên", "--kind", "commune", "--regime", "applying",
    )  # fmt: skip
    number = parse(out.splitlines()[0].partition(": ")[2])
    assert number is not None
    report, same = room.report(number), room.report(room.submit())
    assert (report.source, report.province, report.provision, report.dues) == ("phone", "19", Ref("139/2025/NĐ-CP", "6", "2"), same.dues)
    assert (report.desk, report.field) == ("queue", "two_levels")
    assert report.reporter is not None
    assert report.reporter.channel == "staff"
    code = out.rsplit(" ", 1)[0]
    assert "/tracuu" in code
    shown_out = room.run("show", number)[1]
    assert "qua điện thoại" in shown_out
    assert "Cán bộ, công chức xã" in shown_out
    assert report.reporter.person not in shown_out + json.dumps(room.json("show", number))
    assert f"phải báo trực tiếp: {shown(number)}" in room.act("reply", number, "Chủ tịch xã ký")
    assert room.outbox() == []


def test_enter_as_json_and_with_a_commune(room: Room) -> None:
    found = json.loads(room.act("enter", "--source", "letter", "--text", "Khó", "--province", "xã Phú Bình, Thái Nguyên", "--json"))
    assert (found["province"], found["source"], found["provision"]) == ("19", "letter", "unknown")
    assert found["commune"]
    assert parse(found["number"]) == found["number"]
    assert found["code"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--article", "6"), "--document"), (("--document", "abc"), "abc"), (("--document", "32/2024/NĐ-CP", "--clause", "1"), "--article"),
        (("--province", "Atlantis"), "Atlantis"), (("--province", "00"), "00"), (("--province", "xã Tân Lập"), "Hãy ghi mã"),
    ],
)  # fmt: skip
def test_what_cannot_be_entered(room: Room, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = room.run("enter", "--source", "meeting", "--text", "Khó", "--by", BINH, *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert room.json("list")["count"] == 0


# --- what could not be sent ---------------------------------------------------------------------------


def test_dead_and_retry(room: Room) -> None:
    assert room.run("dead")[1] == "Không có tin nào bị giữ lại hoặc đã thôi gửi.\n"
    room.submit()
    number = room.submit(who=MINH)
    room.act("reply", number, "Lời mật thiết")

    async def fail(work: Work, clerk: Clerk) -> int:
        sending = await work.outbox.claim(build.now(), timedelta(minutes=1))
        assert sending is not None
        await work.outbox.hold(sending, "chat -778899001 \x1b[31mblocked")
        return sending.id

    row = room.work(fail)
    _, out, _ = room.run("dead")
    assert out.startswith(f"{row} · telegram · giữ lại · phản ánh CN ")
    assert " · 1 lần gửi · từ " in out
    assert "chat … [31mblocked" in out
    assert "Lời" not in out
    found = room.json("dead")
    assert (found["count"], found["undelivered"][0]["id"], found["undelivered"][0]["state"]) == (1, row, "held")
    assert set(found["undelivered"][0]) == {"id", "channel", "state", "attempts", "since", "error", "number"}
    shown = room.run("show", number)[1]
    assert f"Chưa đến được người phản ánh (1 tin):\n  {row} · telegram · giữ lại" in shown
    assert room.json("show", number)["undelivered"] == found["undelivered"]
    status, out, _ = room.run("retry", str(row), "999", str(2**70))
    assert (status, out) == (0, "Sẽ gửi lại 1 tin khi dịch vụ (bot run) đang chạy. 2 mã khác không có gì để gửi lại.\n")
    assert len(room.outbox()) == 1
    assert room.run("retry", str(row))[0] == 1


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["CN 482 719 3057", "abc", "\x1b[31m", ""])
def test_a_number_that_is_none(room: Room, number: str) -> None:
    status, out, err = room.run("show", number)
    assert (status, out) == (1, "")
    assert "không phải số phản ánh" in err


def test_a_number_that_nobody_has(room: Room) -> None:
    for arguments in (("show", "4827193059"), ("take", "4827193059", "--by", BINH), ("merge", room.submit(), "4827193059", "--by", BINH)):
        status, out, err = room.run(*arguments)
        assert (status, out, err) == (1, "", "Không có phản ánh nào mang số CN 482 719 3059.\n")


def test_drafts_and_erased_reports_are_not_shown(room: Room) -> None:
    number = room.submit()

    async def erase(work: Work, clerk: Clerk) -> None:
        await clerk.service.start(MINH, "nháp")
        await clerk.service.erase(LAN)

    room.work(erase)
    assert room.json("list")["count"] == 0
    assert room.run("show", number)[0] == 1


@pytest.mark.parametrize("stamp", ["Văn bản đóng dấu MẬT", "TUYỆT\x07 MẬT", "T\u202eỐI MẬT"])
@pytest.mark.parametrize(
    "arguments", [("reply", "{}", "{text}"), ("ask", "{}", "{text}"), ("close", "{}", "--why", "{text}"), ("take", "{}", "--by", "{text}")],
)
def test_a_stamp_is_refused_in_an_officials_words_too(room: Room, arguments: tuple[str, ...], stamp: str) -> None:
    number = room.submit()
    given = [a.replace("{text}", stamp).replace("{}", number) for a in arguments]
    status, out, err = room.run(*given, *([] if "--by" in given else ["--by", BINH]))
    assert (status, out) == (1, "")
    assert "tài liệu mật" in err
    assert room.outbox() == []
    assert room.report(number).state == "received"


def test_words_that_are_too_long(room: Room) -> None:
    number = room.submit()
    assert "tối đa là 10000" in room.run("reply", number, "a" * 10_001, "--by", BINH)[2]
    assert "tối đa là 200" in room.run("take", number, "--by", "a" * 201)[2]


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("nothing",), ("show",), ("reply", "1"), ("list", "--state", "draft"), ("list", "--state", "withdrawn"), ("close", "1"),
        ("label", "1", "--task-group", "11"), ("enter", "--source", "chat", "--text", "x"), ("retry", "x"), ("retry",),
    ],
)  # fmt: skip
def test_wrong_use_is_told_with_the_usage(room: Room, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["reports", *arguments])
    assert stopped.value.code == 2
    assert "--help" in room.capsys.readouterr().err


@pytest.mark.parametrize("arguments", [
    ("list", "--desk", "nowhere"), ("list", "--desk", "department-99"), ("forward", "4827193050", "department", "--why", "x", "--by", BINH),
    ("close", "4827193050", "--why", " ", "--by", BINH), ("reply", "4827193050", "…", "--by", BINH),
])  # fmt: skip
def test_wrong_values_are_one_sentence(room: Room, arguments: tuple[str, ...]) -> None:
    status, out, err = room.run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("url", ["postgresql://u:pass-word@127.0.0.1:1/x", "no-address", "postgresql://u:p@ss:pass-word@h/x", "sqlite+aiosqlite:////proc/x/y.db"])
def test_a_database_that_is_away(room: Room, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CAUNOI_DATABASE", url)
    status, out, err = room.run("list")
    assert (status, out) == (1, "")
    assert err == "Không mở được cơ sở dữ liệu. Hãy kiểm tra cài đặt CAUNOI_DATABASE và máy chủ cơ sở dữ liệu rồi chạy lại.\n"


def test_a_database_that_fails_in_between(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Any, limit: int) -> None:
        raise OperationalError("SELECT secret", {}, OSError("gone"))

    monkeypatch.setattr("store.outbox.Outbox.undelivered", broken)
    status, _, err = room.run("dead")
    assert status == 1
    assert err.startswith("Mất kết nối với cơ sở dữ liệu.")
    assert "secret" not in err


def test_a_database_that_is_none(room: Room) -> None:
    room.settings.data_dir.mkdir()
    (room.settings.data_dir / "caunoi.db").write_bytes(b"no database" * 1000)
    status, _, err = room.run("list")
    assert status == 1
    assert err.startswith("Không mở được cơ sở dữ liệu.")


def test_two_who_act_at_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def moved(self: Any, report: str, by: str) -> Report:
        raise Conflict(report)

    monkeypatch.setattr(DeskService, "take", moved)
    status, _, err = room.run("take", room.submit(), "--by", BINH)
    assert status == 1
    assert "người khác thay đổi" in err


def test_beside_a_service_that_holds_the_data_directory(room: Room) -> None:
    number = room.submit()
    with build.only_service(room.settings) as alone:
        assert alone
        room.act("reply", number, "Trả lời")
    assert len(room.outbox()) == 1


def test_on_postgresql(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same commands; the database is dropped at the end."""
    try:
        url = asyncio.run(postgres_url())
        monkeypatch.setenv("CAUNOI_DATABASE", url)
        room.settings = room.settings.model_copy(update={"database": Settings(database=url, _env_file=None).database})  # type: ignore[call-arg, arg-type]
        number, other = room.submit(), room.submit(who=MINH)
        room.act("merge", other, number)
        room.act("reply", number, "Trả lời")
        assert [m.payload["notice"] for m in room.outbox()].count("replied") == 2
        assert room.json("show", number)["state"] == "answered"
    finally:
        asyncio.run(drop_postgres())


# --- the command line ---------------------------------------------------------------------------------


def test_a_number_may_be_typed_in_its_groups(room: Room) -> None:
    number = room.submit()
    assert room.run("show", *shown(number).split())[0] == 0
    assert _one_number(["reports", "merge", "cn", "482", "719", "3050", "CN 482 719 3050", "CN", "1"]) == [
        "reports", "merge", "cn 482 719 3050", "CN 482 719 3050", "CN", "1",
    ]  # fmt: skip


def test_every_act_has_its_help_and_nothing_heavy_is_imported_for_it() -> None:
    code = (
        "import sys, bot.__main__ as m; m.parser().parse_args(['reports', 'list']); "
        "print([x for x in ('sqlalchemy', 'chromadb', 'numpy', 'pydantic', 'yaml', 'handlers', 'store', 'bot.build') if x in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(SystemExit) as stopped:
        parser().parse_args(["reports", "--help"])
    assert stopped.value.code == 0


def test_the_store_of_the_commands_is_the_database() -> None:
    assert build.Store is Database


def test_files_are_copied_under_their_names(room: Room, tmp_path: Path) -> None:
    number, folder, long = room.submit(), tmp_path / "a" / "b", "đ" * 115 + ".pdf"

    async def more(work: Work, clerk: Clerk) -> str:
        report = await work.reports.by_number(number)
        assert report is not None
        for name, content in (("bảng.pdf", PDF), ("bảng.pdf", PDF + b"2"), (long, PDF + b"3")):
            await clerk.service.attach(report.id, LAN, name, content)
        return (await clerk.service.attach(report.id, LAN, "mất.pdf", PDF + b"4")).digest

    digest = room.work(more)
    status, out, _ = room.run("files", number, str(folder))
    assert (status, "4 tệp" in out) == (0, True)
    assert (folder / "bảng.pdf").read_bytes() == PDF
    assert (folder / "bảng (2).pdf").read_bytes() == PDF + b"2"
    assert any(p.name.startswith("đđđ") and p.read_bytes() == PDF + b"3" for p in folder.iterdir())
    (room.settings.data_dir / "attachments" / digest[:2] / digest).unlink()
    status, _, err = room.run("files", number, str(folder))
    assert (status, "mất.pdf" in err, (folder / "bảng (3).pdf").exists()) == (1, True, True)
    assert room.run("files", number, str(folder / "bảng.pdf"))[0] == 1
    assert "0 tệp" in room.run("files", room.submit("Kinh phí khuyến công của xã không có nguồn chi"), str(tmp_path / "c"))[1]


def test_publication_is_shown_as_the_reporter_read_it(room: Room) -> None:
    assert "Công khai: không đồng ý" in room.run("show", room.submit())[1]
    entered = room.act("enter", "--source", "phone", "--text", "Xã chưa có nguồn chi cho khuyến công", "--json")
    assert "Công khai: chưa hỏi" in room.run("show", json.loads(entered)["number"])[1]


def test_the_desk_that_a_report_is_handed_to_is_told(room: Room) -> None:
    number = room.submit()
    (room.settings.data_dir / "desks.yaml").write_text('department-19:\n  - {channel: telegram, chat: "-1007"}\n', encoding="utf-8")
    room.act("forward", number, "department-19", "--why", "Thuộc tỉnh")

    async def told(work: Work, _: Clerk) -> Any:
        return await work.outbox.claim(build.now() + timedelta(days=1), timedelta(minutes=1), ("telegram",))

    sending = room.work(told)
    assert (sending.message.person, sending.message.payload["what"], sending.message.payload["number"]) == ("-1007", "forwarded", number)
