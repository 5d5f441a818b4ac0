"""Stamps of classified papers, and the many harmless words that look like them."""

import pytest

from reports.errors import Classified
from reports.secrets import check_file_name, check_open, stamp


@pytest.mark.parametrize(
    "text",
    [
        "TUYỆT MẬT", "Tối mật", "tài liệu tuyệt mật", "văn bản tối mật số 12", "TOI MAT", "tuyet mat", "tai lieu tuyet mat ve cum", "t\u200buyệt mật",
        "Gửi công văn\nMẬT\nSố 12", "MẬT", "(MẬT)", "đóng dấu mật", "độ mật: mật", "dong dau mat", "công văn mật của tỉnh", "van ban mat",
        "tài liệu bí mật nhà nước", "TUYE\u0302\u0323T MA\u0302\u0323T", "tuyệt-mật", "M Ậ T", "Văn bản MẬT số 5", "dong dau toi mat",
    ],
)  # fmt: skip
def test_stopped(text: str) -> None:
    assert stamp(text) is not None
    with pytest.raises(Classified):
        check_open("text", text)


@pytest.mark.parametrize(
    "text",
    [
        "mật độ xây dựng tối đa", "bảo mật thông tin", "mật ong rừng", "sản xuất mật ong, mật mía", "MẬT ĐỘ XÂY DỰNG", "CHÍNH SÁCH BẢO MẬT", "mật khẩu",
        "toi mat 3 thang de xin giay phep", "tôi mất giấy tờ", "tôi bị mất hồ sơ", "mat do xay dung", "van ban mat hieu luc", "ho so mat rat nhieu thoi gian",
        "bí mật kinh doanh của doanh nghiệp", "cơ sở nuôi ong lấy mật", "mức mật độ", "tài liệu mật mã", "độ mật độ", "tôi mật thiết với xã",
        "lúc đầu mất 2 ngày",
        "NGÀNH NGHỀ CHẾ BIẾN MẬT CỦA HỢP TÁC XÃ NÔNG NGHIỆP VÀ DỊCH VỤ TỔNG HỢP ĐỀ NGHỊ ĐƯỢC HỖ TRỢ KINH PHÍ KHUYẾN CÔNG", "", "mat bang", "do mat bang",
    ],
)  # fmt: skip
def test_let_through(text: str) -> None:
    assert stamp(text) is None


@pytest.mark.parametrize("name", ["BC_TUYET-MAT.docx", "CV 12 MAT.pdf", "Công văn (Mật).docx", "MẬT.pdf", "toi_mat.pdf", "mat.pdf", "To trinh TOI MAT.doc"])
def test_file_names_stopped(name: str) -> None:
    with pytest.raises(Classified):
        check_file_name(name)


@pytest.mark.parametrize("name", ["mat-bang.pdf", "MAT BANG.doc", "bao_mat.pdf", "bảo mật.docx", "nuoi ong lay mat.docx", "IMG_12.jpg", "Mật độ.pdf"])
def test_file_names_let_through(name: str) -> None:
    check_file_name(name)
