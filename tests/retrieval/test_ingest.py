"""What changed is read, the rest is kept, what vanished is dropped; every order of runs ends in the same index."""

import json
import shutil

import numpy as np
import pytest

from tests.models import needs_local, tiny_sentence_transformer
from tests.support import NOTES
from tutor.errors import InputError, StoreError
from tutor.reading import sources
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.search import search
from tutor.retrieval.store import open_index

EMBEDDER = load_embedder("builtin")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def _write(path, *pairs):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"## {question}\n\n{answer}\n\n" for question, answer in pairs), encoding="utf-8")


def _run(folder, *paths, **options):
    """An ingest with a bank of two entries: the shipped one takes a second to read."""
    return ingest(paths, folder, options.pop("embedder", EMBEDDER), **{"corpus": NOTES, **options})


def _counts(summary):
    return (summary.sources, summary.read, summary.unchanged, summary.dropped, summary.entries)


def _questions(folder):
    index = open_index(folder)
    found = sorted({entry.question.zh or entry.question.en for number in np.unique(index.groups) for entry in [index.entry(int(number))]})
    index.close()
    return found


def _state(folder):
    """Everything a search sees, independent of the generation's name."""
    index = open_index(folder)
    state = (
        [entry.to_dict() for entry in index.raw_entries()],
        [index.passage(number) for number in range(len(index.passage_entry))],
        index.groups.tolist(),
        index.passage_entry.tolist(),
        index.passage_view.tolist(),
        index.vectors.vectors(),
        index.by_entry.scores({"注意": 1.0, "attention": 1.0, "微调": 1.0, "decoding": 1.0}),
        [(record.key, record.digest, record.entries) for record in index.sources],
    )
    index.close()
    return state


def _assert_same(first, second):
    for one, other in zip(_state(first), _state(second), strict=True):
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def test_summary_of_a_first_run(folder, notes):
    summary = _run(folder, notes)
    assert _counts(summary) == (6, 6, 0, 0, 20)
    assert (summary.answered, summary.unanswered, summary.merged, summary.skipped) == (17, 3, 0, [])
    assert summary.passages > summary.entries


def test_a_second_run_reads_nothing_and_writes_nothing(folder, notes):
    first = _run(folder, notes)
    before = (folder / "manifest.json").read_bytes()
    second = _run(folder, notes)
    assert _counts(second) == (6, 0, 6, 0, 20)
    assert (second.answered, second.unanswered, second.passages) == (first.answered, first.unanswered, first.passages)
    assert (folder / "manifest.json").read_bytes() == before


def test_a_changed_file_is_read_again(folder, notes):
    _run(folder, notes)
    text = (notes / "tuning.md").read_text(encoding="utf-8")
    (notes / "tuning.md").write_text(text + "\n**Q6:指令数据要多少条?**\n\n几千条高质量的数据往往够用。\n", encoding="utf-8")
    assert _counts(_run(folder, notes)) == (6, 1, 5, 0, 21)
    assert "指令数据要多少条?" in _questions(folder)


def test_a_touched_but_equal_file_is_not_read_again(folder, notes):
    _run(folder, notes)
    (notes / "tuning.md").touch()
    assert _counts(_run(folder, notes)) == (6, 0, 6, 0, 20)


def test_a_changed_data_file_of_a_curated_entry_is_a_change(folder, notes):
    _run(folder, notes)
    path = notes / "decoding" / "speculative-decoding.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["bank"]["reworded"].append("起草模型会不会拖累大模型的回答?")
    path.write_text(json.dumps(data), encoding="utf-8")
    assert _counts(_run(folder, notes)) == (6, 1, 5, 0, 20)
    index = open_index(folder)
    assert search(index, EMBEDDER, "起草模型会不会拖累大模型的回答?").hits[0].entry.id == "speculative-decoding"
    index.close()


def test_a_vanished_file_is_dropped(folder, notes):
    _run(folder, notes)
    (notes / "serving.txt").unlink()
    assert _counts(_run(folder, notes)) == (5, 0, 5, 1, 15)
    assert not any("paged" in question for question in _questions(folder))


