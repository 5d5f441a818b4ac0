"""Every sentence of the web pages, in one place per language; a missing one cannot be constructed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The strings of one language; those with {braces} are filled with str.format."""

    lang: str
    other_lang: str
    other_lang_name: str
    thousands: str
    tagline: str
    skip: str
    nav: str
    nav_chat: str
    nav_documents: str
    back_to_chat: str
    footer: str

    chat_title: str
    welcome: str
    suggestions: str
    machine: str
    thread: str
    you_asked: str
    answer: str
    question_label: str
    question_hint: str
    send: str
    day_open: str
    day_label: str
    day_hint: str
    day_of_question: str
    choices: str
    old_choice: str
    earlier: str
    waiting: str
    waiting_long: str
    waiting_reload: str
    digest_only: str
    digest_only_link: str

    too_long: str
    too_large: str
    empty: str
    busy: str
    unavailable: str
    erased: str
    attach: str
    attach_hint: str
    attached: str
    news: str
    stale: str
    no_cookie: str
    bad_day: str
    no_such_day: str
    offline: str

    documents_title: str
    documents_lead: str
    documents_held: str
    documents_known: str
    text_digest: str
    text_digest_part: str
    text_official: str
    text_official_part: str
    text_known: str
    unchecked: str
    source: str
    view_day: str
    view: str
    on_today: str
    official_words: str
    plain_words: str
    machine_read: str
    in_short: str
    digest_note: str
    both_note: str
    by: str
    by_since: str
    disputed: str
    not_on_day: str
    former: str
    no_text: str
    previous: str
    next: str
    ask_this: str
    ask_document: str
    question_about: str
    contents: str
    annexes: str
    other_articles: str

    in_force: str
    in_force_until: str
    start_unknown: str
    amended_unknown: str
    amended_maybe: str
    repealed: str
    because_since: str
    expired: str
    not_yet: str
    not_yet_some_day: str
    suspended: str
    since: str
    second_hand: str
    short_in_force: str
    short_amended: str
    short_repealed: str
    short_expired: str
    short_not_yet: str
    short_suspended: str

    ingest_title: str
    ingest_lead: str
    ingest_steps: tuple[str, ...]
    ingest_after: str

    missing_title: str
    missing: str
    method_title: str
    method: str
    error_title: str
    error: str

    def number(self, value: int) -> str:
        """A whole number, its thousands set apart."""
        return f"{value:,}".replace(",", self.thousands)


