"""Vietnamese sentences: plain, polite, short, in the register of public service."""

from datetime import date
from typing import Final

from knowledge.asked_news import Turn
from knowledge.authority import Occurrence, Reading
from knowledge.calendar import Unit
from knowledge.changes import News
from knowledge.duties import Duty, Period
from knowledge.procedures import Due, Procedure, Step
from knowledge.provision import Document, Ref, kind_of
from knowledge.relations import Link
from knowledge.roles import Role
from knowledge.status import Standing, Status
from knowledge.wanted import Mismatch


def day(value: date) -> str:
    return f"{value.day}/{value.month}/{value.year}"


def document_name(document: Document) -> str:
    return document.name


def place(ref: Ref) -> str:
    return str(ref)


# --- beginnings -------------------------------------------------------------------------------------


def greeting(name: str) -> str:
    return (
        f"Chào anh/chị. {name} là trợ lý tự động (máy trả lời, không phải cán bộ), giúp tra cứu quy định ngành Công Thương về cụm công nghiệp, "
        "khuyến công và phân định thẩm quyền của chính quyền địa phương hai cấp."
    )


def how_to_ask() -> str:
    return "Anh/chị có thể hỏi bằng lời thường, có dấu hoặc không dấu, hoặc ghi điều, khoản cần xem, ví dụ “khoản 2 Điều 8 NĐ 32/2024”."


def limits() -> str:
    return "Câu trả lời nêu điều, khoản làm căn cứ và chỉ để tham khảo, không thay cho ý kiến chính thức của cơ quan có thẩm quyền."


def suggestions() -> tuple[str, ...]:
    return (
        "CCN muốn mở rộng thì cần điều kiện gì?",
        "Sở Công Thương thẩm định hồ sơ thành lập cụm trong mấy ngày?",
        "Cơ sở nào được hưởng chính sách khuyến công?",
    )


def help_title(name: str) -> str:
    return f"Cách dùng {name}"


def help_lines() -> tuple[str, ...]:
    return (
        "Hỏi quy định: gõ câu hỏi, ví dụ “mo rong cum cong nghiep can dieu kien gi”.",
        "Tra điều, khoản, điểm: gõ “điểm c khoản 2 Điều 8 NĐ 32/2024”.",
        "Hỏi quy định tại một thời điểm: thêm ngày vào cuối câu, ví dụ “… vào ngày 30/6/2025”.",
        "/vanban: danh sách văn bản để xem từng điều.",
        "/baocao: gửi phản ánh vướng mắc. /cuatoi: xem phản ánh đã gửi và câu trả lời.",
        "/riengtu: xem, xóa dữ liệu của mình. /noi: chuyển cuộc trò chuyện sang kênh khác; /lienket: dùng chung hai kênh.",
        "/trogiup: xem lại hướng dẫn này. /english: switch to English.",
        "Khi có danh sách, gõ số thứ tự để chọn một mục.",
    )


def automatic() -> str:
    return "Đây là trợ lý tự động: máy tìm và sắp xếp nội dung từ văn bản, không phải cán bộ trả lời."


def thanks() -> str:
    return "Cảm ơn anh/chị. Khi cần tra cứu quy định, anh/chị cứ nhắn câu hỏi."


def smalltalk(name: str) -> str:
    return (
        f"Chào anh/chị. {name} là trợ lý tự động, không phải cán bộ, giúp tra cứu quy định ngành Công Thương về cụm công nghiệp, khuyến công và "
        "phân định thẩm quyền của chính quyền địa phương hai cấp. Anh/chị cần hỏi về quy định nào?"
    )


def language_changed() -> str:
    return "Đã chuyển sang tiếng Việt."


# --- answers ----------------------------------------------------------------------------------------


