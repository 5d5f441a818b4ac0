"""What only the Zalo channels say: greeting, what they cannot read, and their lines in the log."""

from typing import Final

_KINDS: Final = {
    "sticker": ("nhãn dán", "stickers"),
    "voice": ("tin nhắn thoại", "voice messages"),
    "audio": ("tin nhắn thoại", "voice messages"),
    "video": ("video", "videos"),
    "location": ("vị trí", "locations"),
    "business_card": ("danh thiếp", "contacts"),
    "gif": ("ảnh động", "animations"),
    "link": ("liên kết này", "this link"),
}


def unreadable(kind: str, *, only_photos: bool = False) -> tuple[str, str]:
    """For a sticker, a voice message, a place: `kind` is Zalo's name of it; `only_photos`: no other files arrive in this channel."""
    vi, en = _KINDS.get(kind, ("loại tin này", "messages of this kind"))
    files, files_en = ("ảnh", "photos") if only_photos else ("ảnh và tệp (PDF, Word, Excel)", "photos and files (PDF, Word, Excel)")
    return (
        f"Trợ lý chưa đọc được {vi}. Anh/chị gõ câu hỏi bằng chữ giúp; {files} thì gửi được kèm phản ánh.",
        f"The assistant cannot read {en}. Please type your question; {files_en} can be sent with a report.",
    )


def too_many(limit: int) -> tuple[str, str]:
    """For more messages in a row than are kept."""
    return (
        f"Anh/chị gửi nhiều tin cùng lúc; trợ lý chỉ nhận {limit} tin một lượt. Xin chờ trả lời xong rồi gửi lại các tin còn thiếu.",
        f"Too many messages at once; the assistant takes {limit} at a time. Please wait for the answers, then send the missing messages again.",
    )


def greeting(name: str) -> tuple[str, str]:
    """For someone who has begun to follow the account."""
    return (
        f"Chào anh/chị, đây là {name}, trợ lý tự động (không phải cán bộ trả lời), tra cứu quy định về cụm công nghiệp, khuyến công và "
        "phân định thẩm quyền hai cấp. Anh/chị gõ câu hỏi bằng chữ; gõ /trogiup để xem trợ lý giúp được gì, /baocao để báo vướng mắc, "
        "/riengtu để xem dữ liệu đang lưu.",
        f"Hello, this is {name}, an automatic assistant (no official writes the answers) for the rules on industrial clusters, industrial "
        "promotion and the division of tasks between the two levels. Type your question; /help shows what it can do, /report reports a "
        "difficulty, /privacy shows what is kept about you.",
    )


# --- lines in the log, for the operator --------------------------------------------------------------

READY: Final = "Kênh Zalo Bot đã mở: %s"
WEBHOOK: Final = "Zalo Bot sẽ gọi đến %s (kết quả kiểm tra của Zalo: %s)"
NOT_TAKEN: Final = (
    "Kênh Zalo Bot đã dừng: Zalo không nhận mã bot (sai, hoặc đã được đặt lại). "
    "Hãy kiểm tra CAUNOI_ZALO_BOT_TOKEN (và CAUNOI_ZALO_BOT_API, nếu có đặt) rồi khởi động lại; trang web vẫn chạy."
)
CONFLICT: Final = "Bot Zalo đang đặt webhook nên không hỏi tin được; gỡ webhook và thử lại sau %.0f giây."
UNREACHABLE: Final = "Chưa gọi được Zalo (%s, lần %d), thử lại sau %.1f giây: %s"
FLOOD: Final = "Zalo báo đã gửi quá nhiều; chờ %.0f giây rồi gửi tiếp"
REFUSED: Final = "Zalo Bot từ chối %s: %s %s"
UNREAD: Final = "Bỏ qua một mục không đọc được từ Zalo (%s)"
UNKNOWN: Final = "Bỏ qua một loại sự kiện chưa biết từ Zalo: %s"
NOT_KEPT: Final = "Chưa lưu được một mục từ Zalo (lần %d), thử lại sau %.1f giây: %s"
NOT_FETCHED: Final = "Không tải được một tệp từ Zalo: %s"
HUMAN: Final = "Một người đã trả lời từ trang quản lý của Zalo OA (admin %s)"
QUOTA: Final = "Hạn mức tin của Zalo OA sắp hết: loại %s, còn %s trên %s"
OA_ALARM: Final = "Zalo OA báo lỗi %s, cần người xử lý; tin được giữ lại: %s"
OA_RESUMED: Final = "Zalo OA gửi lại được; %d tin bị giữ vì lỗi của tài khoản đang được gửi"
OA_UNAUTHORISED: Final = "Zalo OA chưa được cấp quyền: chưa có mã làm mới (refresh token); tin được giữ lại"
OA_RENEWED: Final = "Đã làm mới mã truy cập của Zalo OA, hạn đến %s"
OA_ADOPTED: Final = "Đã nhận lại cặp mã của Zalo OA từ tệp ghi tạm của lần làm mới bị ngắt"
OA_NOT_SPOOLED: Final = "Không ghi được tệp tạm của cặp mã Zalo OA: %s"
OA_BAD_SPOOL: Final = "Tệp tạm của cặp mã Zalo OA không đọc được: %s"
OA_NOT_RENEWED: Final = "Chưa làm mới được mã truy cập của Zalo OA, thử lại sau %.0f giây: %s"

# --- what a check finds, for the operator ------------------------------------------------------------

BOT_GOOD: Final = "mã đúng, bot %s."
BOT_BAD: Final = "mã không đúng hoặc đã được đặt lại."
WEBHOOK_AT: Final = "webhook trỏ về %s"
WEBHOOK_NONE: Final = "chưa đặt webhook; bot run tự hỏi tin, hoặc tự đặt khi có CAUNOI_PUBLIC_URL."
WEBHOOK_ELSEWHERE: Final = "webhook chưa trỏ về dịch vụ này (đang là %s); chạy bot run để đặt."
NOT_REACHED: Final = "không gọi được máy chủ Zalo (%s)."
OA_GOOD: Final = "Zalo nhận mã truy cập của tài khoản “%s”, còn hạn đến %s."
OA_NONE: Final = "chưa được cấp quyền; nạp refresh token lần đầu bằng lệnh channels oa-token."
OA_BAD: Final = "Zalo không cấp mã truy cập: %s %s"
OA_LATER: Final = "chưa lấy được mã truy cập hoặc chưa gọi được Zalo: %s."
OA_REFUSES: Final = "Zalo từ chối (%s %s); tin gửi đi sẽ bị giữ lại. Kiểm tra quyền đã cấp cho ứng dụng và gói của tài khoản."
