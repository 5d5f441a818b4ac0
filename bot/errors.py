"""The edge's words: one clear Vietnamese sentence for every error a command can meet."""

import re
from collections.abc import Sequence

from bot.fetch import MAX_REDIRECTS, FetchError, Trouble
from knowledge.consolidate import Unapplied, Why
from knowledge.corpus import DigestError
from knowledge.embedder import ModelMissing
from knowledge.index import DamagedIndex
from knowledge.library import LibraryBusy, LibraryDamaged, NumberTaken, SameNumber
from knowledge.provision import Ref
from knowledge.unreadable import Reason, UnreadableFile

_FILE = {
    Reason.MISSING: "không tìm thấy tệp này",
    Reason.EMPTY: "tệp rỗng, không có nội dung",
    Reason.TOO_LARGE: "tệp quá lớn (tối đa 100 MB)",
    Reason.UNKNOWN_KIND: "không phải loại tệp đọc được; hãy dùng docx, doc, html, txt, md hoặc pdf",
    Reason.WRONG_NAME: "nội dung tệp không đúng với đuôi tên tệp",
    Reason.CORRUPT: "tệp hỏng hoặc không đọc được",
    Reason.ENCRYPTED: "tệp có mật khẩu; hãy bỏ mật khẩu rồi nạp lại",
    Reason.LEGACY_DOC: "tệp .doc kiểu cũ cần một chương trình đọc chưa cài trên máy này; hãy chạy: sudo apt install antiword, rồi nạp lại",
    Reason.SCANNED: "tệp PDF là bản chụp, không nhận ra chữ nào; hãy dùng bản .docx hoặc PDF có chữ",
    Reason.NO_OCR: (
        "tệp PDF là bản chụp; máy này chưa cài chương trình nhận dạng chữ, hãy chạy: "
        "sudo apt install tesseract-ocr tesseract-ocr-vie poppler-utils, rồi nạp lại"
    ),
    Reason.TOO_MANY_PAGES: "bản chụp có quá nhiều trang để nhận dạng (tối đa 300 trang); hãy tách tệp hoặc dùng bản .docx",
    Reason.BOMB: "tệp nén phình to bất thường, không đọc để bảo đảm an toàn",
    Reason.NO_ARTICLE: "không thấy Điều nào trong tệp; chỉ thị, bản trích không ghi Điều và tệp không phải văn bản pháp luật thì chưa nạp được",
    Reason.NO_NUMBER: "không thấy số ký hiệu văn bản; hãy thêm --number, ví dụ --number 32/2024/NĐ-CP",
    Reason.OLD_FONT: "chữ theo bảng mã cũ (TCVN3, VNI), không chuyển được chắc chắn; hãy chuyển sang Unicode rồi nạp lại",
    Reason.TIMEOUT: "đọc quá lâu nên đã dừng",
    Reason.MEMORY: "cần quá nhiều bộ nhớ nên đã dừng",
}
_FETCH = {
    Trouble.ADDRESS: "chỉ nhận địa chỉ https đầy đủ, không kèm tên và mật khẩu",
    Trouble.UNRESOLVED: "không tìm thấy máy chủ của địa chỉ này",
    Trouble.PRIVATE: "địa chỉ dẫn vào mạng nội bộ hoặc máy này; chỉ tải từ địa chỉ công khai",
    Trouble.REDIRECTS: f"địa chỉ chuyển tiếp quá {MAX_REDIRECTS} lần",
    Trouble.STATUS: "máy chủ không trả văn bản",
    Trouble.TOO_LARGE: "văn bản quá lớn (tối đa 100 MB)",
    Trouble.SLOW: "máy chủ trả lời quá chậm nên đã dừng",
    Trouble.KIND: "nội dung tải về không phải html, docx, doc hoặc pdf",
    Trouble.BROKEN: "kết nối, chứng thư hoặc câu trả lời của máy chủ không hợp lệ",
}


_WHY = {
    Why.NOT_HELD: "hệ thống chưa có văn bản được sửa",
    Why.NO_SUCH_PLACE: "không tìm thấy điều, khoản, điểm hoặc phụ lục này",
    Why.NO_SUCH_WORDS: "không tìm thấy cụm từ cần thay",
    Why.NO_NEW_WORDING: "lời văn mới nằm ở tệp kèm theo, bảng hoặc hình",
    Why.ALREADY_THERE: "chỗ cần bổ sung đã có nội dung khác",
    Why.NOT_ENTITLED: "văn bản cấp dưới không sửa được văn bản cấp trên",
    Why.ENDED: "chỗ này đã hết hiệu lực từ trước",
    Why.NESTED: "chỗ này lại là lệnh sửa một văn bản khác; văn bản đó được đánh dấu là đã sửa đổi, cần xem bản chính thức",
    Why.NO_DAY: "văn bản sửa đổi không nêu ngày có hiệu lực",
}