def test_a_vanished_file_named_outright_is_dropped(folder, notes):
    _run(folder, notes / "serving.txt", notes / "tuning.md")
    (notes / "serving.txt").unlink()
    assert _counts(_run(folder, notes / "serving.txt")) == (0, 0, 0, 1, 5)


def test_a_vanished_folder_is_dropped(folder, notes):
    _run(folder, notes, notes / "decoding")
    shutil.rmtree(notes / "decoding")
    summary = _run(folder, notes / "decoding")
    assert (summary.dropped, summary.entries) == (2, 18)


def test_the_last_source_may_vanish(folder, notes):
    _run(folder, notes / "serving.txt")
    (notes / "serving.txt").unlink()
    assert _counts(_run(folder, notes / "serving.txt")) == (0, 0, 0, 1, 0)
    index = open_index(folder, EMBEDDER.identity)
    assert search(index, EMBEDDER, "anything").hits == ()
    index.close()
    assert _run(folder, notes / "tuning.md").entries == 5


def test_runs_over_different_paths_add_up(folder, notes):
    assert _run(folder, notes / "serving.txt").entries == 5
    assert _counts(_run(folder, notes / "tuning.md")) == (1, 1, 0, 0, 10)
    assert _run(folder, notes / "decoding").entries == 12
    assert _run(folder, notes).entries == 20


def test_a_fresh_run_forgets_other_paths(folder, notes):
    _run(folder, notes)
    assert _counts(_run(folder, notes / "tuning.md", fresh=True)) == (1, 1, 0, 0, 5)


def test_a_folder_whose_name_begins_like_another_is_another(folder, tmp_path):
    _write(tmp_path / "notes" / "a.md", ("What is A?", "A."))
    _write(tmp_path / "notes-old" / "b.md", ("What is B?", "B."))
    _run(folder, tmp_path / "notes", tmp_path / "notes-old")
    assert _run(folder, tmp_path / "notes").dropped == 0
    assert _questions(folder) == ["What is A?", "What is B?"]


def _edit(notes):
    text = (notes / "tuning.md").read_text(encoding="utf-8")
    (notes / "tuning.md").write_text(text.replace("**Q1:", "**Q0:插件化微调是什么意思?**\n\n只存增量权重。\n\n**Q1:"), encoding="utf-8")
    (notes / "serving.txt").unlink()
    _write(
        notes / "aaa.md",
        ("什么是检查点平均?", "把最后几个检查点的权重取平均。"),
        ("How is attention masked?", "With minus infinity before the softmax."),
    )


def test_an_incremental_index_equals_a_fresh_one(folder, notes, tmp_path):
    _run(folder, notes)
    _edit(notes)
    _run(folder, notes)
    _run(tmp_path / "fresh", notes)
    _assert_same(folder, tmp_path / "fresh")


def test_the_order_of_runs_does_not_matter(folder, notes, tmp_path):
    files = sorted(path for path in notes.rglob("*") if path.suffix in (".md", ".txt", ".jsonl"))
    for file in reversed(files):
        _run(folder, file)
    _run(tmp_path / "at-once", notes)
    _assert_same(folder, tmp_path / "at-once")


@needs_local
def test_an_incremental_index_of_a_model_equals_a_fresh_one(folder, notes, tmp_path):
    embedder = load_embedder(str(tiny_sentence_transformer(tmp_path / "model")))
    _run(folder, notes, embedder=embedder)
    _edit(notes)
    _run(folder, notes, embedder=embedder)
    _run(tmp_path / "fresh", notes, embedder=embedder)
    assert open_index(folder).vectors.vectors() == pytest.approx(open_index(tmp_path / "fresh").vectors.vectors(), abs=1e-5)
    with pytest.raises(StoreError, match="made with embedder"):
        _run(folder, notes)


# Duplicates