def status(standing: Standing, document: Document, on: date, asked_day: bool) -> str:
    """The one status line of an answer; "" when the provision is simply in force today."""
    named, by, since = _numbered(document.number, document.kind), _numbered(standing.by), _since(standing.since)
    source = " ".join(part for part in (standing.basis, by) if part)
    unchecked = "" if standing.checked else ", thông tin chưa đối chiếu"
    match standing.status:
        case Status.NOT_YET:
            later = f" (có hiệu lực từ ngày {day(standing.since)})" if standing.since else ""
            ruled = f" Văn bản có trước, nay đã được thay thế: {standing.by}; hệ thống chưa có lời văn." if standing.by else ""
            return f"Chưa có hiệu lực vào ngày {day(on)}{later}. Nội dung dưới đây chưa áp dụng vào ngày đó.{ruled}"
        case Status.EXPIRED:
            if source:
                return f"Đã hết hiệu lực vào ngày {day(on)}{_after(standing.until)} (theo {source}). Nội dung dưới đây chỉ để tham khảo."
            until = f": theo văn bản hiện có trong hệ thống, {named} áp dụng đến hết ngày {day(standing.until)}" if standing.until else ""
            check = "; cần kiểm tra đã có văn bản kéo dài hoặc thay thế hay chưa" if standing.says else ""
            return f"Đã hết hiệu lực vào ngày {day(on)}{until}. Nội dung dưới đây chỉ để tham khảo{check}."
        case Status.REPEALED:
            said = "đã bị bãi bỏ" if by and standing.kind != "amends" else "đã hết hiệu lực"
            return f"Quy định này {said}{since}" + (f" (theo {source}{unchecked})" if source else "") + ". Nội dung dưới đây chỉ để tham khảo."
        case Status.SUSPENDED:
            when = f"Tạm ngưng thực hiện vào ngày {day(on)}" if asked_day else "Đang tạm ngưng thực hiện"
            said = f". {standing.says.rstrip('.')}" if standing.says else since
            return f"{when}{said}" + (f" (căn cứ {source})." if source else ".")
        case Status.AMENDED_UNKNOWN if standing.partly:
            place = f" ({standing.basis})" if standing.basis else ""
            return (
                f"Lưu ý: {by}{since} có lệnh sửa đổi quy định này{place} mà hệ thống chưa áp dụng được vào lời văn dưới đây; "
                "cần xem bản chính thức trước khi áp dụng."
            )
        case Status.AMENDED_UNKNOWN:
            until = f"quy định áp dụng đến hết ngày {day(standing.until)}" if standing.until else "bản trước khi sửa đổi"
            touched = "bãi bỏ quy định này" if standing.kind == "repeals" else "sửa đổi, bổ sung quy định này"
            if not standing.certain:
                touched = f"sửa đổi, bổ sung {named}, chưa rõ có sửa quy định này hay không"
            told = f"{since}, {by}".removeprefix(",").strip() if standing.checked else f"theo thông tin chưa đối chiếu,{since} {by}"
            lacks = "hệ thống chưa có nội dung sửa đổi" if standing.checked else "hệ thống chưa có văn bản đó"
            return f"Nội dung dưới đây là {until}. {told[:1].upper()}{told[1:]} đã {touched}; {lacks}, cần xem bản chính thức trước khi áp dụng."
        case Status.IN_FORCE:
            if standing.says:
                return f"Lưu ý: {standing.says.rstrip('.')}" + (f" (căn cứ {source})." if source else ".")
            return f"Còn hiệu lực vào ngày {day(on)}." if asked_day else ""


def force(standing: Standing, document: Document, on: date) -> str:
    """Whether a document as a whole is the law on a day; a known amendment is told beside it."""
    named, by = _numbered(document.number, document.kind), _numbered(standing.by)
    unchecked = "" if standing.checked else " (theo thông tin chưa đối chiếu)"
    source = " ".join(part for part in (standing.basis, by) if part)
    match standing.status:
        case Status.NOT_YET:
            return f"{named} chưa có hiệu lực vào ngày {day(on)}" + (f"; có hiệu lực{_since(standing.since)}." if standing.since else ".")
        case Status.EXPIRED | Status.REPEALED:
            said = "đã được thay thế" if standing.kind == "replaces" else "đã bị bãi bỏ" if standing.kind == "repeals" else "đã hết hiệu lực"
            when = _since(standing.since) or (f", áp dụng đến hết ngày {day(standing.until)}" if standing.until else "")
            return f"Vào ngày {day(on)}, {named} {said}{when}" + (f" (theo {source})" if source else "") + f"{unchecked}."
        case Status.SUSPENDED:
            return f"Vào ngày {day(on)}, {named} đang tạm ngưng thực hiện" + (f" (theo {source})." if source else ".")
        case _:
            if document.in_force_from is None:
                return f"Hệ thống chưa có ngày có hiệu lực của {named}, nên chưa khẳng định được; chưa thấy văn bản nào bãi bỏ hoặc thay thế."
            return f"{named} còn hiệu lực vào ngày {day(on)}, theo các văn bản hiện có trong hệ thống."


