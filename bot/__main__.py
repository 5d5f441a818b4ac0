"""The command line: `python -m bot ask | ingest | evaluate | run | reports | channels`."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from reports.model import Field, Problem, Regime, ReporterKind, Source
from reports.states import State

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["_Parser"]

_LISTED: Final = [str(s) for s in State if s.is_open or s in (State.ANSWERED, State.MERGED)]
_WRITTEN_DOWN: Final = [str(s) for s in Source if s is not Source.CHAT]


class _Parser(argparse.ArgumentParser):
    """Says in Vietnamese that a command is not understood."""

    def error(self, message: str) -> NoReturn:
        """One sentence and the usage, exit status 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"Lệnh hoặc tùy chọn không đúng; xem: {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The commands and their options; nothing heavy is imported for --help."""
    root = _Parser(
        prog="python -m bot",
        description="Cầu Nối: hỏi đáp quy định về cụm công nghiệp, khuyến công, thẩm quyền của chính quyền địa phương hai cấp.",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="LỆNH")

    ask = commands.add_parser("ask", help="hỏi một câu trong cửa sổ lệnh")
    ask.add_argument("question", nargs="*", help="câu hỏi")
    ask.add_argument("--as-of", metavar="NGÀY", help="ngày cần xem quy định, dạng 2026-11-22 hoặc 22/11/2026; mặc định là hôm nay")
    ask.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    ask.add_argument("--batch", action="store_true", help="đọc câu hỏi từ đầu vào, mỗi dòng một JSON")
    ask.add_argument("--language", choices=("vi", "en"), default="vi", help="ngôn ngữ của câu trả lời")

    ingest = commands.add_parser("ingest", help="nạp văn bản chính thức (docx, doc, html, txt, md, pdf, hoặc địa chỉ https)")
    ingest.add_argument("files", nargs="*", metavar="TỆP", help="tệp, hoặc địa chỉ https công khai")
    ingest.add_argument("--check", action="store_true", help="chỉ xem văn bản nạp từ địa chỉ https đã thay đổi ở nguồn chưa")
    ingest.add_argument("--number", default="", help="số ký hiệu, khi trong tệp không ghi")
    ingest.add_argument("--replace", action="store_true", help="thay bản đã nạp trước có cùng số ký hiệu")

    evaluate = commands.add_parser("evaluate", help="đo chất lượng trả lời trên một bộ câu hỏi mẫu")
    evaluate.add_argument("file", type=Path, metavar="TỆP")
    evaluate.add_argument("--json", action="store_true", help="in số đo dạng JSON")
    evaluate.add_argument("--wrong", action="store_true", help="in cả các câu trả lời chưa đúng")
    evaluate.add_argument("--source", type=Path, nargs="*", default=[], metavar="TỆP", help="tệp gốc để đối chiếu lời trích")

    run = commands.add_parser("run", help="chạy trang web, và Telegram khi có mã bot")
    run.add_argument("--host", help="địa chỉ lắng nghe")
    run.add_argument("--port", type=int, help="cổng; 0 là tự chọn")
    commands.add_parser("index", help="lập chỉ mục trước khi chạy dịch vụ")
    reports = commands.add_parser("reports", help="xem, trả lời, chuyển, gộp, ghi phản ánh (dành cho cán bộ)")
    _reports(reports.add_subparsers(dest="act", required=True, metavar="VIỆC"))
    channels = commands.add_parser("channels", help="kiểm tra kênh; đăng ký cán bộ của bàn xử lý; nạp mã Zalo OA")
    _channels(channels.add_subparsers(dest="what", required=True, metavar="VIỆC"))
    return root


def _channels(what: "Commands") -> None:
    """What an operator can do with channels."""
    what.add_parser("check", help="kênh nào đã đặt, gọi được không, sai ở đâu")
    for name, said in (("enrol", "in mã để một cán bộ đăng ký trả lời từ cuộc trò chuyện"), ("dismiss", "thôi cho một cán bộ trả lời từ cuộc trò chuyện")):
        what.add_parser(name, help=said).add_argument("name", metavar="TÊN", help="họ tên, đơn vị; người phản ánh đọc được tên này")
    what.add_parser("oa-token", help="nạp refresh token đầu tiên của Zalo Official Account, đọc từ đầu vào")