def test_the_same_entry_of_two_sources_is_merged_and_both_sources_are_kept(folder, tmp_path):
    answer = "它把键和值按块存放,用一张表从逻辑块指到物理块,按需分配,前缀相同的序列共享块。"
    _write(tmp_path / "a" / "one.md", ("什么是分页注意力?", answer), ("什么是前缀缓存?", "复用相同前缀的键值。"))
    _write(tmp_path / "b" / "two.md", ("什么是 分页注意力", answer.replace("按需分配", "按需要分配")))
    summary = _run(folder, tmp_path / "a", tmp_path / "b")
    assert (summary.entries, summary.merged) == (2, 1)
    index = open_index(folder)
    hits = search(index, EMBEDDER, "分页注意力").hits
    assert len([hit for hit in hits if "分页" in hit.entry.question.zh]) == 1
    assert {source.path.rsplit("/", 1)[-1] for source in hits[0].entry.sources} == {"one.md", "two.md"}
    index.close()


def test_the_same_question_with_another_answer_stays_apart(folder, tmp_path):
    _write(tmp_path / "a.md", ("如何选择学习率?", "先做学习率范围测试,再取拐点前的值。"))
    _write(tmp_path / "b.md", ("如何选择学习率?", "照搬相近规模模型论文里的数字,按批大小缩放。"))
    summary = _run(folder, tmp_path)
    assert (summary.entries, summary.merged) == (2, 0)


def test_an_unanswered_question_joins_its_answer(folder, tmp_path):
    _write(tmp_path / "a.md", ("什么是预热?", ""), ("什么是冷却?", "学习率最后降到零。"))
    _write(tmp_path / "b.md", ("什么是预热?", "学习率先从零升到最大。"))
    summary = _run(folder, tmp_path)
    assert (summary.entries, summary.unanswered, summary.merged) == (2, 0, 1)


def test_merging_does_not_depend_on_the_order_of_runs(folder, tmp_path):
    _write(tmp_path / "a.md", ("什么是预热?", ""), ("什么是冷却?", "学习率最后降到零。"))
    _write(tmp_path / "b.md", ("什么是预热?", "学习率先从零升到最大。"))
    _run(folder, tmp_path / "b.md")
    _run(folder, tmp_path / "a.md")
    _run(tmp_path / "other", tmp_path)
    _assert_same(folder, tmp_path / "other")


def test_ids_stay_unique_when_the_same_file_is_read_under_two_names(folder, tmp_path):
    _write(tmp_path / "a" / "same.md", ("What is X?", "One thing, told at length here."), ("What is Y?", "Y."))
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    _run(folder, tmp_path / "a", tmp_path / "b")
    _run(folder, tmp_path / "b")
    ids = [entry.id for entry in open_index(folder).raw_entries()]
    assert len(ids) == 4
    assert len(set(ids)) == 4


# What cannot be read


def test_bad_files_are_named_and_the_rest_goes_on(folder, tmp_path):
    good = tmp_path / "good.md"
    _write(good, ("What is good?", "This."))
    (tmp_path / "empty.md").touch()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "broken.json").write_text("[{", encoding="utf-8")
    (tmp_path / "prose.txt").write_text("No question in here.", encoding="utf-8")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "bad.docx").write_bytes(b"PK nothing")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(2 * 2**20)
    summary = _run(folder, tmp_path, max_mb=1)
    assert summary.entries == 1
    reasons = {skipped.source.rsplit("/", 1)[-1]: skipped.reason for skipped in summary.skipped}
    wanted = {
        "empty.md": "empty", "binary.txt": "binary", "broken.json": "JSON", "prose.txt": "no questions",
        "scan.pdf": "PDF", "bad.docx": "Word", "huge.txt": "limit of 1 MB",
    }  # fmt: skip
    assert reasons.keys() == wanted.keys()
    assert all(wanted[name] in reason for name, reason in reasons.items()), reasons


def test_a_file_that_became_unreadable_keeps_its_entries_and_is_named(folder, notes):
    _run(folder, notes)
    (notes / "evaluation.jsonl").write_bytes(b"\x00\x01\x02" * 500)
    summary = _run(folder, notes)
    assert summary.entries == 20
    assert [skipped.source.rsplit("/", 1)[-1] for skipped in summary.skipped] == ["evaluation.jsonl"]