def touched(by: str, since: date | None, held: bool, checked: bool) -> str:
    """One text that amends or repeals parts of a document that is in force."""
    lacks = "" if held else "; hệ thống chưa có nội dung sửa đổi"
    told = "" if checked else "; thông tin chưa đối chiếu"
    return f"Một số quy định đã được sửa đổi, bổ sung hoặc bãi bỏ theo {_numbered(by)}{_since(since)}{lacks}{told}."


def _numbered(number: str, kind: str = "") -> str:
    """A number with its kind: "Nghị định 303/2026/NĐ-CP"."""
    return f"{kind or kind_of(number)} {number}".strip()


def _since(value: date | None) -> str:
    return f" từ ngày {day(value)}" if value else ""


def _after(value: date | None) -> str:
    return f": áp dụng đến hết ngày {day(value)}" if value else ""


def _until(value: date | None) -> str:
    return f" đến hết ngày {day(value)}" if value else ""


def answer(headline: str, sentence: str) -> str:
    if not headline:
        return sentence
    return f"{headline[0].upper()}{headline[1:]}. {sentence}"


def mismatch(found: Mismatch) -> str:
    return f"Lưu ý: câu hỏi nêu “{found.asked}”, còn quy định ghi {', '.join(found.found)}."


def basis(ref: Ref, heading: str) -> str:
    return f"Căn cứ: {ref}" + (f" ({heading})." if heading else ".")


def official_words() -> str:
    return "Nguyên văn:"


def former_words(since: date) -> str:
    return f"Nguyên văn trước đây (không còn hiệu lực từ ngày {day(since)}):"


def part_ended(ref: Ref, standing: Standing) -> str:
    """A part of a place that is left out of it because it has ended."""
    source = " ".join(part for part in (standing.basis, _numbered(standing.by)) if part)
    unchecked = "" if standing.checked else ", thông tin chưa đối chiếu"
    spot = ref.place()
    return f"{spot[:1].upper()}{spot[1:]} không còn hiệu lực{_since(standing.since)}" + (f" (theo {source}{unchecked})." if source else ".")


def digest_mark() -> str:
    return "Bản tóm lược, không phải nguyên văn."


def ocr_mark() -> str:
    return "Phần trích do máy đọc từ bản chụp, có thể sai chữ; cần đối chiếu với bản chính thức."


def amended_by(by: str) -> str:
    return f"Nội dung đã sửa đổi, bổ sung theo {by}."


def disputed(note: str) -> str:
    return f"Lưu ý: số liệu chưa thống nhất giữa các bản công bố ({note}); cần đối chiếu với bản chính thức có chữ ký, đóng dấu."


def partly_shown(ref: Ref) -> str:
    return f"Trên đây là phần liên quan; {ref.place()} còn nội dung khác."


def authority(occurrence: Occurrence, reading: Reading, before: Reading | None) -> str:
    """One line on who acts: the literal words stay, the reading stands beside them."""
    duty = f"việc liên quan đến “{occurrence.phrase}”" if occurrence.sense == "area" else f"việc của “{occurrence.phrase}”"
    if reading.settled:
        return f"Ai thực hiện: {duty}{_since(reading.since)}{_until(reading.until)} do {reading.body} thực hiện (theo {reading.basis})."
    note = reading.note.removeprefix("Chưa xác định: ").rstrip(".")
    why = f" {note[0].upper()}{note[1:]}." if note else ""
    if before is not None and before.body:
        # Shorter than the note, which ends with the same history.
        ended = f"Đến hết ngày {day(before.until)}" if before.until else "Trước đó"
        why = f" Liên quan: {reading.basis}. {ended}: {before.body} (theo {before.basis})."
    return (
        f"Ai thực hiện: {duty}{_since(reading.since)} chưa xác định do cơ quan nào thực hiện.{why} "
        "Nên hỏi Sở Công Thương trước khi nộp hồ sơ hoặc ký văn bản."
    )


def more_title() -> str:
    return "Quy định khác có liên quan:"