_NUMBERED = re.compile(r"^(.*?)(?<![\w.])(\d+)(?![\w.])(.*)$")


def unapplied_groups(found: Sequence[Unapplied]) -> list[str]:
    """Return one line for each amending place, amended document and reason: "Phụ lục II: 12 chỗ của … (Mẫu số 01, 03–07): …"."""
    groups: dict[tuple[Ref, str, Why], list[Ref]] = {}
    for item in found:
        groups.setdefault((item.order.place, item.ref.document, item.why), []).append(item.ref)
    lines = []
    for (place, document, why), refs in groups.items():
        named = short_places(list(dict.fromkeys(refs)))
        where = f"{len(set(refs))} chỗ của {Ref(document)} ({named})" if len(set(refs)) > 1 else str(refs[0])
        lines.append(f"{place}: {where}: {_WHY[why]}.")
    return lines


def short_places(refs: Sequence[Ref]) -> str:
    """Return places with their numbers drawn together: "Mẫu số 01, 03–05 Phụ lục V; khoản 1, 2 Điều 3"."""
    groups: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        match = _NUMBERED.match(ref.place())
        head, number, tail = (match[1], match[2], match[3]) if match else (ref.place(), "", "")
        groups.setdefault((head, tail), []).append(number)
    return "; ".join(f"{head}{_ranges(numbers)}{tail}" for (head, tail), numbers in groups.items())


def _ranges(numbers: Sequence[str]) -> str:
    """"01", "02", "03", "07" -> "01–03, 07"; two that follow one another stay two."""
    runs: list[list[str]] = []
    for number in sorted(numbers, key=lambda n: int(n or 0)):
        if runs and number and int(number) == int(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def unapplied(found: Unapplied) -> str:
    """Return one line on an amendment order that was not applied."""
    words = f" “{found.order.old}”" if found.order.old else ""
    return f"{found.order.place}: sửa {found.ref}{words}; chưa áp dụng vì {_WHY[found.why]}."


def sentence(error: BaseException) -> str:
    """Return what to tell the person about `error`; nothing of it names code."""
    match error:
        case UnreadableFile():
            return f"Không nạp được {error.path.name}: {_FILE[error.reason]}. Những gì đã nạp trước vẫn giữ nguyên."
        case FetchError():
            more = f" (mã {error.detail})" if error.trouble is Trouble.STATUS else ""
            return f"Không tải được {error.url}: {_FETCH[error.trouble]}{more}. Những gì đã nạp trước vẫn giữ nguyên."
        case NumberTaken():
            return (
                f"{error.path.name} ghi số {error.number}, nhưng số này đã được nạp từ {error.held.name} với nội dung khác. "
                "Thêm --replace để thay; bản cũ được giữ lại."
            )
        case SameNumber():
            return (
                f"{error.first.name} và {error.second.name} cùng ghi số {error.number} nhưng nội dung khác nhau; "
                "chưa nạp tệp nào, hãy bỏ bớt một tệp rồi nạp lại."
            )
        case LibraryBusy():
            return "Một lệnh nạp văn bản khác đang chạy trên cùng thư mục dữ liệu; hãy chờ xong rồi chạy lại."
        case LibraryDamaged():
            return (
                f"Thư mục văn bản đã nạp bị hỏng ở {error.path.name}; không có gì bị ghi đè. "
                "Hãy khôi phục từ bản sao lưu, hoặc nạp lại chính văn bản đó."
            )
        case DigestError():
            return f"Tệp tóm lược {error.path.name} có lỗi: {error.reason}."
        case ModelMissing():
            return f"Không mở được mô hình nhúng {error.name}: {error.reason}."
        case DamagedIndex():
            return f"Chỉ mục hỏng và không lập lại được: {error.reason}."
        case OSError():
            return _of_system(error)
        case _:
            return f"Có lỗi ngoài dự kiến ({type(error).__name__}: {error})."


def _of_system(error: OSError) -> str:
    """What the operating system has refused."""
    if isinstance(error, PermissionError):
        return f"Không có quyền đọc hoặc ghi {error.filename}."
    if error.errno == 28:
        return "Hết chỗ trên đĩa; hãy giải phóng dung lượng rồi chạy lại. Dữ liệu cũ vẫn giữ nguyên."
    if error.errno == 98:
        return "Cổng này đang được chương trình khác dùng; hãy chọn cổng khác bằng --port."
    return f"Lỗi đọc ghi: {error.strerror or error} ({error.filename})."
