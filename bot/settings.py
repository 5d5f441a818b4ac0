"""All settings, read once from the environment or .env; nothing is required for a first run."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is one environment name, CAUNOI_ and the field's name; docs/running.md explains them."""

    model_config = SettingsConfigDict(env_prefix="CAUNOI_", env_file=".env", env_file_encoding="utf-8", extra="ignore")

    name: str = Field("Cầu Nối", description="Tên trợ lý tự xưng với người dùng.")
    data_dir: Path = Field(Path("data"), description="Thư mục dữ liệu: văn bản đã nạp và chỉ mục; là thứ phải sao lưu.")
    model: str = Field("", description="Mô hình nhúng: để trống là mô hình kèm theo; đường dẫn hoặc tên một mô hình sentence-transformers.")
    model_online: bool = Field(False, description="Cho phép tải mô hình theo tên từ mạng khi khởi động.")
    host: str = Field("127.0.0.1", description="Địa chỉ mà trang web lắng nghe.")
    port: int = Field(0, description="Cổng của trang web; 0 là tự chọn một cổng trống, bắt đầu từ 8080.", ge=0, le=65535)
    web_secret: SecretStr = Field(SecretStr(""), description="Khóa ký cookie của trang web; để trống thì tự tạo và giữ trong thư mục dữ liệu.")
    telegram_token: SecretStr = Field(SecretStr(""), description="Mã của bot Telegram; để trống là không mở kênh Telegram.")
    telegram_api: str = Field("https://api.telegram.org", description="Máy chủ Bot API của Telegram.")
    public_url: str = Field(
        "", description="Địa chỉ https của dịch vụ mà Telegram, Zalo gọi đến (webhook), ví dụ https://caunoi.example.vn; để trống là không dùng webhook.",
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Khóa webhook của Telegram, 1–256 chữ không dấu, số, gạch; bắt buộc khi nhận Telegram bằng webhook.",
    )
    zalo_bot_token: SecretStr = Field(SecretStr(""), description="Mã của bot trên Zalo Bot Platform; để trống là không mở kênh này.")
    zalo_bot_secret: SecretStr = Field(SecretStr(""), description="Khóa webhook của Zalo Bot, 8–256 chữ không dấu, số, dấu; bắt buộc khi nhận bằng webhook.")
    zalo_bot_api: str = Field("https://bot-api.zaloplatforms.com", description="Máy chủ của Zalo Bot Platform.")
    zalo_oa_app_id: str = Field("", description="Mã ứng dụng gắn với Zalo Official Account; để trống là không mở kênh này.")
    zalo_oa_app_secret: SecretStr = Field(SecretStr(""), description="Khóa bí mật của ứng dụng Zalo.")
    zalo_oa_secret: SecretStr = Field(SecretStr(""), description="Khóa bí mật của Official Account, dùng kiểm tra chữ ký webhook.")
    zalo_oa_api: str = Field("https://openapi.zalo.me", description="Máy chủ Official Account API.")
    zalo_oa_oauth: str = Field("https://oauth.zaloapp.com", description="Máy chủ cấp mã truy cập của Zalo.")
    hotline: str = Field("024.222.021115", description="Số đường dây nóng nêu khi trợ lý không trả lời được; để trống là không nêu.")
    hotline_note: str = Field(
        "theo công bố ngày 27/6/2025, dành cho địa phương", description="Nguồn, ngày công bố và đối tượng của đường dây nóng.",
    )
    answer_seconds: float = Field(10.0, description="Thời gian tối đa cho một câu trả lời, giây.", gt=0)
    answer_threads: int = Field(2, description="Số câu hỏi được xử lý cùng lúc.", ge=1, le=64)
    ocr_seconds: float = Field(1800.0, description="Thời gian tối đa để nhận dạng chữ của một bản chụp, giây.", gt=0)
    fetch_seconds: float = Field(120.0, description="Thời gian tối đa để tải một văn bản từ địa chỉ https, giây.", gt=0)
    database: SecretStr = Field(
        SecretStr(""), description="Cơ sở dữ liệu; để trống là SQLite trong thư mục dữ liệu; PostgreSQL: postgresql://người:mật khẩu@máy/tên.",
    )
    departments: str = Field("", description="Mã các tỉnh mà Sở Công Thương đã có bàn xử lý, cách nhau bằng dấu phẩy, hoặc all; để trống là theo routing.yaml.")
    reports_an_hour: int = Field(5, description="Số phản ánh mỗi người được gửi trong một giờ.", ge=1)
    files_an_hour: int = Field(30, description="Số tệp mỗi người được gửi trong một giờ.", ge=1)
    forward_days: int = Field(5, description="Hạn chuyển phản ánh đến đúng nơi xử lý, ngày làm việc.", ge=1, le=365)
    first_notice_days: int = Field(10, description="Hạn thông báo lần đầu cho người phản ánh, ngày làm việc.", ge=1, le=365)
    answer_days: int = Field(15, description="Hạn trả lời phản ánh, ngày.", ge=1, le=365)
    keep_raw_days: int = Field(30, description="Giữ tin nhắn gốc bao nhiêu ngày.", ge=2, le=3650)
    keep_chat_days: int = Field(90, description="Giữ cuộc trò chuyện im lặng bao nhiêu ngày.", ge=2, le=3650)
    keep_received: bool = Field(
        False, description="Khi một người xóa dữ liệu: giữ lại nội dung phản ánh đã tiếp nhận, không kèm tên (khi quy định lưu trữ buộc giữ).",
    )
    staff_name: str = Field("", description="Tên, chức vụ, đơn vị của cán bộ dùng lệnh reports; hiện cho người phản ánh.")
    metrics_token: SecretStr = Field(SecretStr(""), description="Mã để đọc /metrics từ máy khác; để trống thì chỉ máy này đọc được.")
    log_format: Literal["text", "json"] = Field("text", description="Dạng nhật ký: text hoặc json.")
    log_level: str = Field("INFO", description="Mức nhật ký: DEBUG, INFO, WARNING, ERROR.")

    @property
    def hotline_line(self) -> str:
        """The hotline as it is shown: number, then source, date and for whom."""
        return f"{self.hotline} ({self.hotline_note})" if self.hotline and self.hotline_note else self.hotline


def read_settings(**given: Any) -> Settings:
    """Read the settings; `given` wins over the environment."""
    return Settings(**given)
