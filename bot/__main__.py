"""The command line: `python -m bot ask | ingest | evaluate | run`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


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
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = parser().parse_args(arguments)
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