def _reports(acts: "Commands") -> None:
    """What staff can do with reports."""
    json, by, number = (_Parser(add_help=False) for _ in range(3))
    json.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    by.add_argument("--by", metavar="TÊN", default="", help="tên, chức vụ, đơn vị của cán bộ, hiện cho người phản ánh; mặc định là CAUNOI_STAFF_NAME")
    number.add_argument("number", metavar="SỐ", help='số phản ánh, ví dụ "CN 482 719 3056"')
    one, act = [number], [number, by]

    listed = acts.add_parser("list", parents=[json], help="danh sách phản ánh, việc gấp nhất đứng đầu")
    listed.add_argument("--desk", metavar="BÀN", help="ministry, queue, hoặc department-MÃ_TỈNH")
    listed.add_argument("--overdue", action="store_true", help="chỉ phản ánh đã quá hạn")
    listed.add_argument("--state", choices=_LISTED, help="chỉ phản ánh ở trạng thái này")
    show = acts.add_parser("show", parents=[*one, json], help="xem tất cả về một phản ánh")
    show.add_argument("--contact", action="store_true", help="hiện tên, thông tin liên hệ khi người phản ánh đã cho xem")

    files = acts.add_parser("files", parents=one, help="chép các tệp của một phản ánh vào một thư mục, theo tên người gửi đã đặt")
    files.add_argument("folder", type=Path, metavar="THƯ_MỤC", help="thư mục nhận tệp; tệp sẵn có không bị ghi đè")

    acts.add_parser("take", parents=act, help="nhận xem xét")
    for name, help_text in (("ask", "hỏi thêm người phản ánh"), ("reply", "trả lời, kể cả cho các phản ánh đã gộp vào")):
        acts.add_parser(name, parents=act, help=help_text).add_argument("text", metavar="NỘI_DUNG", help="nội dung; dấu - là đọc từ đầu vào")
    forward = acts.add_parser("forward", parents=act, help="chuyển đến bàn khác")
    forward.add_argument("desk", metavar="BÀN", help="ministry, queue, hoặc department-MÃ_TỈNH")
    close = acts.add_parser("close", parents=act, help="kết thúc vì ngoài phạm vi xử lý")
    close.add_argument("--answered", action="store_true", help="kết thúc vì đã được trả lời bằng cách khác")
    reopen = acts.add_parser("reopen", parents=act, help="mở lại")
    part = acts.add_parser("part", parents=act, help="tách một phản ánh đã gộp")
    merge = acts.add_parser("merge", parents=act, help="gộp vào một phản ánh khác")
    merge.add_argument("into", metavar="SỐ_CHÍNH", help="phản ánh mà câu trả lời sẽ dùng chung")
    merge.add_argument("--why", metavar="LÝ_DO", default="", help="lý do, hiện cho người phản ánh")
    for command in (forward, close, reopen, part):
        command.add_argument("--why", metavar="LÝ_DO", required=True, help="lý do, hiện cho người phản ánh")
    label = acts.add_parser("label", parents=act, help="xếp loại")
    _labels(label)
    label.add_argument("--task-group", type=int, choices=range(1, 11), metavar="1..10", help="nhóm nhiệm vụ theo Chỉ thị 20/CT-BCT")

    enter = acts.add_parser("enter", parents=[by, json], help="ghi hộ phản ánh nêu qua điện thoại, buổi họp, thư")
    enter.add_argument("--source", choices=_WRITTEN_DOWN, required=True, help="nêu qua đâu")
    enter.add_argument("--text", metavar="NỘI_DUNG", required=True, help="nội dung; dấu - là đọc từ đầu vào")
    enter.add_argument("--proposal", metavar="KIẾN_NGHỊ", default="", help="kiến nghị")
    for name, help_text in (("document", "số văn bản, ví dụ 32/2024/NĐ-CP"), ("article", "điều"), ("clause", "khoản"), ("point", "điểm")):
        enter.add_argument(f"--{name}", help=help_text)
    enter.add_argument("--province", metavar="NƠI", default="", help="mã hoặc tên tỉnh; có thể nêu xã kèm tỉnh")
    enter.add_argument("--kind", choices=[str(k) for k in ReporterKind], help="người nêu là ai")
    _labels(enter)

    acts.add_parser("dead", parents=[json], help="tin gửi đi đang bị giữ lại hoặc đã thôi gửi")
    acts.add_parser("retry", help="cho gửi lại").add_argument("ids", nargs="+", type=int, metavar="MÃ", help="mã dòng trong danh sách của dead")


def _labels(command: argparse.ArgumentParser) -> None:
    for name, values, help_text in (("field", Field, "lĩnh vực"), ("problem", Problem, "loại vướng mắc"), ("regime", Regime, "chế độ xử lý")):
        command.add_argument(f"--{name}", choices=[str(v) for v in values], help=help_text)


def _one_number(arguments: Sequence[str]) -> list[str]:
    """`arguments` with a receipt number that was typed in its groups, CN 482 719 3056, as one."""
    left, joined = list(arguments), list[str]()
    while left:
        taken = 4 if re.fullmatch(r"(?i)CN\n\d{3}\n\d{3}\n\d{4}", "\n".join(left[:4])) else 1
        joined.append(" ".join(left[:taken]))
        left = left[taken:]
    return joined


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(_one_number(given) if given[:1] == ["reports"] else given)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from bot import commands

    try:
        status: int = getattr(commands, options.command)(options)
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
