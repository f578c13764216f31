"""A chat model may make the wording more conversational, never the content: what it says is taken only where it keeps the question
and gives nothing away, else the interviewer's own sentence stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from tutor.entry import Language
from tutor.errors import ModelError
from tutor.interview.catalogue import Catalogue
from tutor.interview.state import Say
from tutor.llm import ChatModel, reply
from tutor.settings import Settings
from tutor.text import is_stop, language_of, terms

#: A sentence in other words, in the same language.
Rephraser = Callable[[str, Language], str]

#: The share of a question's terms that its new wording must keep,
KEPT = 0.7
#: and how much longer than the original it may be, in characters.
LONGER = 80
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
_PRAISE = re.compile(
    r"很好|不错|棒|厉害|完美|优秀|精彩|正确|没错|说得对|答得|\b(?:great|good|well done|excellent|perfect|nice|awesome|impressive|correct|right|exactly)\b",
    re.I,
)
_INSTRUCTION = {
    "zh": "你是面试官。把下面这句话改得更口语、更自然,意思完全不变:不加信息、不加表扬、不透露答案,引号里的话原样保留,问题里的术语原样保留。只输出改写后的这句话。",
    "en": "You are an interviewer. Make the following sentence more conversational with exactly the same meaning: add no information, no praise and no part "
    "of an answer, keep quoted words and technical terms as they are. Output the new sentence only.",
}


def acceptable(original: Say, new: str, asked: str, catalogue: Catalogue, open_points: Collection[str], language: Language) -> bool:
    """Whether a new wording may stand for what the interviewer was to say; `asked` is the question or probe inside it."""
    if not new.strip() or "\n" in new or len(new) > 1.5 * len(original.text) + LONGER or language_of(new) != language:
        return False
    # Stricter than with the corpus' own sentences: a model has no business with any word of a key point.
    if original.entry_id and catalogue.names(new, original.entry_id, open_points) - set(terms(original.text)):
        return False
    if _PRAISE.search(new) and not _PRAISE.search(original.text):
        return False
    if any((first or second) not in new for first, second in _QUOTED.findall(original.text)):
        return False
    if not original.wants_answer:
        return True
    wanted = {term for term in terms(asked) if not is_stop(term)}
    named = {term for term in wanted if term.isascii() and language == "zh"}
    held = set(terms(new))
    return named <= held and len(wanted & held) >= KEPT * len(wanted)


def rephraser(model: ChatModel, settings: Settings) -> Rephraser:
    """The chat model as a rephraser; its failure leaves the sentence as it was."""

    def rephrase(text: str, language: Language) -> str:
        try:
            return "".join(reply(model, [("system", _INSTRUCTION[language]), ("user", text)], settings)).strip()
        except ModelError:
            return text

    return rephrase