VI: Final = Texts(
    lang="vi",
    other_lang="en",
    other_lang_name="English",
    thousands=".",
    tagline="Hỏi đáp quy định ngành công thương",
    skip="Đến nội dung chính",
    nav="Các trang",
    nav_chat="Hỏi đáp",
    nav_documents="Văn bản",
    back_to_chat="Về trang hỏi đáp",
    footer="Câu trả lời dựa trên văn bản đã nạp và luôn nêu điều khoản để đối chiếu; không thay cho văn bản của cơ quan có thẩm quyền.",
    chat_title="Anh/chị cần hỏi quy định nào?",
    welcome="Lời chào",
    suggestions="Hỏi thử:",
    machine="Trợ lý tự động",
    thread="Cuộc trò chuyện",
    you_asked="Câu hỏi",
    answer="Trả lời",
    question_label="Nhập câu hỏi",
    question_hint="Nhập câu hỏi…",
    send="Gửi",
    day_open="Hỏi theo ngày khác",
    day_label="Quy định áp dụng vào ngày",
    day_hint="để trống là hôm nay",
    day_of_question="Theo ngày {day}",
    choices="Chọn một mục hoặc gõ số thứ tự:",
    old_choice="Mục đã chọn trước đó",
    earlier="Xem {count} lượt hỏi đáp trước",
    waiting="Đang trả lời…",
    waiting_long="Câu này cần thêm thời gian, xin chờ một chút…",
    waiting_reload="Trang tự tải lại sau ít giây.",
    digest_only="Đang dùng bản tóm lược;",
    digest_only_link="nạp văn bản chính thức thế nào?",
    too_long="Nội dung dài {count} ký tự, quá mức {limit}. Mời anh/chị rút gọn rồi gửi lại; phần đã gõ vẫn ở ô bên dưới.",
    too_large="Nội dung gửi lên quá lớn; tệp: mỗi lần tối đa 5 tệp, tổng cộng 20 MB. Mời anh/chị rút gọn rồi gửi lại.",
    empty="Chưa có câu hỏi nào được nhập. Mời anh/chị gõ câu hỏi rồi bấm Gửi.",
    busy="Các câu hỏi trước chưa trả lời xong. Mời anh/chị chờ một chút rồi gửi lại; phần đã gõ vẫn ở ô bên dưới.",
    unavailable="Xin lỗi, hệ thống tạm thời chưa nhận được tin nhắn. Nội dung vẫn ở ô bên dưới, mời anh/chị gửi lại sau ít phút.",
    erased="Đã xóa toàn bộ dữ liệu của anh/chị.",
    attach="Đính kèm tệp",
    attach_hint="Ảnh, PDF, Word, Excel; mỗi lần tối đa 5 tệp, tổng cộng 20 MB. Chỉ dùng khi gửi phản ánh.",
    attached="Tệp kèm theo:",
    news="Tin mới từ cơ quan xử lý",
    stale="Trang này mở đã lâu nên câu hỏi chưa được gửi. Phần đã gõ vẫn ở ô bên dưới, mời anh/chị bấm Gửi lần nữa.",
    no_cookie="Trình duyệt không lưu cookie nên câu hỏi chưa được gửi. Mời anh/chị cho phép cookie của trang này rồi bấm Gửi lần nữa.",
    no_such_day="Không có ngày {day} trong lịch, nên trang này hiển thị theo hôm nay. Mời anh/chị chọn lại ngày.",
    bad_day="Không hiểu ngày “{day}”. Mời anh/chị nhập theo dạng ngày/tháng/năm, ví dụ 1/7/2025.",
    offline="Chưa gửi được. Mời anh/chị kiểm tra kết nối mạng rồi bấm Gửi lần nữa; phần đã gõ vẫn còn.",
    documents_title="Văn bản",
    documents_lead="Các văn bản hệ thống biết và tình trạng vào ngày đã chọn.",
    documents_held="Có nội dung",
    documents_known="Mới biết tên, chưa có toàn văn",
    text_digest="bản tóm lược",
    text_digest_part="bản tóm lược một phần",
    text_official="văn bản chính thức",
    text_official_part="một phần văn bản chính thức",
    text_known="chưa có toàn văn",
    unchecked="Thông tin theo nguồn thứ cấp, chưa đối chiếu với bản chính thức.",
    source="Nguồn: {source}",
    view_day="Quy định theo ngày",
    view="Xem",
    on_today="Về hôm nay",
    official_words="Nguyên văn",
    plain_words="Tóm lược",
    machine_read="Máy đọc từ bản chụp, có thể sai chữ",
    in_short="Tóm lược cả điều",
    digest_note="Đây là bản tóm lược bằng lời của hệ thống, không phải nguyên văn.",
    both_note="Phần có vạch đậm bên trái là nguyên văn; phần ghi “Tóm lược” là lời của hệ thống.",
    by="Theo {by}",
    by_since="Theo {by}, từ ngày {day}",
    disputed="Có bản công bố khác ghi: {text}",
    former="Lời văn trước đây, không còn hiệu lực từ ngày {day}.",
    not_on_day="Vào ngày này, phần này không có nội dung áp dụng.",
    no_text="Hệ thống chưa có nội dung của văn bản này.",
    previous="Trước",
    next="Sau",
    ask_this="Hỏi về điều này",
    ask_document="Hỏi về văn bản này",
    question_about="{place} quy định gì?",
    contents="Mục lục",
    annexes="Phụ lục, biểu mẫu",
    other_articles="Điều trước và sau",
    in_force="Đang có hiệu lực",
    in_force_until="Đang có hiệu lực, đến hết ngày {day}",
    start_unknown="Chưa rõ ngày có hiệu lực",
    amended_unknown="Đã được sửa đổi, hệ thống chưa có lời văn mới",
    amended_maybe="Văn bản đã được sửa đổi; chưa rõ phần này có bị sửa hay không",
    repealed="Đã bị bãi bỏ",
    because_since="{by}, từ ngày {day}",
    expired="Hết hiệu lực sau ngày {day}",
    not_yet="Chưa có hiệu lực, áp dụng từ ngày {day}",
    not_yet_some_day="Chưa có hiệu lực",
    suspended="Đang tạm ngưng hiệu lực",
    since="từ ngày {day}",
    second_hand="theo nguồn chưa kiểm chứng",
    short_in_force="còn hiệu lực",
    short_amended="đã sửa đổi",
    short_repealed="đã bãi bỏ",
    short_expired="hết hiệu lực",
    short_not_yet="chưa hiệu lực",
    short_suspended="tạm ngưng",
    ingest_title="Nạp văn bản chính thức",
    ingest_lead="Hệ thống đang trả lời từ bản tóm lược kèm theo. Khi người quản trị nạp tệp văn bản chính thức, câu trả lời sẽ trích nguyên văn.",
    ingest_steps=(
        "Tải tệp văn bản từ Cổng thông tin của cơ quan ban hành hoặc Công báo (docx, html, txt, md hoặc pdf có chữ).",
        "Chép tệp vào máy chủ đang chạy hệ thống.",
        "Chạy lệnh dưới đây, thay FILE bằng đường dẫn của tệp:",
    ),
    ingest_after="Không cần dừng hệ thống: nạp xong, các câu hỏi sau dùng ngay văn bản mới.",
    missing_title="Không tìm thấy trang",
    missing="Địa chỉ này không có trang nào. Có thể đường dẫn bị gõ thiếu hoặc văn bản chưa được nạp.",
    method_title="Không mở được theo cách này",
    method="Trang này không nhận kiểu yêu cầu vừa gửi.",
    error_title="Hệ thống gặp lỗi",
    error="Xin lỗi, trang này đang gặp lỗi. Mời anh/chị thử lại sau ít phút.",
)

