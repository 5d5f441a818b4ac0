"""Every sentence that users read, one file a language, as functions with typed arguments."""

from types import ModuleType

from handlers.texts import en, reports_en, reports_vi, vi

LANGUAGES: dict[str, ModuleType] = {"vi": vi, "en": en}
REPORTS: dict[str, ModuleType] = {"vi": reports_vi, "en": reports_en}


def texts(language: str) -> ModuleType:
    """The sentences of `language`; Vietnamese where it is not known."""
    return LANGUAGES.get(language, vi)


def report_texts(language: str) -> ModuleType:
    """The sentences about reports in `language`; Vietnamese where it is not known."""
    return REPORTS.get(language, reports_vi)
