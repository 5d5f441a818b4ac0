"""Vietnamese sentences about reports: plain, polite, short, in the register of public service."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from handlers.texts.vi import day, see
from knowledge.calendar import Unit
from knowledge.provision import Ref
from reports.deadlines import Due
from reports.errors import BadFile
from reports.model import Author, NameSeen, NoticeKind, Problem, Regime, Report, ReporterKind, Unfixed
from reports.number import shown
from reports.routing import Desk
from reports.states import State

_SHORT: Final = 160


def _cut(text: str, limit: int = _SHORT) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _figure(number: int) -> str:
    return f"{number:,}".replace(",", ".")


# --- where it begins ----------------------------------------------------------------------------------


def offer_report() -> str:
    return "Có vẻ anh/chị đang nêu một vướng mắc. Anh/chị có muốn gửi thành phản ánh để cơ quan có trách nhiệm xem xét, trả lời không?"


def offer_note() -> str:
    return "Nếu chỉ cần tra cứu, anh/chị chọn xem quy định liên quan (nếu có) hoặc gõ lại thành câu hỏi."


def begin_with_this() -> str:
    return "Gửi phản ánh với nội dung này"


def begin_report() -> str:
    return "Gửi phản ánh mới"


def begin_anew() -> str:
    return "Bỏ bản nháp cũ, soạn phản ánh mới"


def read_place(ref: Ref) -> str:
    return see(ref, "")


def only_in_private() -> str:
    return (
        "Phản ánh và thông tin cá nhân chỉ được tiếp nhận trong cuộc trò chuyện riêng. "
        "Anh/chị vui lòng nhắn riêng cho trợ lý, ví dụ gõ /baocao để gửi phản ánh."
    )


def has_draft(text: str) -> str:
    return f"Anh/chị có một phản ánh đang soạn, chưa gửi: “{_cut(text)}”." if text else "Anh/chị có một phản ánh đang soạn, chưa gửi."


def resume() -> str:
    return "Soạn tiếp bản nháp"


def draft_waits() -> str:
    return "Phản ánh đang soạn vẫn được lưu. Gõ /baocao để soạn tiếp."


def divert() -> str:
    return (
        "Nội dung này có thể là khiếu nại hoặc tố cáo. Trợ lý không tiếp nhận khiếu nại, tố cáo; anh/chị gửi đơn đến người có thẩm quyền giải quyết "
        "theo Luật Khiếu nại, Luật Tố cáo, hoặc trực tiếp đến nơi tiếp công dân của xã, tỉnh. Nếu chỉ là vướng mắc về quy định, "
        "anh/chị vui lòng viết lại: nêu quy định và khó khăn, không nêu người bị khiếu nại, tố cáo."
    )


def note_of_answer(asked: str, told: str) -> str:
    answered = f" Trợ lý đã trả lời: {_cut(told, 600)}" if told else ""
    return f"Phản ánh được gửi từ câu hỏi: “{_cut(asked, 600)}”.{answered}"


# --- the questions ------------------------------------------------------------------------------------


def _step(number: int, of: int, text: str) -> str:
    return f"({number}/{of}) {text}"


def ask_what(number: int, of: int) -> str:
    return _step(number, of, "Anh/chị gặp vướng mắc gì? Vui lòng viết vài câu: việc gì, vướng ở đâu, ảnh hưởng thế nào.")


def no_secrets() -> str:
    return "Vui lòng không gửi thông tin bí mật nhà nước, tài liệu đóng dấu mật, ảnh chụp thẻ căn cước hoặc số căn cước."


def data_notice() -> str:
    return (
        "Phản ánh được lưu cùng mã cuộc trò chuyện này để gửi trả lời. Anh/chị không bắt buộc nêu tên. "
        "Gõ /riengtu để xem dữ liệu đang lưu, /xoa để xóa dữ liệu."
    )


def now_written(text: str) -> str:
    return f"Nội dung đã ghi: “{_cut(text)}”. Nếu muốn thay, anh/chị gửi nội dung mới."


def use_question(text: str) -> str:
    return f"Dùng câu vừa hỏi: “{_cut(text, 60)}”"


def what_is_needed() -> str:
    return "Anh/chị cần nêu ít nhất vài chữ về vướng mắc để cơ quan có thể trả lời."


def say_more() -> str:
    return "Nội dung còn quá ngắn. Anh/chị vui lòng viết rõ thêm."


def say_something() -> str:
    return "Tin nhắn chưa có nội dung bằng chữ. Anh/chị vui lòng nhập nội dung."


def ask_where(number: int, of: int) -> str:
    return _step(number, of, "Vướng mắc do quy định nào? Anh/chị chọn trong danh sách hoặc gõ, ví dụ “điểm c khoản 1 Điều 8 Nghị định 32/2024”.")


def place_unknown() -> str:
    return "Chưa rõ quy định nào"


def place_none() -> str:
    return "Không do quy định nào"


def place_not_found() -> str:
    return (
        "Chưa nhận ra quy định này trong các văn bản đang có. Anh/chị vui lòng gõ rõ số điều và số văn bản, "
        f"hoặc chọn “{place_unknown()}”; cán bộ xử lý sẽ xác định."
    )


def provision(fault: Ref | Unfixed | None) -> str:
    if isinstance(fault, Ref):
        return see(fault, "")
    return {Unfixed.NONE: "không do quy định nào", Unfixed.UNKNOWN: "chưa rõ quy định nào", None: ""}[fault]


def ask_trouble(number: int, of: int) -> str:
    return _step(number, of, "Vướng mắc thuộc loại nào?")


def trouble(regime: Regime, problem: Problem) -> str:
    return {
        Problem.UNCLEAR: "Chưa rõ cách thực hiện, cần hướng dẫn", Problem.SEVERAL_READINGS: "Quy định có nhiều cách hiểu",
        Problem.CONTRADICTORY: "Các quy định mâu thuẫn nhau", Problem.OVERLAPPING: "Quy định chồng chéo, trùng nhau",
        Problem.UNREASONABLE: "Quy định không hợp lý", Problem.INFEASIBLE: "Quy định không khả thi trên thực tế",
        Problem.COSTLY: "Thủ tục phiền hà, tốn kém",
        Problem.OTHER: "Khác",
    }[problem]  # fmt: skip


def ask_who(number: int, of: int) -> str:
    return _step(number, of, "Anh/chị gửi phản ánh với tư cách nào?")


def reporter_kind(kind: ReporterKind) -> str:
    return {
        ReporterKind.COMMUNE: "Cán bộ, công chức xã, phường, đặc khu", ReporterKind.DEPARTMENT: "Cán bộ, công chức sở, ngành cấp tỉnh",
        ReporterKind.FIRM: "Doanh nghiệp, hợp tác xã", ReporterKind.HOUSEHOLD: "Hộ kinh doanh, cơ sở sản xuất", ReporterKind.OTHER: "Khác",
    }[kind]  # fmt: skip


def ask_place(number: int, of: int) -> str:
    return _step(
        number, of, "Vướng mắc phát sinh ở xã, phường, đặc khu nào, thuộc tỉnh, thành phố nào? Ví dụ “xã Phú Bình, Thái Nguyên”. "
        "Có thể gõ tên cũ trước khi sáp nhập.",
    )  # fmt: skip


def no_such_territory() -> str:
    return "Chưa nhận ra địa danh này. Anh/chị vui lòng gõ tên xã, phường, đặc khu kèm tên tỉnh, thành phố, hoặc chỉ tên tỉnh, thành phố."


def which_territory(count: int) -> str:
    return f"Có {count} nơi trùng tên hoặc đã được chia tách, sáp nhập. Anh/chị chọn một nơi, hoặc gõ thêm tên tỉnh, tên huyện cũ."


def commune_unknown(province: str) -> str:
    return f"Chưa nhận ra tên xã, phường, đặc khu vừa gõ nên chỉ ghi {province}. Muốn ghi rõ xã, anh/chị gõ “quay lại” rồi gõ lại tên."


def place_now(former: str, name: str) -> str:
    return f"{former} nay thuộc {name}."


def ask_wish(number: int, of: int) -> str:
    return _step(number, of, "Anh/chị kiến nghị xử lý thế nào? Ví dụ: cần sửa nội dung nào, cần hướng dẫn việc gì.")


def files_welcome(*, only_photos: bool) -> str:
    if only_photos:
        return "Anh/chị có thể gửi kèm ảnh ngay trong cuộc trò chuyện này. Muốn gửi tệp PDF, Word, Excel thì gõ /noi để chuyển sang trang web."
    return "Anh/chị có thể gửi kèm ảnh, tệp PDF, Word, Excel ngay trong cuộc trò chuyện này."


def skip() -> str:
    return "Bỏ qua"


def back() -> str:
    return "Quay lại"


def cancel() -> str:
    return "Hủy phản ánh"


def choose_from_list() -> str:
    return "Anh/chị vui lòng chọn một mục trong danh sách hoặc gõ số thứ tự của mục."


def choice_gone() -> str:
    return "Mục này không còn trong danh sách. Anh/chị vui lòng chọn lại."


# --- the summary --------------------------------------------------------------------------------------


def summary_title() -> str:
    return "Xem lại trước khi gửi"


def field_name(step: str) -> str:
    return {
        "what": "Vướng mắc", "where": "Quy định", "trouble": "Loại vướng mắc", "who": "Tư cách", "place": "Địa bàn", "wish": "Kiến nghị",
    }[step]  # fmt: skip


def summary_line(step: str, text: str) -> str:
    return f"{field_name(step)}: {_cut(text, 400) if text else 'chưa nêu'}"


def _seen_by(seen: NameSeen) -> str:
    return {NameSeen.MINISTRY_AND_DEPARTMENT: "Bộ Công Thương và Sở Công Thương được xem", NameSeen.MINISTRY: "chỉ Bộ Công Thương được xem"}[seen]


def summary_name(name: str, contact: str, seen: NameSeen) -> str:
    return f"Người gửi: {', '.join(x for x in (name, contact) if x)} ({_seen_by(seen)})"


def summary_unnamed() -> str:
    return "Người gửi: không nêu tên"


def summary_publication(agreed: bool) -> str:
    return "Công khai nội dung và câu trả lời (không nêu tên): " + ("đồng ý" if agreed else "không đồng ý")


def summary_files(names: Sequence[str]) -> str:
    return f"Tệp đính kèm ({len(names)}): {_cut(', '.join(names), 300)}"


def send_it() -> str:
    return "Gửi phản ánh"


def edit_it() -> str:
    return "Sửa"


def ask_edit() -> str:
    return "Anh/chị muốn sửa mục nào?"


def to_summary() -> str:
    return "Trở lại bản tóm tắt"


def send_later() -> str:
    return "Để sau, lưu bản nháp"


def kept_for_later() -> str:
    return "Bản nháp đã được lưu. Gõ /baocao để soạn tiếp."


def still_needed() -> str:
    return "Cần điền mục này thì mới gửi được phản ánh."


def add_name(named: bool) -> str:
    return "Sửa hoặc bỏ tên, thông tin liên hệ" if named else "Thêm tên, thông tin liên hệ (không bắt buộc)"


def publish(agreed: bool) -> str:
    return "Không đồng ý công khai nữa" if agreed else "Đồng ý công khai (không nêu tên)"


def ask_seen() -> str:
    return "Cơ quan nào được xem tên và thông tin liên hệ của anh/chị?"


def name_seen(seen: NameSeen) -> str:
    return {NameSeen.MINISTRY_AND_DEPARTMENT: "Bộ Công Thương và Sở Công Thương", NameSeen.MINISTRY: "Chỉ Bộ Công Thương"}[seen]


def no_name() -> str:
    return "Không nêu tên"


def name_notice() -> str:
    return (
        "Tên, chức vụ và thông tin liên hệ chỉ dùng để xử lý phản ánh của anh/chị; anh/chị có quyền xem, sửa, xóa bất cứ lúc nào (/riengtu). "
        "Nếu không nêu tên, phản ánh vẫn được tiếp nhận và trả lời tại đây, nhưng không chuyển được sang Cổng Dịch vụ công quốc gia."
    )


def ask_name() -> str:
    return (
        "Anh/chị vui lòng gõ họ tên, chức vụ, số điện thoại hoặc email trong một tin nhắn. "
        "Ví dụ “Nguyễn Văn An, công chức UBND xã Phú Bình, 0912 345 678”."
    )


def name_kept() -> str:
    return "Đã ghi tên và thông tin liên hệ."


def name_without_contact() -> str:
    return "Đã ghi tên. Chưa có số điện thoại hoặc email; câu trả lời vẫn được gửi về cuộc trò chuyện này."


def ask_cancel() -> str:
    return "Anh/chị có muốn hủy phản ánh đang soạn không? Nội dung đã viết sẽ không được gửi."


def really_cancel() -> str:
    return "Hủy, không gửi"


def cancelled() -> str:
    return "Đã hủy. Chưa có gì được gửi đi."


def nothing_to_cancel() -> str:
    return "Anh/chị không có phản ánh nào đang soạn."


def no_draft() -> str:
    return "Không còn bản nháp này. Gõ /baocao để soạn phản ánh mới, /cuatoi để xem phản ánh đã gửi."


# --- similar reports ----------------------------------------------------------------------------------


def similar_title(count: int) -> str:
    return f"Đã có {count} phản ánh tương tự."


def similar_line(number: int, report: Report, count: int) -> str:
    about = provision(report.provision) or "không nêu quy định"
    told = "đã có trả lời" if report.state is State.ANSWERED else "đang xử lý"
    more = f", {count} người gửi" if count > 1 else ""
    kind = trouble(report.regime, report.problem).lower() if report.regime and report.problem else "chưa phân loại"
    return f"({number}) {about[0].upper()}{about[1:]}: {kind}; {told}{more}."


def similar_note() -> str:
    return "Nếu gộp, phản ánh của anh/chị vẫn có số riêng và câu trả lời chung sẽ được gửi về đây. Nếu trường hợp của anh/chị khác, vui lòng gửi riêng."


def join_it(number: int, answered: bool) -> str:
    return f"Gộp vào ({number}) và xem câu trả lời" if answered else f"Gộp vào ({number})"


def send_anyway() -> str:
    return "Vẫn gửi riêng"


def joined(answered: bool) -> str:
    if answered:
        return "Đã gộp với phản ánh tương tự; cơ quan đã trả lời như dưới đây."
    return "Đã gộp với phản ánh tương tự; câu trả lời chung sẽ được gửi về đây."


# --- the receipt --------------------------------------------------------------------------------------


def receipt_title(number: str) -> str:
    return f"Đã tiếp nhận phản ánh {shown(number)}"


def receipt_desk(desk: Desk, copied: Sequence[Desk]) -> str:
    more = f" Đồng gửi: {', '.join(d.name for d in copied)}." if copied else ""
    return f"Nơi xử lý: {desk.name}.{more}"


def _due_name(step: str) -> str:
    return {"forward": "Chuyển đến đúng nơi xử lý", "first_notice": "Thông báo lần đầu", "answer": "Trả lời"}[step]


def due_line(due: Due) -> str:
    unit = "ngày làm việc" if due.clock.unit is Unit.WORKING else "ngày"
    doubt = "" if due.certain else "dự kiến "
    return f"{_due_name(due.clock.step)}: {doubt}chậm nhất ngày {day(due.day)} ({due.clock.days} {unit})"


def internal_dates() -> str:
    return "Các ngày trên là thời hạn nội bộ của hệ thống."


def reply_comes_here() -> str:
    return "Câu trả lời sẽ được gửi về cuộc trò chuyện này. Gõ /cuatoi để xem tình trạng xử lý."


def receipt_code(number: str, code: str) -> str:
    return (
        f"Để xem từ thiết bị khác, gõ “/tracuu {shown(number)} {code}”. Mã tra cứu ở cuối chỉ hiện một lần; "
        "ai có mã này đều xem được tình trạng xử lý và câu trả lời."
    )


def not_exportable() -> str:
    return "Phản ánh không có đủ tên và thông tin liên hệ nên không chuyển được sang Cổng Dịch vụ công quốc gia."


def no_dispatch() -> str:
    return "Phản ánh này không thay cho công văn, văn bản chính thức."


def open_report() -> str:
    return "Xem phản ánh này"


def my_reports() -> str:
    return "Phản ánh của tôi"


# --- my reports ---------------------------------------------------------------------------------------


def no_reports() -> str:
    return "Anh/chị chưa gửi phản ánh nào từ cuộc trò chuyện này."


def my_reports_title(count: int) -> str:
    return f"Phản ánh của anh/chị ({count})"


def state_name(state: State) -> str:
    return {
        State.DRAFT: "bản nháp", State.RECEIVED: "đã tiếp nhận", State.UNDER_REVIEW: "đang xem xét", State.WAITING: "chờ anh/chị bổ sung",
        State.FORWARDED: "đã chuyển đến nơi xử lý", State.REOPENED: "mở lại, đang xử lý", State.ANSWERED: "đã trả lời",
        State.MERGED: "đã gộp với phản ánh tương tự", State.WITHDRAWN: "đã rút", State.OUT_OF_SCOPE: "ngoài phạm vi xử lý",
    }[state]  # fmt: skip


def my_report(report: Report, late: bool, text: str) -> str:
    return f"{shown(report.number)}: {state_name(report.state)}{', quá hạn' if late else ''}. {_cut(text, 100)}"


def open_number(number: str) -> str:
    return shown(number)


def older_by_number(count: int) -> str:
    return f"Còn {count} phản ánh cũ hơn. Gõ /tracuu kèm số phản ánh để xem."


def report_state(number: str, state: State) -> str:
    return f"Phản ánh {shown(number)}: {state_name(state)}"


def at_desk(desk: Desk) -> str:
    return f"Nơi xử lý: {desk.name}"


def due_on(step: str, value: date, late: bool) -> str:
    return f"{_due_name(step)}: hạn ngày {day(value)}" + (", đã quá hạn" if late else "")


def about(text: str, place: str) -> str:
    return f"Nội dung: {_cut(text, 400)}" + (f" (quy định: {place})" if place else "")


def official_says(name: str) -> str:
    return f"Ý kiến của cán bộ: {name}" if name else "Ý kiến của cán bộ"


def seen_by_code() -> str:
    return (
        "Anh/chị đang xem bằng mã tra cứu. Để bổ sung, rút hoặc mở lại phản ánh, anh/chị dùng cuộc trò chuyện đã gửi phản ánh, "
        "hoặc gõ /noi ở cuộc trò chuyện đó để chuyển sang đây."
    )


def add_message() -> str:
    return "Bổ sung nội dung"


def whole_thread() -> str:
    return "Xem toàn bộ trao đổi"


def withdraw() -> str:
    return "Rút phản ánh"


def reopen() -> str:
    return "Mở lại phản ánh"


def leave_it() -> str:
    return "Không, giữ nguyên"


def ask_message(number: str) -> str:
    return f"Anh/chị vui lòng nhập nội dung bổ sung cho phản ánh {shown(number)}, hoặc gửi tệp."


def message_kept(number: str) -> str:
    return f"Đã bổ sung vào phản ánh {shown(number)} và chuyển đến nơi xử lý."


def give_to(number: str) -> str:
    return f"Bổ sung nội dung này vào phản ánh {shown(number)}"


def ask_withdraw(number: str) -> str:
    return f"Anh/chị có muốn rút phản ánh {shown(number)} không? Cơ quan sẽ ngừng xử lý; sau này anh/chị vẫn có thể mở lại."


def really_withdraw() -> str:
    return "Rút phản ánh này"


def withdrawn(number: str) -> str:
    return f"Đã rút phản ánh {shown(number)}."


def ask_why_reopen(number: str) -> str:
    return f"Anh/chị vui lòng cho biết lý do mở lại phản ánh {shown(number)}."


def without_reason() -> str:
    return "Mở lại, không nêu lý do"


def reopened(number: str) -> str:
    return f"Đã mở lại phản ánh {shown(number)}."


def answer_by(value: date) -> str:
    return f"Trả lời: chậm nhất ngày {day(value)} (thời hạn nội bộ)"


def closed_reopen_first(number: str) -> str:
    return f"Phản ánh {shown(number)} hiện không nhận bổ sung. Anh/chị cần mở lại phản ánh trước khi bổ sung."


def which_report() -> str:
    return "Anh/chị muốn trả lời hoặc bổ sung cho phản ánh nào?"


def thread_title(number: str) -> str:
    return f"Trao đổi về phản ánh {shown(number)}"


def thread_line(author: Author, name: str, text: str, at: datetime | None) -> str:
    who = {Author.REPORTER: "Anh/chị", Author.OFFICIAL: f"Cán bộ {name}".strip(), Author.MACHINE: "Trợ lý tự động"}[author]
    return f"{who}{f', {day(at.date())}' if at else ''}: {text}"


# --- what is refused ----------------------------------------------------------------------------------


def classified(stamp: str) -> str:
    return (
        f"Nội dung có dấu hiệu là tài liệu mật (“{stamp}”) nên không được tiếp nhận và không được lưu. "
        "Tài liệu mật phải gửi qua văn thư theo quy định về bảo vệ bí mật nhà nước. "
        "Nếu đây không phải tài liệu mật, anh/chị vui lòng viết lại, không dùng từ này."
    )


def too_long_words(length: int, limit: int) -> str:
    return f"Nội dung dài {_figure(length)} ký tự, tối đa là {_figure(limit)}. Anh/chị vui lòng rút gọn, hoặc gửi thành tệp đính kèm."


def too_many(what: str, limit: int, free_at: datetime) -> str:
    things, kept = ("tệp", "các tệp đã nhận") if what == "attachments" else ("phản ánh", "bản nháp")
    return f"Trong một giờ, mỗi người gửi được tối đa {limit} {things}. Anh/chị vui lòng gửi tiếp sau {free_at:%H:%M}; {kept} vẫn được lưu."


def bad_file(name: str, reason: BadFile) -> str:
    why = {
        BadFile.EMPTY: "tệp rỗng", BadFile.TOO_LARGE: "tệp quá lớn (tối đa 20 MB)",
        BadFile.UNKNOWN_KIND: "chỉ nhận ảnh, tệp PDF, Word, Excel và tệp văn bản thuần (.txt)", BadFile.DISGUISED: "nội dung không khớp với đuôi tệp",
        BadFile.MACROS: "tệp có macro", BadFile.ENCRYPTED: "tệp có đặt mật khẩu", BadFile.TOO_MANY: "phản ánh đã đủ 20 tệp",
    }[reason]  # fmt: skip
    return f"Không nhận tệp “{_cut(name, 80)}”: {why}. Phản ánh không bị ảnh hưởng."


def file_trouble(name: str, trouble: str) -> str:
    why = "tệp quá lớn (tối đa 20 MB)" if trouble == "too_large" else "chưa tải được tệp, anh/chị vui lòng gửi lại"
    return f"Không nhận tệp “{_cut(name, 80)}”: {why}."


def file_kept(name: str, number: str) -> str:
    return f"Đã đính kèm tệp “{_cut(name, 80)}” vào " + (f"phản ánh {shown(number)}." if number else "phản ánh đang soạn.")


def file_for_closed(number: str) -> str:
    return f"Phản ánh {shown(number)} hiện không nhận bổ sung nên tệp chưa được nhận. Anh/chị mở lại phản ánh này hoặc soạn phản ánh mới, sau đó gửi lại tệp."


def file_without_report() -> str:
    return (
        "Chưa rõ tệp này thuộc phản ánh nào nên tệp chưa được nhận. Anh/chị gõ /baocao để soạn phản ánh mới, "
        "hoặc gõ /cuatoi rồi chọn phản ánh cần bổ sung, sau đó gửi lại tệp."
    )


def words_added() -> str:
    return "Đã ghi thêm lời kèm tệp vào nội dung phản ánh."


def edit_followed() -> str:
    return "Đã cập nhật theo tin nhắn vừa sửa."


def edit_not_followed() -> str:
    return "Trợ lý không đọc lại tin nhắn đã sửa này. Anh/chị vui lòng gửi nội dung mới trong một tin nhắn khác."


def not_allowed(state: State) -> str:
    return f"Phản ánh đang ở trạng thái “{state_name(state)}” nên không thực hiện được việc này."


def changed_meanwhile() -> str:
    return "Phản ánh vừa có thay đổi. Anh/chị vui lòng xem lại phản ánh (/cuatoi) rồi thực hiện lại."


def no_such_report() -> str:
    return "Không tìm thấy phản ánh này trong cuộc trò chuyện của anh/chị. Anh/chị vui lòng kiểm tra lại số phản ánh, hoặc gõ /cuatoi."


def law_unavailable() -> str:
    return "Tạm thời chưa tra cứu được quy định. Anh/chị vui lòng thử lại sau ít phút. Phản ánh vẫn gửi được: gõ /baocao."


# --- notices ------------------------------------------------------------------------------------------


def notice(kind: NoticeKind, number: str, facts: Mapping[str, str]) -> str:
    """The first line of what a person is told when somebody else has acted."""
    known = shown(number)
    match kind:
        case NoticeKind.TAKEN:
            return f"Phản ánh {known}: cán bộ đã bắt đầu xem xét."
        case NoticeKind.FORWARDED:
            return f"Phản ánh {known} đã được chuyển đến {facts.get('desk') or 'nơi xử lý'}."
        case NoticeKind.ASKED:
            return f"Phản ánh {known}: cán bộ đề nghị anh/chị bổ sung thông tin."
        case NoticeKind.REPLIED:
            return f"Phản ánh {known} đã có trả lời."
        case NoticeKind.MERGED:
            return f"Phản ánh {known} đã được gộp với phản ánh tương tự; câu trả lời chung sẽ được gửi về đây."
        case NoticeKind.SEPARATED:
            return f"Phản ánh {known} đã được tách ra để xử lý riêng."
        case NoticeKind.CLOSED:
            return f"Phản ánh {known} đã kết thúc xử lý: {state_name(State(facts.get('state', 'answered')))}."
        case NoticeKind.REOPENED:
            return f"Phản ánh {known} đã được mở lại để xử lý tiếp."


def notice_reason(why: str) -> str:
    return f"Lý do: {why}"


def human_words() -> str:
    return "Nội dung này do cán bộ viết, không phải do trợ lý tự động."


def notice_how(kind: NoticeKind) -> str:
    """What can be done about it; "" where nothing is."""
    if kind is NoticeKind.ASKED:
        return "Anh/chị gõ /traloi để trả lời hoặc gửi tệp."
    if kind in (NoticeKind.REPLIED, NoticeKind.CLOSED):
        return f"Nếu thấy chưa thỏa đáng, anh/chị gõ /cuatoi, chọn phản ánh rồi chọn “{reopen()}”."
    return ""


# --- rights -------------------------------------------------------------------------------------------


def privacy_title() -> str:
    return "Dữ liệu của anh/chị"


def privacy_lines(raw_days: int, chat_days: int) -> list[str]:
    return [
        "Dữ liệu được lưu: mã cuộc trò chuyện, tin nhắn, phản ánh, tệp; tên, thông tin liên hệ, tư cách, địa bàn nếu anh/chị nêu.",
        "Mục đích: trả lời câu hỏi, xử lý phản ánh và gửi trả lời về đây; không dùng vào việc khác. Chỉ công khai nội dung khi anh/chị đồng ý.",
        "Ai được xem: nơi xử lý và nơi được đồng gửi xem nội dung phản ánh; tên và thông tin liên hệ chỉ cơ quan anh/chị đã chọn được xem.",
        f"Thời gian lưu: tin nhắn {raw_days} ngày; cuộc trò chuyện không có tin mới {chat_days} ngày; phản ánh đến khi anh/chị xóa.",
        "Quyền của anh/chị theo Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15: xem, chỉnh sửa, rút lại sự đồng ý, xóa dữ liệu.",
    ]


def held_title() -> str:
    return "Dữ liệu đang lưu về anh/chị"


def held_lines(name: str, contact: str, kind: str, place: str, received: int, drafts: int, messages: int, files: int) -> list[str]:
    said = {"Tên": name, "Thông tin liên hệ": contact, "Tư cách": kind, "Địa bàn": place}
    lines = [f"{label}: {value}" for label, value in said.items() if value]
    counts = f"Phản ánh đã gửi: {received}; bản nháp: {drafts}; tin trao đổi: {messages}; tệp: {files}"
    return [*(lines or ["Chưa có tên, thông tin liên hệ, tư cách, địa bàn"]), counts]


def take_name_out() -> str:
    return "Xóa tên và thông tin liên hệ"


def name_taken_out() -> str:
    return "Đã xóa tên và thông tin liên hệ. Các phản ánh vẫn được xử lý, không kèm tên."


def erase_all() -> str:
    return "Xóa tất cả dữ liệu của tôi"


def ask_erase(reports: int, running: int) -> str:
    more = f" Có {running} phản ánh đang xử lý sẽ dừng lại và không được trả lời." if running else ""
    return (
        f"Sẽ xóa tất cả: cuộc trò chuyện, {reports} phản ánh, tệp, tên và thông tin liên hệ. Dữ liệu đã xóa không khôi phục được.{more} "
        "Anh/chị có chắc chắn muốn xóa không?"
    )


def really_erase() -> str:
    return "Xóa tất cả, không khôi phục được"


def erased() -> str:
    return "Đã xóa dữ liệu của anh/chị. Hệ thống chỉ lưu dấu vết của lần xóa này, không nêu tên."


def carry_code(code: str) -> str:
    return f"Mã chuyển cuộc trò chuyện: {code}"


def carry_note() -> str:
    return (
        "Trong 15 phút, tại cuộc trò chuyện muốn chuyển đến, anh/chị gõ /noi kèm mã này. Phản ánh và câu trả lời sẽ được chuyển sang đó; "
        "muốn chuyển về, anh/chị làm tương tự theo chiều ngược lại. Không đưa mã này cho người khác."
    )


def no_such_code() -> str:
    return "Mã không đúng, đã được dùng hoặc đã hết hạn. Anh/chị gõ lại lệnh ở cuộc trò chuyện kia để lấy mã mới."


def carried(count: int) -> str:
    return f"Đã chuyển cuộc trò chuyện sang đây; có {count} phản ánh. Câu trả lời sẽ được gửi về đây."


def link_code(code: str) -> str:
    return f"Mã liên kết: {code}"


def link_note() -> str:
    return (
        "Trong 15 phút, trên kênh kia, anh/chị gõ /lienket kèm mã này. Hai nơi cùng xem được phản ánh; khi một nơi không gửi được, "
        "câu trả lời sẽ về nơi kia. Gõ “/lienket bỏ” để thôi liên kết. Không đưa mã cho người khác."
    )


def linked() -> str:
    return "Đã liên kết hai cuộc trò chuyện. Gõ “/lienket bỏ” để thôi liên kết."


def linked_with(count: int) -> str:
    return f"Cuộc trò chuyện này đang liên kết với {count} cuộc trò chuyện khác."


def unlinked() -> str:
    return "Đã thôi liên kết. Phản ánh gửi từ nơi nào chỉ xem được ở nơi đó."


def not_linked() -> str:
    return "Cuộc trò chuyện này chưa liên kết với nơi nào."


# --- chats of desks -----------------------------------------------------------------------------------


def desk_title(what: str, number: str) -> str:
    known = {
        "new": f"Phản ánh mới {shown(number)}", "news": f"Người gửi phản ánh {shown(number)} có thông tin mới",
        "forwarded": f"Phản ánh {shown(number)} được chuyển đến",
        "unsent": f"Tin về phản ánh {shown(number)} chưa đến được người gửi phản ánh",
    }  # fmt: skip
    return known.get(what, f"Phản ánh {shown(number)} đã quá hạn")


def desk_how(number: str, *, quoting: bool) -> str:
    if quoting:
        return "Trả lời (reply) tin này: viết câu trả lời để gửi người phản ánh; mở đầu bằng dấu “?” để hỏi lại; viết “nhận” để bắt đầu xem xét."
    typed = shown(number)
    return (
        f"Cán bộ đã đăng ký gõ “{typed} trả lời: …” để gửi câu trả lời cho người phản ánh, “{typed} hỏi: …” để hỏi lại, "
        f"“{typed} nhận” để bắt đầu xem xét. Trong nhóm thì nhắc tên (@) trợ lý ở đầu tin; nhắn riêng cho trợ lý cũng được."
    )


def not_reached(reason: str) -> str:
    if reason == "window":
        return "Đã quá thời hạn Zalo cho phép trả lời. Tin được giữ lại và tự gửi khi người đó nhắn lại; nếu gấp, liên hệ theo thông tin họ để lại (nếu có)."
    if reason == "blocked" or reason.startswith("Forbidden"):
        return "Người đó đã chặn trợ lý hoặc rời cuộc trò chuyện. Tin được giữ lại và tự gửi khi họ nhắn lại."
    return "Kênh nhắn tin đang có lỗi; tin được giữ lại, chưa mất. Người vận hành xem bằng lệnh “reports dead” và gửi lại bằng “reports retry”."


def desk_no_words(number: str) -> str:
    return f"Chưa có nội dung để gửi về phản ánh {shown(number)}. Anh/chị vui lòng gõ lại kèm nội dung."


def group_is(channel: str, chat: str) -> str:
    return f"Mã của nhóm này để người vận hành ghi vào desks.yaml: channel: {channel}, chat: \"{chat}\"."


def no_group() -> str:
    return "Lệnh /nhom chỉ dùng trong nhóm của bàn xử lý."


def staff_only() -> str:
    return "Chỉ cán bộ đã đăng ký mới trả lời được từ đây. Người vận hành cấp mã đăng ký; anh/chị gõ /canbo kèm mã đó."


def no_such_enrolment() -> str:
    return "Chưa đăng ký được: mã thiếu, không đúng, đã được dùng hoặc quá 15 phút. Người vận hành cấp mã mới; anh/chị gõ /canbo kèm mã đó."


def enrolled(name: str) -> str:
    return f"Đã đăng ký cán bộ: {name}. Người phản ánh sẽ thấy tên này dưới câu trả lời."


def desk_no_files(number: str) -> str:
    return (
        f"Chưa gửi gì cho người phản ánh {shown(number)}: từ nhóm chỉ gửi được chữ, chưa gửi được ảnh và tệp. "
        "Anh/chị vui lòng trả lời lại bằng chữ, không kèm tệp."
    )


def desk_reply_to_notice() -> str:
    return "Để trả lời người phản ánh, anh/chị vui lòng trả lời (reply) tin báo phản ánh, hoặc gõ số phản ánh rồi “trả lời: …”. Chưa gửi gì cho người phản ánh."


def desk_taken(number: str) -> str:
    return f"Đã nhận xem xét phản ánh {shown(number)}; người phản ánh đã được báo."


def desk_asked(number: str) -> str:
    return f"Đã gửi câu hỏi đến người phản ánh {shown(number)}."


def desk_replied(number: str) -> str:
    return f"Đã gửi câu trả lời cho phản ánh {shown(number)}."


def not_taken_yet() -> str:
    return "Nội dung vừa gõ chưa được ghi. Anh/chị vui lòng chọn một mục ở trên trước."


def is_it_the_answer(number: str) -> str:
    return f"Cán bộ đang chờ anh/chị bổ sung cho phản ánh {shown(number)}. Tin vừa rồi có phải là nội dung bổ sung không?"


def look_this_up() -> str:
    return "Tra cứu câu vừa gõ (phản ánh đang soạn vẫn được lưu)"


def look_it_up() -> str:
    return "Không, tra cứu quy định"
