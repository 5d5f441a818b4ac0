"""Messages that are no question of law, and questions that look like them."""

import pytest

from knowledge.answer import Answers
from knowledge.intent import Kind, intent


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("xin chào", Kind.SMALLTALK),
        ("chao ban", Kind.SMALLTALK),
        ("Cảm ơn bạn nhiều nhé, rõ rồi", Kind.SMALLTALK),
        ("tạm biệt, hẹn gặp lại", Kind.SMALLTALK),
        ("bạn là người hay máy vậy", Kind.SMALLTALK),
        ("👍", Kind.SMALLTALK),
        ("cho tôi gặp cán bộ", Kind.HUMAN),
        ("xin số điện thoại đường dây nóng", Kind.HUMAN),
        ("tôi muốn tố cáo cán bộ xã nhận phong bì", Kind.DIVERT),
        ("can bo doi lot tay moi ky", Kind.DIVERT),
        ("tôi tố ông phó chủ tịch đưa người nhà vào làm chủ đầu tư", Kind.DIVERT),
        ("Quy định lấp đầy 60% mới cho mở rộng làm khó xã tôi quá, đề nghị xem lại.", Kind.REPORT),
        ("thoi han 25 ngay dai qua, mong rut ngan", Kind.REPORT),
        ("toi muon phan anh vuong mac khi mo rong cum", Kind.REPORT),
        ("mẫu báo cáo nhiều cột trùng nhau, nhờ ghi nhận góp ý giúp", Kind.REPORT),
        ("kho khan trong giai ngan von khuyen cong", Kind.REPORT),
        ("Nghị định 32 và Nghị định 139 mâu thuẫn nhau về cơ quan thẩm định", Kind.REPORT),
        ("xa toi chua co huong dan ve bao cao cum", Kind.REPORT),
        ("xã tôi vướng: chưa biết nộp hồ sơ lập cụm ở đâu vì huyện bỏ rồi", Kind.REPORT),
        ("kho khan, vuong mac: bieu mau khong khop voi thong tu", Kind.REPORT),
        # questions of law that share their words
        ("Vướng mắc: nộp ở đâu?", None),
        ("gặp khó khăn: ai giải quyết giúp?", None),
        ("Nghị định 32 mâu thuẫn với Luật Đất đai thì áp dụng văn bản nào", None),
        ("khó khăn khi di dời cơ sở vào cụm thì được hỗ trợ gì", None),
        ("hồ sơ đề nghị thành lập cụm gồm những gì", None),
        ("doanh nghiệp đề nghị làm chủ đầu tư cần điều kiện gì", None),
        ("vướng mắc khi thực hiện Nghị định 146 thì hỏi ai", None),
        ("xã gặp vướng mắc thì báo cáo ai", None),
        ("khiếu nại về đề án khuyến công gửi bộ nào", None),
        ("bộ nào kiến nghị Thủ tướng cho vốn làm hạ tầng cụm", None),
        ("thời hạn góp ý phương án là mấy ngày", None),
        ("địa bàn khó khăn được ưu tiên gì", None),
        ("máy móc nào được hỗ trợ", None),
        ("mức hỗ trợ tối đa", None),
        ("Khi nào thì được sửa lại phương án phát triển cụm?", None),
        ("hạn 31/12 như nghị định 139 nói đúng không, kịp chán mà?", None),
        ("xin sửa đổi giấy phép bán lẻ rượu nộp ở đâu", None),
        ("chào giá thuê đất trong cụm ai quyết định", None),
        ("", None),
    ],
)
def test_intent(text: str, kind: Kind | None) -> None:
    assert intent(text) is kind


def test_questions_of_the_corpus_are_questions(answers: Answers) -> None:
    """Of thousands of everyday questions hardly one is taken for talk, a report or a complaint."""
    asked = [q for p in answers.corpus for q in p.questions]
    assert sum(intent(q) is not None for q in asked) <= len(asked) * 0.002
