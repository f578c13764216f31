"""Retrieve, then compose or generate, then check: one path for the command line, Python and the web.

Without a model the answer is composed from the entries. With one, the same entries go into the prompt as
numbered passages; what comes back keeps only the marks that the passages support. A model that fails, is
silent, or cites nothing that holds is replaced by the composed answer, with a notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tutor.answering.answer import Answer, cite, support
from tutor.answering.citations import check, plain_marks
from tutor.answering.conversation import Message
from tutor.answering.extractive import compose
from tutor.entry import Hit, Hits, Language
from tutor.errors import ModelError
from tutor.llm import ChatModel, Messages, reply
from tutor.prompts import ANSWER_PASSAGE, ANSWER_SYSTEM, LANGUAGE_NAMES
from tutor.retrieval.passages import answer_parts
from tutor.settings import Settings
from tutor.text import language_of, token_estimate

#: Turns of the conversation that the model sees.
REMEMBERED = 6
_NOTICE = {
    "zh": "模型没有给出可用的回答({reason}),以下内容直接取自资料。",
    "en": "The model gave no usable answer ({reason}); this one is taken straight from the material.",
}
_UNSUPPORTED = {"zh": "它的引用与资料对不上", "en": "its citations do not match the passages"}


def answer_stream(
    question: str,
    hits: Hits,
    settings: Settings,
    model: ChatModel | None = None,
    history: Sequence[Message] = (),
    suggestions: Sequence[str] = (),
) -> Iterator[Answer]:
    """Growing answers to `question` from `hits`; the last one is complete and checked."""
    composed = compose(hits, question, suggestions)
    used = support(hits)
    if model is None or not composed.in_scope or not used or not composed.citations or not hits.hits[0].entry.answered:
        yield composed
        return
    language = language_of(question)
    passages = {n: text for n, text in enumerate(passages_for(used, language, settings.llm_context), 1) if text}
    written = ""
    try:
        for piece in reply(model, messages_for(question, used, passages, history, language), settings):
            written = plain_marks(written + piece).lstrip()
            yield replace(composed, answer=written, citations=(), engine=model.name, suggestions=())
    except ModelError as error:
        yield replace(composed, notice=_NOTICE[language].format(reason=error.message))
        return
    checked = check(written, passages)
    if not checked.numbers:
        yield replace(composed, notice=_NOTICE[language].format(reason=_UNSUPPORTED[language]))
        return
    citations = tuple(cite(n, used[n - 1].entry, language) for n in checked.numbers)
    yield replace(composed, answer=checked.text, citations=citations, engine=model.name)


def passages_for(hits: Sequence[Hit], language: Language, budget: int) -> list[str]:
    """For each hit as much of its answer as its share of the token budget holds, its beginning first."""
    texts = []
    for place, hit in enumerate(hits):
        share = budget // 2 if place == 0 and len(hits) > 1 else budget // (2 * max(len(hits) - 1, 1)) if len(hits) > 1 else budget
        kept: list[str] = []
        for part in ([hit.entry.short.pick(language)] if hit.entry.short else []) + answer_parts(hit.entry.answer.pick(language)):
            if kept and token_estimate("\n\n".join([*kept, part])) > share:
                break
            kept.append(part if token_estimate(part) <= share else part[: share * 2])
        texts.append("\n\n".join(kept))
    return texts


def messages_for(question: str, hits: Sequence[Hit], passages: dict[int, str], history: Sequence[Message], language: Language) -> Messages:
    """System prompt with the numbered passages, the last turns, and the question."""
    blocks = [
        ANSWER_PASSAGE.substitute(n=n, question=_inert(hits[n - 1].entry.question.pick(language)), text=_inert(text))
        for n, text in passages.items()
    ]
    system = ANSWER_SYSTEM.substitute(language=LANGUAGE_NAMES[language], passages="\n".join(blocks))
    turns = [(message.role, message.content[:1500]) for message in history[-REMEMBERED:]]
    return [("system", system), *turns, ("user", question)]


def _inert(text: str) -> str:
    """A document's text that cannot close its passage and speak for itself."""
    return text.replace("</passage", "< /passage").replace("<passage", "< passage")