def see(ref: Ref, heading: str) -> str:
    short = heading if len(heading) <= 70 else heading[:67].rsplit(" ", 1)[0] + "…"
    document = ref.document.split("/")[0] + "/" + ref.document.split("/")[1] if ref.document.count("/") == 2 else ref.document
    where = f"{ref.place()} {abbreviation(ref)} {document}".strip()  # a whole document has no place
    return where[0].upper() + where[1:] + (f": {short}" if short else "")


def abbreviation(ref: Ref) -> str:
    sign = ref.document.rsplit("/", 1)[-1]
    for mark, said in (("NĐ", "NĐ"), ("TTLT", "TTLT"), ("TT", "TT"), ("QĐ", "QĐ"), ("NQ", "NQ"), ("CT", "CT"), ("QH", "Luật")):
        if sign.startswith(mark):
            return said
    return ""


def whole(ref: Ref) -> str:
    return f"Xem toàn bộ {ref.place()}"


def report_it() -> str:
    return "Phản ánh vướng mắc về quy định này"


# --- what changed -----------------------------------------------------------------------------------


def compare(ref: Ref) -> str:
    return f"{ref.place()} đã thay đổi thế nào"


def compare_in(ref: Ref) -> str:
    return f"{see(ref, '')}: xem thay đổi"


def changes_title() -> str:
    return "Lời cũ và lời mới (phần bỏ và phần thêm được đánh dấu):"


def no_changes() -> str:
    return "Trong các văn bản hiện có, chưa có lời văn nào thay đổi ở chỗ này."


def more_changes(left: int) -> str:
    return f"Còn {left} chỗ thay đổi nữa chưa nêu ở trên; hỏi từng điều để xem."


def change_place(ref: Ref, since: date, by: str, named: bool = False) -> str:
    spot = f"{ref.place()} {_numbered(ref.document)}" if named else ref.place()
    return f"{spot[:1].upper()}{spot[1:]}, từ ngày {day(since)}" + (f", theo {by}:" if by else ":")


def compared(runs: tuple[tuple[str, str], ...]) -> str:
    marked = {"same": "{}", "removed": "[bỏ: {}]", "added": "[thêm: {}]"}
    return " ".join(marked[op].format(text) for op, text in runs)


def news_title(since: date, until: date | None) -> str:
    return f"Thay đổi trong các văn bản mà hệ thống có, {_period_of(since, until)}, mới nhất trước:"


def coming_title() -> str:
    return "Sắp tới (theo các văn bản mà hệ thống có; ngày có thể thay đổi khi có văn bản mới):"


def no_news(since: date, until: date | None, turn: Turn) -> str:
    what = {Turn.ANY: "thay đổi nào", Turn.BEGINS: "văn bản nào có hiệu lực", Turn.ENDS: "văn bản nào hết hiệu lực"}[turn]
    return f"Trong các văn bản mà hệ thống có, chưa thấy {what} {_period_of(since, until)}."


def news_of_subject() -> str:
    return "Chỉ nêu những thay đổi của văn bản, điều có tên nói đến nội dung được hỏi; hỏi “có gì mới” để xem tất cả."


def news_of_all() -> str:
    return "Không có văn bản, điều nào mang tên nội dung được hỏi, nên dưới đây là mọi thay đổi."


def more_news(left: int) -> str:
    return f"Còn {left} thay đổi nữa chưa nêu ở trên."


def next_news(count: int) -> str:
    return f"Xem tiếp {count} thay đổi"


def _period_of(since: date, until: date | None) -> str:
    return f"từ ngày {day(since)}" + (f" đến hết ngày {day(until)}" if until else "")


def coming(item: News) -> str:
    """A change that is known to come, with its reason where a document is to end."""
    reason = item.document.in_force_to_reason if item.kind == "ends" else ""
    return news(item) + (f" {reason.rstrip('.')}." if reason else "")