EN: Final = Texts(
    lang="en",
    other_lang="vi",
    other_lang_name="Tiếng Việt",
    thousands=",",
    tagline="Questions on industry and trade rules",
    skip="Skip to the content",
    nav="Pages",
    nav_chat="Ask",
    nav_documents="Documents",
    back_to_chat="Back to questions",
    footer="Answers rest on the documents loaded and always name the provision; they do not replace the competent authority's own text.",
    chat_title="Which rule would you like to ask about?",
    welcome="Greeting",
    suggestions="Try asking:",
    machine="Automatic assistant",
    thread="Conversation",
    you_asked="Question",
    answer="Answer",
    question_label="Your question",
    question_hint="Type your question…",
    send="Send",
    day_open="Ask as of another day",
    day_label="The rules on this day",
    day_hint="empty means today",
    day_of_question="As of {day}",
    choices="Choose one or type its number:",
    old_choice="An earlier choice",
    earlier="Show {count} earlier exchanges",
    waiting="Answering…",
    waiting_long="This one takes a little longer, please wait…",
    waiting_reload="The page reloads by itself in a few seconds.",
    digest_only="Working from summaries;",
    digest_only_link="how are official texts loaded?",
    too_long="Your text has {count} characters, more than the {limit} allowed. Please shorten it; it is still in the box below.",
    too_large="What was sent is too large; files: at most 5 at a time, 20 MB together. Please shorten it and send it again.",
    empty="Please type a question first.",
    busy="Your earlier questions are still being answered. Please wait a moment and send again; your text is still in the box below.",
    unavailable="Sorry, messages cannot be taken at the moment. Your text is still in the box below; please send it again in a few minutes.",
    erased="All your data has been erased.",
    attach="Attach a file",
    attach_hint="Picture, PDF, Word, Excel; at most 5 files, 20 MB together. For reports only.",
    attached="Attached:",
    news="News about your report",
    stale="This page has been open for long, so the question was not sent. It is still in the box below; please press Send again.",
    no_cookie="Your browser does not keep cookies, so the question was not sent. Please allow cookies for this site and press Send again.",
    no_such_day="There is no {day} in the calendar, so this page shows today. Please choose the day again.",
    bad_day="“{day}” is not a date we understand. Please write day/month/year, for example 1/7/2025.",
    offline="Not sent. Please check your connection and press Send again; your text is still here.",
    documents_title="Documents",
    documents_lead="The documents this service knows and their status on the chosen day.",
    documents_held="With content",
    documents_known="Known by name, text not held",
    text_digest="summary",
    text_digest_part="summary of a part",
    text_official="official text",
    text_official_part="part of the official text",
    text_known="text not held",
    unchecked="From a secondary source, not checked against the official copy.",
    source="Source: {source}",
    view_day="Rules as of",
    view="Show",
    on_today="Back to today",
    official_words="Official words",
    plain_words="Summary",
    machine_read="Read from a scan by machine, may contain errors",
    in_short="The article in short",
    digest_note="This is a summary in this service's own words, not the official text. The content is in Vietnamese.",
    both_note="Parts with a heavy bar on the left are the official words; parts marked “Summary” are this service's own.",
    by="Under {by}",
    by_since="Under {by}, from {day}",
    disputed="Another published copy says: {text}",
    former="Former words, no longer in force since {day}.",
    not_on_day="On this day, this part has no words that apply.",
    no_text="This service does not hold the text of this document.",
    previous="Previous",
    next="Next",
    ask_this="Ask about this article",
    ask_document="Ask about this document",
    question_about="{place} quy định gì?",
    contents="Contents",
    annexes="Annexes and forms",
    other_articles="Previous and next article",
    in_force="In force",
    in_force_until="In force until the end of {day}",
    start_unknown="Day of entry into force not known",
    amended_unknown="Amended; the new words are not held here",
    amended_maybe="The document has been amended; not known whether this part is touched",
    repealed="Repealed",
    because_since="{by}, from {day}",
    expired="No longer in force after {day}",
    not_yet="Not yet in force, applies from {day}",
    not_yet_some_day="Not yet in force",
    suspended="Suspended",
    since="from {day}",
    second_hand="according to an unverified source",
    short_in_force="in force",
    short_amended="amended",
    short_repealed="repealed",
    short_expired="expired",
    short_not_yet="not yet",
    short_suspended="suspended",
    ingest_title="Load the official text",
    ingest_lead="Answers come from the summaries shipped with this service. Once an operator loads the official file, answers quote it word for word.",
    ingest_steps=(
        "Download the document from the issuing body's portal or the Official Gazette (docx, html, txt, md or a pdf with text).",
        "Copy the file to the machine that runs this service.",
        "Run this command, with FILE replaced by the path of the file:",
    ),
    ingest_after="No restart is needed: the next questions use the new text.",
    missing_title="Page not found",
    missing="There is no page at this address. It may be mistyped, or the document has not been loaded.",
    method_title="This does not open that way",
    method="This page does not accept that kind of request.",
    error_title="The service has a problem",
    error="Sorry, this page has a problem. Please try again in a few minutes.",
)

LANGUAGES: Final[Mapping[str, Texts]] = MappingProxyType({"vi": VI, "en": EN})


def texts(language: str | None) -> Texts:
    """The strings of `language`, Vietnamese where it is not known."""
    return LANGUAGES.get(language or "", VI)


def shown_day(day: date) -> str:
    """A day as Vietnamese write it, in both languages: "1/7/2025"."""
    return f"{day.day}/{day.month}/{day.year}"
