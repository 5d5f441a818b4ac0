"""The search as a LangChain retriever, for programs that are built with LangChain."""

from collections.abc import Callable
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from knowledge.answer import Answers
from knowledge.status import standing


class ProvisionRetriever(BaseRetriever):
    """Returns the provisions that answer a question, best first, as LangChain documents.

    `page_content` holds the official words where they are held, else the digest's; `metadata` the key,
    the citation, the standing on `day` and the score, so that a chain can cite and never has to guess.
    A question that the corpus does not answer gives an empty list.
    """

    answers: Any  # Callable[[], Answers]: asked anew each time, because an ingest may switch the index
    today: Any  # Callable[[], date]
    limit: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        answers: Answers = self.answers()
        day: date = self.today()
        found = answers.search.find(query, limit=self.limit)
        if found.answerable < answers.search.ranking.threshold:
            return []
        documents = []
        for hit in found.hits:
            provision = hit.provision
            shown = answers.shown(provision, day, whole=True)
            words = [q.text for q in shown.quotes] or [f"{line.label} {line.text}".strip() for line in shown.lines]
            documents.append(
                Document(
                    page_content="\n".join(words),
                    metadata={
                        "key": provision.ref.key, "citation": str(provision.ref), "heading": provision.heading, "score": hit.score,
                        "status": str(standing(answers.corpus, provision, day).status), "text_status": str(shown.text_status),
                    },
                )
            )
        return documents


def retriever(answers: Callable[[], Answers], today: Callable[[], date], limit: int = 5) -> ProvisionRetriever:
    """Return a LangChain retriever over `answers`."""
    return ProvisionRetriever(answers=answers, today=today, limit=limit)