def news(item: News) -> str:
    named, when = _numbered(item.document.number, item.document.kind), day(item.day)
    unchecked = "" if item.checked else " (theo thông tin chưa đối chiếu)"
    places = ", ".join(r.place() for r in item.refs[:6]) + (f" và {len(item.refs) - 6} chỗ khác" if len(item.refs) > 6 else "")
    match item.kind:
        case "begins":
            title = f", {item.document.title}" if item.document.title else ""
            return f"{when}: {named} có hiệu lực{unchecked}{title}."
        case "ends":
            return f"{when}: {named} hết hiệu lực{unchecked}."
        case "changed":
            return f"{when}: {named} thay đổi ở {places}" + (f" (theo {item.by})." if item.by else ".")
        case _ if item.partly:
            return f"{when}: {_numbered(item.by)} sửa đổi {named}; còn lệnh sửa đổi mà hệ thống chưa áp dụng được vào lời văn."
        case _:
            return f"{when}: {_numbered(item.by)} sửa đổi hoặc bãi bỏ quy định của {named}{unchecked}; hệ thống chưa có lời văn mới."


# --- no answer --------------------------------------------------------------------------------------


def nothing_found() -> str:
    return "Chưa tìm thấy quy định trả lời câu hỏi này trong các văn bản hiện có của hệ thống, nên trợ lý không trả lời để tránh sai."


def unknown_document(name: str) -> str:
    return f"Hệ thống chưa có {name} nên không nêu được nội dung văn bản này."


def not_held(document: Document) -> str:
    title = f" ({document.title})" if document.title else ""
    return f"Hệ thống chỉ có thông tin về {document.name}{title}, chưa có toàn văn nên không trích dẫn được nội dung. {document.note}".strip()


def no_such_place(missing: str, document: Document | None) -> str:
    where = "Các văn bản hiện có trong hệ thống"
    if document is not None:
        where = f"{'Bản' if document.completeness in ('full', 'digest') else 'Phần'} {_numbered(document.number, document.kind)} trong hệ thống"
    return f"Không tìm thấy {missing}. {where} không có điều, khoản, điểm này. Anh/chị vui lòng kiểm tra lại số điều, khoản, điểm."


def no_such_document() -> str:
    return "Trợ lý chưa có văn bản mà liên kết này dẫn tới. Các văn bản hiện có ở dưới đây."


def near_title() -> str:
    return "Có thể anh/chị muốn xem:"


def who_else(hotline: str) -> str:
    return (
        "Anh/chị có thể hỏi: Sở Công Thương tỉnh, thành phố; Trung tâm phục vụ hành chính công nơi làm thủ tục"
        + (f"; đường dây nóng Bộ Công Thương {hotline}" if hotline else "")
        + "."
    )


def offer_report() -> str:
    return "Gửi phản ánh vướng mắc"


# --- asking back ------------------------------------------------------------------------------------


def empty_message() -> str:
    return "Tin nhắn chưa có câu hỏi bằng chữ. Anh/chị vui lòng nhập câu hỏi, ví dụ:"


def too_vague() -> str:
    return "Anh/chị muốn hỏi về việc gì? Vui lòng nêu rõ hơn, ví dụ: cụm công nghiệp, khuyến công hoặc loại giấy phép nào."


def one_of_days(on: date, named: date) -> str:
    return (
        f"Câu hỏi nêu nhiều ngày ({day(on)} và {day(named)}). Câu trả lời dưới đây theo ngày {day(on)}; "
        "muốn biết ngày khác, anh/chị vui lòng hỏi riêng."
    )


def chosen_day(on: date, named: date) -> str:
    return f"Câu hỏi nêu ngày {day(named)} nhưng ngày đang chọn là {day(on)}. Câu trả lời dưới đây theo ngày đang chọn."


def no_such_day(typed: str) -> str:
    return f"Không có ngày {typed} trong lịch. Anh/chị vui lòng kiểm tra lại ngày cần xem."


def which_province() -> str:
    return "Câu này có quy định riêng của tỉnh. Anh/chị hỏi cho tỉnh, thành phố nào?"


def other_province() -> str:
    return "Tỉnh, thành phố khác"


def joined(former: str, now: str) -> str:
    return f"{former} nay thuộc {now} (từ ngày 1/7/2025); dưới đây là quy định của {now}."


def turns_title(filed: date) -> str:
    return (
        f"Theo thông tin hệ thống có, sau ngày {day(filed)} các văn bản dưới đây thay đổi quy định. "
        "Hồ sơ nộp trước đó theo quy định cũ hay mới là tùy quy định chuyển tiếp của từng văn bản:"
    )


