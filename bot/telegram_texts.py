"""What only the Telegram channel says: commands, what it cannot read, and its lines in the log."""

from typing import Final

COMMANDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "vi": (
        ("batdau", "Bắt đầu, cách đặt câu hỏi"),
        ("trogiup", "Trợ lý giúp được gì"),
        ("vanban", "Danh sách văn bản, xem từng điều"),
        ("baocao", "Báo vướng mắc khi thực hiện quy định"),
        ("cuatoi", "Phản ánh của tôi"),
        ("tracuu", "Tra cứu phản ánh theo số"),
        ("traloi", "Trả lời câu hỏi của cơ quan xử lý"),
        ("riengtu", "Xem dữ liệu đang lưu về tôi"),
        ("xoa", "Xóa dữ liệu của tôi"),
        ("noi", "Chuyển cuộc trò chuyện sang nơi khác"),
        ("huy", "Hủy bước đang làm"),
        ("english", "Switch to English"),
    ),
    "en": (
        ("start", "Start, how to ask"),
        ("help", "What the assistant can do"),
        ("documents", "List of documents, article by article"),
        ("report", "Report a difficulty with a provision"),
        ("mine", "My reports"),
        ("status", "Look up a report by its number"),
        ("answer", "Answer a question about your report"),
        ("privacy", "See what is kept about me"),
        ("erase", "Delete my data"),
        ("carry", "Move this conversation elsewhere"),
        ("cancel", "Cancel the current step"),
        ("tiengviet", "Chuyển sang tiếng Việt"),
    ),
}

IN_GROUPS: Final = {"batdau", "trogiup", "vanban", "start", "help", "documents"}  # where others read along nobody reports or looks at own data
# Commands that are told to nobody but officials stand in no list of Telegram's.
KNOWN: Final = {name for commands in COMMANDS.values() for name, _ in commands} | {"canbo", "nhom"}

_KINDS: Final = {
    "sticker": ("nhãn dán", "stickers"),
    "voice": ("tin nhắn thoại", "voice messages"),
    "audio": ("tệp âm thanh", "audio files"),
    "video": ("video", "videos"),
    "video_note": ("video", "videos"),
    "animation": ("ảnh động", "animations"),
    "location": ("vị trí", "locations"),
    "contact": ("danh thiếp", "contacts"),
}


def both(language_code: str | None, sentence: tuple[str, str]) -> str:
    """Vietnamese; with English below where the person's Telegram speaks another language."""
    # The language of the app is no proof of what its owner reads, so it never takes the Vietnamese away.
    vietnamese = not language_code or language_code.startswith("vi")
    return sentence[0] if vietnamese else "\n\n".join(sentence)


def unreadable(kind: str) -> tuple[str, str]:
    """For a sticker, a voice message, a video: `kind` is Telegram's name of it."""
    vi, en = _KINDS.get(kind, ("loại tin này", "messages of this kind"))
    return (
        f"Trợ lý chưa đọc được {vi}. Anh/chị gõ câu hỏi bằng chữ giúp; ảnh và tệp (PDF, Word, Excel) thì gửi được kèm phản ánh.",
        f"The assistant cannot read {en}. Please type your question; photos and files (PDF, Word, Excel) can be sent with a report.",
    )


def stale() -> tuple[str, str]:
    """For a button of a list that is too old."""
    return (
        "Danh sách này đã hết hạn. Anh/chị gõ lại câu hỏi giúp.",
        "This list has expired. Please type your question again.",
    )


def not_yours() -> tuple[str, str]:
    """For a button, in a group, of a list that is too old or was made for someone else."""
    return (
        "Danh sách này đã hết hạn hoặc là của người khác. Anh/chị gửi câu hỏi của mình giúp.",
        "This list has expired or belongs to someone else. Please send your own question.",
    )


def too_many(limit: int) -> tuple[str, str]:
    """For more messages in a row than are kept."""
    return (
        f"Anh/chị gửi nhiều tin cùng lúc; trợ lý chỉ nhận {limit} tin một lượt. Xin chờ trả lời xong rồi gửi lại các tin còn thiếu.",
        f"Too many messages at once; the assistant takes {limit} at a time. Please wait for the answers, then send the missing messages again.",
    )


def description(name: str) -> str:
    """What stands in an empty chat, before Start is pressed."""
    return (
        f"{name} là trợ lý tự động, tra cứu quy định về cụm công nghiệp, khuyến công và phân định thẩm quyền hai cấp. "
        "Câu trả lời nêu rõ điều khoản làm căn cứ; không thay cho ý kiến chính thức của cơ quan có thẩm quyền."
    )


def short_description(name: str) -> str:
    """What stands on the assistant's profile page."""
    return f"{name}: trợ lý tự động tra cứu quy định ngành Công Thương."


# --- lines in the log, for the operator --------------------------------------------------------------

READY: Final = "Kênh Telegram đã mở: @%s"
NOT_TAKEN: Final = (
    "Kênh Telegram đã dừng: Telegram không nhận mã bot (sai, hoặc đã bị thu hồi). "
    "Hãy kiểm tra CAUNOI_TELEGRAM_TOKEN (và CAUNOI_TELEGRAM_API, nếu có đặt) rồi khởi động lại; trang web vẫn chạy."
)
CONFLICT: Final = "Một chương trình khác đang dùng cùng mã bot Telegram; mỗi mã chỉ dùng ở một nơi. Kênh Telegram thử lại sau mỗi %.0f giây."
NOT_GUARDED: Final = (
    "Kênh Telegram nhận tin qua webhook (CAUNOI_PUBLIC_URL) thì phải có khóa CAUNOI_TELEGRAM_WEBHOOK_SECRET: "
    "từ 1 đến 256 ký tự, chỉ gồm chữ không dấu, số, _ và -."
)
PUSHED: Final = "Telegram sẽ gửi tin đến webhook đã đặt"
NOT_PUSHED: Final = "Telegram không nhận webhook (%s), thử lại sau %.0f giây. Hãy kiểm tra CAUNOI_PUBLIC_URL: địa chỉ https công khai của dịch vụ này."
PUSH_LOST: Final = "Webhook Telegram đã bị gỡ hoặc đổi từ nơi khác; đặt lại. Mỗi mã bot chỉ dùng ở một nơi."
PUSH_TROUBLE: Final = "Telegram không gửi được tin đến webhook (lúc %s, còn %d mục chờ): %s"
UNREACHABLE: Final = "Chưa gọi được Telegram (%s, lần %d), thử lại sau %.1f giây: %s"
FLOOD: Final = "Telegram yêu cầu chờ %d giây trước khi gọi lại %s"
LOST: Final = "Không gửi được một câu trả lời, tin được giữ lại (xem reports dead): %s"
REFUSED: Final = "Telegram từ chối một tin nhắn, gửi lại dạng đơn giản hơn: %s"
NOT_SET: Final = "Không đặt được %s trên Telegram: %s"
UNREAD_UPDATE: Final = "Bỏ qua một mục không đọc được từ Telegram (số %s, %s)"
NOT_KEPT: Final = "Chưa lưu được %d mục từ Telegram (lần %d), thử lại sau %.1f giây: %s"
NOT_FETCHED: Final = "Không tải được một tệp từ Telegram: %s"
