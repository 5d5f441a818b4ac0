"""The search as a LangChain retriever, and the collection as LangChain's Chroma sees it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.settings import Settings
from knowledge.answer import Answers
from knowledge.embedder import StaticEmbedder
from knowledge.index import current
from knowledge.retriever import retriever

TODAY = date(2026, 11, 22)


def test_documents_can_be_cited(answers: Answers) -> None:
    found = retriever(lambda: answers, lambda: TODAY, limit=3).invoke("CCN muốn mở rộng thì cần điều kiện gì?")
    assert len(found) == 3
    first = found[0]
    assert first.metadata["citation"] == "khoản 2 Điều 8 Nghị định số 32/2024/NĐ-CP"
    assert (first.metadata["status"], first.metadata["text_status"]) == ("amended_unknown", "digest")
    assert "60%" in first.page_content


def test_what_is_not_answered_gives_nothing(answers: Answers) -> None:
    assert retriever(lambda: answers, lambda: TODAY).invoke("thủ tục đăng ký kết hôn") == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_collection_opens_in_langchain_chroma(answers: Answers, settings: Settings, tmp_path: Path) -> None:
    from langchain_chroma import Chroma

    folder = settings.data_dir / "index"
    shutil.copytree(folder / current(folder) / "chroma", tmp_path / "chroma")  # Chroma keeps one client a path
    store = Chroma(collection_name="passages", persist_directory=str(tmp_path / "chroma"))
    question = "mở rộng cụm công nghiệp cần điều kiện gì"
    nearest, _ = answers.search.index.vectors.nearest(StaticEmbedder().encode([question])[0], 5)
    vector = StaticEmbedder().encode([question])[0].tolist()
    found = store._collection.query(query_embeddings=[vector], n_results=5)["ids"][0]
    assert {int(i) for i in found} == set(nearest.tolist())