def turn(by: str, since: date, held: bool, checked: bool, provision: Ref | None) -> str:
    """A text that changed the law, and where it says what becomes of older files; of a text that is not held nothing is told but that."""
    unchecked = "" if checked else ", thông tin chưa đối chiếu"
    named = f"{_numbered(by)} (từ ngày {day(since)}{unchecked})"
    if provision is not None:
        return f"{named}: quy định chuyển tiếp ở {provision.place()}, nêu dưới đây."
    if held:
        return f"{named}: phần hệ thống có không nêu quy định chuyển tiếp."
    return f"{named}: hệ thống chưa có văn bản này nên chưa trả lời được; cần xem quy định chuyển tiếp trong bản chính thức hoặc hỏi Sở Công Thương."


def which_place(places: int) -> str:
    return f"Có {places} chỗ khớp trong điều vừa xem. Anh/chị hỏi chỗ nào?"


def which_document(places: int) -> str:
    return f"Có {places} văn bản khớp với câu hỏi. Anh/chị hỏi văn bản nào?"


def number_expired() -> str:
    return "Danh sách trước đã hết hạn hoặc không có mục này. Anh/chị vui lòng gửi lại câu hỏi."


def number_unknown(last: int) -> str:
    return f"Danh sách chỉ có {last} mục. Anh/chị vui lòng chọn lại số thứ tự hoặc gõ câu hỏi."


# --- other roads ------------------------------------------------------------------------------------


def human(hotline: str) -> str:
    return (
        "Đây là trợ lý tự động, chưa chuyển được cuộc trò chuyện đến cán bộ. Anh/chị có thể liên hệ Sở Công Thương tỉnh, thành phố "
        "hoặc Trung tâm phục vụ hành chính công nơi làm thủ tục."
        + (f" Đường dây nóng Bộ Công Thương: {hotline}." if hotline else "")
    )


def divert() -> str:
    return (
        "Nội dung này có thể thuộc khiếu nại, tố cáo; trợ lý không tiếp nhận và không chuyển đơn. Anh/chị gửi đơn theo pháp luật về khiếu nại, tố cáo: "
        "khiếu nại gửi cơ quan đã ra quyết định hoặc có hành vi bị khiếu nại; tố cáo gửi cơ quan quản lý người bị tố cáo; "
        "hoặc đến nơi tiếp công dân của xã, tỉnh. Vui lòng không gửi thông tin cá nhân, tài liệu mật vào đây."
    )


def report_how(hotline: str) -> str:
    return (
        "Cửa sổ lệnh không nhận phản ánh. Anh/chị gửi phản ánh trong cuộc trò chuyện trên trang web hoặc Telegram: gõ /baocao."
        + (f" Đường dây nóng Bộ Công Thương: {hotline}." if hotline else "")
    )


def report_what() -> str:
    return "Khi gửi, anh/chị nêu rõ: văn bản, điều, khoản, điểm gây vướng mắc; vướng mắc cụ thể; kiến nghị cách xử lý. Không gửi tài liệu mật, ảnh căn cước."


# --- browsing ---------------------------------------------------------------------------------------


def documents_title() -> str:
    return "Văn bản trong hệ thống:"


def document_line(document: Document) -> str:
    part = "một phần văn bản chính thức" if any(p.wording for p in document.provisions) else "bản tóm lược một phần"
    held = {"digest": "bản tóm lược", "extract": part, "full": "văn bản chính thức", "known": "chưa có toàn văn"}[document.completeness]
    title = document.title if len(document.title) <= 80 else document.title[:77].rsplit(" ", 1)[0] + "…"
    return f"{document.name}: {title} ({held})" if title else f"{document.name} ({held})"


def document_facts(document: Document, on: date) -> str:
    parts = []
    if document.issued:
        parts.append(f"ban hành ngày {day(document.issued)}")
    if document.in_force_from:
        parts.append(f"có hiệu lực{_since(document.in_force_from)}{_until(document.in_force_to)}")
    elif document.in_force_to:
        parts.append(f"có hiệu lực{_until(document.in_force_to)}")
    if not document.checked:
        parts.append("thông tin chưa đối chiếu với bản chính thức")
    return "; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + "." if parts else ""


def relations_title() -> str:
    return "Quan hệ với văn bản khác"