def test_nothing_readable_at_all_is_an_error_and_leaves_no_index(folder, tmp_path):
    (tmp_path / "a.md").touch()
    with pytest.raises(InputError, match=r"no questions found in .*empty"):
        _run(folder, tmp_path / "a.md")
    assert not (folder / "manifest.json").exists()


def test_nothing_readable_leaves_an_old_index_as_it_is(folder, notes, tmp_path):
    _run(folder, notes)
    before = (folder / "manifest.json").read_bytes()
    (tmp_path / "a.md").touch()
    assert len(_run(folder, tmp_path / "a.md").skipped) == 1
    with pytest.raises(InputError, match="no such file"):
        _run(folder, tmp_path / "nowhere")
    assert (folder / "manifest.json").read_bytes() == before


def test_an_entry_longer_than_any_passage_is_indexed_whole(folder, tmp_path):
    _write(
        tmp_path / "a.md",
        ("What is long?", "\n\n".join(f"Paragraph {n} speaks of subject{n}. " * 20 for n in range(200))),
        ("What is short?", "x"),
    )
    _run(folder, tmp_path)
    index = open_index(folder)
    hit = search(index, EMBEDDER, "subject173").hits[0]
    assert "subject173" in hit.passage
    assert len(hit.passage) < 1500
    index.close()


# The shipped bank


def _corpus(folder, notes, *names):
    folder.mkdir()
    (folder / "glossary.yaml").write_text(
        '- {en: "sampling temperature", zh: ["采样温度"], abbr: ["temp"], misspelled: ["temprature"], meaning: {zh: "x", en: "x"}}\n',
        encoding="utf-8",
    )
    for name in names:
        (folder / "decoding").mkdir(exist_ok=True)
        for file in (notes / "decoding").glob(f"{name}.*"):
            shutil.copy(file, folder / "decoding")
    return folder


def test_a_note_that_asks_what_a_curated_entry_asks_is_found_by_its_wordings(folder, notes, tmp_path):
    corpus = _corpus(tmp_path / "corpus", notes, "speculative-decoding")
    _write(tmp_path / "mine.md", ("投机解码为什么不改变输出分布?", "因为拒绝采样。"), ("别的问题是什么?", "别的。"))
    _run(folder, tmp_path / "mine.md", corpus=corpus)
    index = open_index(folder)
    assert [entry.linked for entry in index.raw_entries()] == ["speculative-decoding", ""]
    hit = search(index, EMBEDDER, "Does a draft model change what the large model would have said?").hits[0]
    assert hit.entry.answer.zh == "因为拒绝采样。"
    assert hit.view != "linked"
    index.close()


def test_another_bank_links_anew(folder, notes, tmp_path):
    first = _corpus(tmp_path / "first", notes, "speculative-decoding")
    second = _corpus(tmp_path / "second", notes, "sampling-temperature")
    _write(tmp_path / "mine.md", ("投机解码为什么不改变输出分布?", "因为拒绝采样。"), ("采样温度 temperature 起什么作用?", "除 logits。"))
    _run(folder, tmp_path / "mine.md", corpus=first)
    assert [entry.linked for entry in open_index(folder).raw_entries()] == ["speculative-decoding", ""]
    _run(folder, tmp_path / "mine.md", corpus=second)
    assert [entry.linked for entry in open_index(folder).raw_entries()] == ["", "sampling-temperature"]
    _run(tmp_path / "fresh", tmp_path / "mine.md", corpus=second)
    _assert_same(folder, tmp_path / "fresh")


def test_ingest_reads_every_kind_of_file():
    """A new suffix in the reader table is a suffix that folders are searched for, and the other way round."""
    from tutor.reading.files import SUFFIXES, TEXT_SUFFIXES

    assert TEXT_SUFFIXES | sources._CONVERTERS.keys() | sources._TABLES.keys() == SUFFIXES
