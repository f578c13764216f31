"""How the index behaves as it grows: recall against exact search, latency, memory and build time, by kind and size.

    nice python scripts/bench/scale.py [--sizes 10000 100000 1000000] [--kinds SQ8 HNSW32,Flat ...] [--cache FOLDER]

Passages are made from the corpus (passages.py, seeded) and embedded by the built-in embedder; queries are those of
tutor/data/evaluation/queries, written by hands that saw neither. Every measurement runs in a process of its own, so that its memory is its own; recall counts a passage as
right when it is as near as the tenth of exact search. A query wants 200 neighbours, as a search does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from passages import PER_ENTRY, QUESTIONS, entries

from tutor.entry import Entry, Source, Text
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.glossary import read_glossary
from tutor.retrieval.lexical import Forward
from tutor.retrieval.search import NEAREST, search
from tutor.retrieval.store import VIEWS, Contents, open_index, write_index
from tutor.retrieval.vectors import build_vectors, open_vectors
from tutor.settings import PACKAGE, corpus_folder
from tutor.text import terms

QUERIES = PACKAGE / "data" / "evaluation" / "queries"
CHUNK = 10_000


def queries(every: int = 2) -> list[str]:
    """Questions of people, one in so many."""
    lines = [line for file in sorted(QUERIES.glob("curated_*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines[::every]]


def _embed(texts: list[str]) -> np.ndarray:
    return load_embedder("builtin").encode(texts)


def _forward(texts: list[str]) -> Forward:
    return Forward.of(terms(text) for text in texts)


def prepare(count: int, cache: Path) -> None:
    """Vectors and term lists of `count` passages into `cache`, with the time they took."""
    if (cache / "v.npy").exists() and len(np.load(cache / "v.npy", mmap_mode="r")) >= count:
        return
    texts = [passage for entry in entries(count // PER_ENTRY) for passage in entry]
    chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
    start = time.perf_counter()
    with multiprocessing.Pool(2) as pool:
        np.save(cache / "v.npy", np.concatenate(pool.map(_embed, chunks)))
        print(f"{len(texts)} passages embedded on two cores: {time.perf_counter() - start:.0f} s", flush=True)
        start = time.perf_counter()
        forwards = pool.map(_forward, chunks)
    offsets = np.cumsum([0, *(forward.starts[-1] for forward in forwards)])
    np.save(cache / "starts.npy", np.concatenate([[0], *(f.starts[1:] + at for f, at in zip(forwards, offsets, strict=False))]))
    np.save(cache / "terms.npy", np.concatenate([forward.terms for forward in forwards]))
    np.save(cache / "counts.npy", np.concatenate([forward.counts for forward in forwards]))
    print(f"their terms: {time.perf_counter() - start:.0f} s, {offsets[-1]} postings", flush=True)


def vectors(cache: Path, count: int) -> np.ndarray:
    """The first `count` vectors, mapped."""
    return np.load(cache / "v.npy", mmap_mode="r")[:count]


def resident() -> float:
    """Memory of this process now, MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def apart(job: Callable[..., Any], *arguments: Any) -> Any:
    """What `job` returns in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job, arguments)


def timed(asked: Sequence[Any], ask: Callable[[Any], Any]) -> tuple[list[Any], str]:
    """Answers, and median and p95 of the second round."""
    milliseconds: list[float] = []
    for _ in range(2):
        answers, milliseconds = [], []
        for query in asked:
            start = time.perf_counter()
            answers.append(ask(query))
            milliseconds.append((time.perf_counter() - start) * 1000)
    return answers, f"median {np.median(milliseconds):6.2f}  p95 {np.percentile(milliseconds, 95):6.2f} ms"


def exact(cache: Path, count: int) -> np.ndarray:
    """For each query the cosine of its tenth neighbour."""
    index = faiss.IndexFlatIP(vectors(cache, count).shape[1])
    index.add(np.ascontiguousarray(vectors(cache, count)))
    return np.asarray(index.search(_embed(queries()), 10)[0][:, 9])


def build(kind: str, cache: Path, count: int, folder: Path) -> tuple[float, float]:
    """Write an index of a kind; seconds, and the most memory it took."""
    start = time.perf_counter()
    matrix = np.ascontiguousarray(vectors(cache, count))
    if kind == "ours":
        build_vectors("faiss", folder, matrix)
    else:
        index = faiss.index_factory(matrix.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        if hasattr(index, "hnsw"):
            index.hnsw.efConstruction = 100
        index.train(matrix)
        index.add(matrix)
        with (folder / kind).open("wb") as file:
            faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(kind: str, cache: Path, count: int, folder: Path, tenth: np.ndarray) -> str:
    """Recall, latency and memory of an index on disk."""
    asked, before = _embed(queries()), resident()
    if kind == "ours":
        ours = open_vectors(folder)

        def ask(query: np.ndarray) -> np.ndarray:
            return ours.search(query, NEAREST)[0]

    else:
        faiss.omp_set_num_threads(1)
        index = faiss.read_index(faiss.PyCallbackIOReader((folder / kind).open("rb").read))
        if hasattr(index, "hnsw"):
            index.hnsw.efSearch = NEAREST

        def ask(query: np.ndarray) -> np.ndarray:
            return np.asarray(index.search(query[None], NEAREST)[1][0])

    answers, latency = timed(asked, ask)
    memory, matrix = resident() - before, vectors(cache, count)
    right = sum(int((matrix[found[:10]] @ query >= least - 1e-6).sum()) for found, query, least in zip(answers, asked, tenth, strict=True))
    return f"recall@10 {right / 10 / len(asked):.4f}  {latency}  {memory:6.0f} MB"


def write_all(cache: Path, count: int, folder: Path) -> str:
    """A whole index of `count` passages, as an ingest writes it."""
    made = list(entries(count // PER_ENTRY))
    starts = np.load(cache / "starts.npy", mmap_mode="r")[: count + 1]
    last = int(starts[-1])
    forward = Forward(
        np.asarray(starts), *(np.asarray(np.load(cache / f"{name}.npy", mmap_mode="r")[:last]) for name in ("terms", "counts"))
    )
    contents = Contents(
        entries=[
            Entry(f"made-{n}", Text(texts[0]), Text("\n\n".join(texts[QUESTIONS:])), (Source("made.md", n),))
            for n, texts in enumerate(made)
        ],
        groups=np.arange(len(made), dtype=np.int32),
        counterparts=np.full(len(made), -1, np.int32),
        passages=[text for texts in made for text in texts],
        passage_entry=np.repeat(np.arange(len(made), dtype=np.int32), PER_ENTRY),
        passage_view=np.tile([VIEWS.index("question")] * QUESTIONS + [VIEWS.index("answer")] * (PER_ENTRY - QUESTIONS), len(made)).astype(
            np.uint8
        ),
        vectors=vectors(cache, count),
        forward=forward,
        sources=[],
        glossary=read_glossary(corpus_folder() / "glossary.yaml"),
        shipped="",
    )
    del made
    folder.mkdir()
    start = time.perf_counter()
    write_index(folder, contents, "made")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"written in {time.perf_counter() - start:.0f} s, peak {peak:.0f} MB"


def search_all(folder: Path) -> str:
    """Opening and searching a whole index, embedding included."""
    start = time.perf_counter()
    index, embedder = open_index(folder), load_embedder("builtin")
    opened = time.perf_counter() - start
    search(index, embedder, "旋转位置编码")
    first = time.perf_counter() - start
    _, latency = timed(queries(), lambda query: search(index, embedder, query))
    size = sum(file.stat().st_size for file in folder.rglob("*")) / 2**20
    return f"opened in {opened:.2f} s, first hit {first:.2f} s, {latency}, {resident():.0f} MB resident, {size:.0f} MB on disk"


def main() -> None:
    """Prepare, measure each size and kind, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--kinds", nargs="+", default=["Flat", "SQ8"], help="FAISS factory names to compare ours with")
    parser.add_argument("--cache", type=Path, help="folder that keeps the passages' vectors and terms for another run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        cache = options.cache or Path(temporary)
        prepare(max(options.sizes), cache)
        for count in options.sizes:
            tenth = apart(exact, cache, count)
            for kind in (*options.kinds, "ours"):
                folder = Path(tempfile.mkdtemp(dir=temporary))
                seconds, peak = apart(build, kind, cache, count, folder)
                line = apart(measure, kind, cache, count, folder, tenth)
                print(f"{count:9,} vectors  {kind:14} {line}  built in {seconds:6.1f} s, peak {peak:.0f} MB", flush=True)
            whole = Path(temporary) / f"index-{count}"
            print(f"{count:9,} passages, whole index: {apart(write_all, cache, count, whole)}", flush=True)
            print(f"{count:9,} passages, whole search: {apart(search_all, whole)}", flush=True)


if __name__ == "__main__":
    main()