def relation(link: Link) -> str:
    """One relation of a document, told from its side."""
    verbs = {
        "amends": "sửa đổi, bổ sung", "repeals": "bãi bỏ", "replaces": "thay thế", "guides": "hướng dẫn", "suspends": "tạm ngưng",
        "overrides": "quy định lại thẩm quyền trong",
    }
    other, verb = _numbered(link.other), verbs.get(link.kind, link.kind)
    said = f"{other} {verb} văn bản này" if link.incoming else f"Văn bản này {verb} {other}"
    shown = ", ".join(f"Điều {a}" if a[0].isdigit() else a for a in link.articles[:12]) + ("…" if len(link.articles) > 12 else "")
    places = f" ({shown})" if shown else ""
    return f"{said}{places}{_since(link.since)}{_until(link.until)}{'' if link.checked else ', theo thông tin chưa đối chiếu'}."


def articles_title(document: Document) -> str:
    return f"Các điều, phụ lục của {document.name}:"


def next_page() -> str:
    return "Xem tiếp"


def too_long(limit: int) -> str:
    most = f"{limit:,}".replace(",", ".")
    return f"Tin nhắn quá dài (tối đa {most} ký tự). Anh/chị vui lòng rút gọn, mỗi lần gửi một câu hỏi."


def trouble() -> str:
    return "Hệ thống gặp lỗi nên chưa trả lời được. Anh/chị vui lòng gửi lại câu hỏi sau ít phút."


# --- procedures -------------------------------------------------------------------------------------


def card_title(procedure: Procedure) -> str:
    return f"Các bước làm thủ tục: {procedure.title} (theo {_numbered(procedure.document)})"


def card_step(number: int, step: Step) -> str:
    return f"Bước {number}. {step.name}"


def card_step_lines(step: Step) -> tuple[str, ...]:
    """Who, what, papers, to whom, period and form of a step, as far as the law says them; `basis` tells the place."""
    lines = [f"Ai làm: {step.who}.", step.what]
    if step.file:
        lines.append(f"Giấy tờ: {'; '.join(step.file)}.")
    if step.to:
        lines.append(f"Nơi nhận: {step.to}.")
    if step.sets:
        lines.append(f"Số lượng: {step.sets:02} (bộ hoặc bản).")
    if step.days:
        lines.append(f"Thời hạn: {_period(step)}.")
    if step.form:
        lines.append(f"Mẫu: {step.form}.")
    return tuple(lines)


def card_acts(reading: Reading) -> str:
    """Beside a step of a body that was abolished; the note at the end of the card tells the basis."""
    if reading.body is None:
        return "Việc của UBND cấp huyện ở bước này: chưa xác định do cơ quan nào thực hiện, xem “Ai thực hiện” ở cuối."
    return f"Việc của UBND cấp huyện ở bước này: do {reading.body} thực hiện, xem “Ai thực hiện” ở cuối."


def _period(step: Step) -> str:
    return f"{step.days} ngày{_unit(step)}" + (f", tính từ {step.starts}" if step.starts else "")


def _unit(step: Step) -> str:
    return " làm việc" if step.unit is Unit.WORKING else ""


def card_hint() -> str:
    return "Để tính hạn từng bước, anh/chị nhắn ngày nộp hồ sơ, ví dụ “nộp hồ sơ ngày 3/12/2026”."


def which_procedure() -> str:
    return "Anh/chị nộp hồ sơ cho thủ tục nào?"


def schedule_title(procedure: Procedure, filed: date) -> str:
    return f"Hạn từng bước nếu nộp hồ sơ ngày {day(filed)}: {procedure.title}"


def schedule_line(due: Due) -> str:
    step = due.step
    if due.latest is None:
        return f"{step.name}: {_period(step) if step.days else 'văn bản không nêu số ngày'}."
    doubt = "" if due.certain else "dự kiến "
    return f"{step.name}: {doubt}chậm nhất ngày {day(due.latest)} ({step.days} ngày{_unit(step)}). Ai làm: {step.who}."


def status_later(on: date, text: str) -> str:
    return f"Đến ngày {day(on)}: {text}"


def schedule_how() -> str:
    return (
        "Cách tính: hồ sơ đầy đủ, mỗi bước dùng hết thời hạn, ngày bắt đầu không tính. Thời hạn ghi “ngày làm việc” tính theo ngày làm việc, đã trừ ngày nghỉ "
        "lễ. Thời hạn khác tính cả ngày nghỉ; ngày cuối là ngày nghỉ thì hạn là ngày làm việc tiếp theo (Điều 147, Điều 148 Bộ luật Dân sự 2015)."
    )


def schedule_caution(year: int) -> str:
    return (
        "Lưu ý: ngày ghi “dự kiến” có thể thay đổi, vì lịch nghỉ lễ hoặc ngày làm việc hoán đổi trong thời gian đó chưa được xác định đầy đủ. "
        f"Hệ thống có lịch nghỉ đến hết năm {year}."
    )


def filed_on_day_off(filed: date, opens: date) -> str:
    return (
        f"Lưu ý: ngày nộp {day(filed)} rơi vào ngày nghỉ. Nếu nơi nhận chỉ tiếp nhận vào ngày làm việc thì ngày nhận hồ sơ có thể là {day(opens)} "
        "và các hạn dưới đây lùi theo."
    )


def filed_then(opens: date) -> str:
    return f"Tính theo ngày làm việc tiếp theo: {day(opens)}"


def no_schedule() -> str:
    return "Văn bản không đặt thời hạn tính từ ngày nộp hồ sơ cho thủ tục này, nên không tính được ngày cho từng bước."


# --- reports that are owed --------------------------------------------------------------------------


_ROLES: Final = {
    Role.FIRM: "Doanh nghiệp, hợp tác xã, hộ sản xuất, đơn vị thực hiện đề án khuyến công",
    Role.INFRASTRUCTURE: "Chủ đầu tư hạ tầng kỹ thuật cụm công nghiệp",
    Role.COMMUNE: "UBND cấp xã",
    Role.DISTRICT: "UBND cấp huyện (đến hết ngày 30/6/2025)",
    Role.DEPARTMENT: "Sở Công Thương",
    Role.PROVINCE: "UBND cấp tỉnh",
    Role.MANAGEMENT: "Cơ quan trung ương, cơ quan thống kê, Trung tâm Khuyến công quốc gia",
}
_PERIODS: Final = {
    Period.HALF_YEAR: "6 tháng và cả năm", Period.YEAR: "Hằng năm", Period.QUARTER: "Hằng quý", Period.MONTH: "Hằng tháng",
    Period.ONCE: "Khi có việc hoặc khi được yêu cầu",
}


def which_role() -> str:
    return "Anh/chị hỏi báo cáo của ai?"


def role_name(role: Role) -> str:
    return _ROLES[role]


def duties_title(role: Role, on: date) -> str:
    return f"Báo cáo phải gửi, theo quy định vào ngày {day(on)}: {_ROLES[role]}"


def duty_lines(duty: Duty, due_on: date | None) -> tuple[str, ...]:
    """When and what, then who, to whom and on which form; `basis` tells the place."""
    if due_on is not None:
        when = f"{'Chậm nhất' if duty.inclusive else 'Trước'} ngày {day(due_on)}"
    elif duty.period is Period.ONCE:
        when = _PERIODS[duty.period]
    else:
        when = f"{_PERIODS[duty.period]} (văn bản không nêu ngày)" if duty.period else "Định kỳ (văn bản không nêu số lần và ngày)"
    lines = [f"{when}: {duty.what}", f"Ai báo cáo: {duty.role}. Gửi: {'; '.join(duty.to)}."]
    if duty.form:
        lines.append(f"Mẫu: {duty.form}.")
    return tuple(lines)


def district_passed(on: date) -> str:
    return f"Sau ngày {day(on)} không còn UBND cấp huyện. Báo cáo trước đây của cấp huyện nay như sau:"


def duty_passed(old: Duty, new: Duty, on: date) -> str:
    """What became of one report of the abolished district."""
    if new.to_day is not None and new.to_day < on:
        return f"{old.what} Đã chuyển sang {new.role} đến hết ngày {day(new.to_day)}; từ ngày sau đó chưa xác định cơ quan nào báo cáo."
    return f"{old.what} Nay do {new.role} báo cáo, từ ngày {day(new.from_day)}."


def no_duties(role: Role, on: date) -> str:
    return f"Các văn bản trong hệ thống không nêu báo cáo nào phải gửi vào ngày {day(on)}: {_ROLES[role]}."
