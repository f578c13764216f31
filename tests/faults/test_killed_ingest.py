"""kill -9, Ctrl-C and a full disk in the middle of an ingest: the old index or the new one, never half of one."""

import shutil
import signal
import sys
import time

import pytest

from tests.support import NOTES
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.search import search
from tutor.retrieval.store import open_index, verify

EMBEDDER = load_embedder("builtin")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

#: Runs an ingest that sends itself a signal when it does something for the nth time: an audit event whose arguments hold a text.
SCRIPT = """
import os, sys
from pathlib import Path
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest

number, event, text, times, source, folder, corpus = sys.argv[1:]
left = int(times)

def hook(name, arguments):
    global left
    if name == event and text in str(arguments[:2]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), int(number))

sys.addaudithook(hook)
ingest([Path(source)], Path(folder), load_embedder("builtin"), corpus=Path(corpus))
"""

MOMENTS = {
    "a source is being read": ("open", "tuning.md", 1, "old"),
    "the new folder is made": ("os.mkdir", "generation-", 1, "old"),
    "the first file is begun": ("open", "entries.jsonl", 2, "old"),
    "the first file is written": ("open", "passages.jsonl", 2, "old"),
    "the arrays are being written": ("open", "forward_terms.npy", 1, "old"),
    "the vectors are begun": ("open", "vectors.faiss", 3, "old"),
    "checksums are being taken": ("open", "entries.npy", 4, "old"),
    "the manifest is begun": ("open", "manifest.json.new", 1, "old"),
    "before the rename": ("os.rename", "manifest.json.new", 1, "old"),
    "after the rename, while clearing away": ("shutil.rmtree", "generation-", 1, "new"),
}


@pytest.fixture
def old_index(tmp_path):
    """An index of three generations of life: 20 entries, and an older folder to be cleared away."""
    folder = tmp_path / "index"
    for _ in range(2):
        ingest([NOTES], folder, EMBEDDER, corpus=NOTES, fresh=True)
    return folder


@pytest.fixture
def more_notes(notes):
    """The notes with one more entry and one file less."""
    with (notes / "tuning.md").open("a", encoding="utf-8") as file:
        file.write("\n**Q6:什么是权重合并?**\n\n把增量加回主干。\n")
    return notes


def _assert_whole(folder, entries):
    verify(folder)
    index = open_index(folder, EMBEDDER.identity)
    assert len(index) == entries
    assert len(index.raw_entries()) == entries
    assert search(index, EMBEDDER, "旋转位置编码").hits[0].entry.question.zh == "什么是旋转位置编码 RoPE?"
    index.close()


@pytest.mark.parametrize(("event", "text", "times", "left"), MOMENTS.values(), ids=MOMENTS.keys())
def test_kill_9(cli, old_index, more_notes, event, text, times, left):
    arguments = (event, text, times, more_notes, old_index, NOTES)
    killed = cli.python(SCRIPT, int(signal.SIGKILL), *arguments, code=None)
    assert killed.code == -signal.SIGKILL, "the moment did not come: has the way an index is written changed?"
    # The old index knows NOTES (20 entries); the ingest that was killed adds the changed copy of it (21 more, of which 20 merge).
    _assert_whole(old_index, 20 if left == "old" else 41)
    summary = ingest([more_notes], old_index, EMBEDDER, corpus=NOTES)
    assert summary.entries == 21
    _assert_whole(old_index, 41)
    ingest([more_notes], old_index, EMBEDDER, corpus=NOTES, fresh=True)
    assert len(list(old_index.glob("generation-*"))) == 2, "what the killed build left is cleared away by the next"


@pytest.mark.parametrize("delay", [0.3, 0.7, 1.0, 1.3])
def test_kill_9_at_any_time(cli, old_index, more_notes, delay):
    for number in range(40):
        shutil.copy(more_notes / "tuning.md", more_notes / f"copy{number}.md")
    process = cli.start("ingest", more_notes, "--index", old_index)
    time.sleep(delay)
    process.kill()
    process.communicate()
    verify(old_index)
    assert len(open_index(old_index, EMBEDDER.identity)) in (20, 20 + 21 + 40 * 6)
    assert ingest([more_notes], old_index, EMBEDDER, corpus=NOTES).sources == 46


def test_kill_9_during_the_very_first_ingest(cli, tmp_path):
    killed = cli.python(SCRIPT, int(signal.SIGKILL), "os.rename", "manifest", 1, NOTES, tmp_path / "index", NOTES, code=None)
    assert killed.code == -signal.SIGKILL
    cli("search", "LoRA", "--index", tmp_path / "index").assert_failed(1, "no index here yet", "tutor ingest")
    assert ingest([NOTES], tmp_path / "index", EMBEDDER, corpus=NOTES).entries == 20


AS_COMMAND = (
    "import sys, runpy; code, sys.argv = sys.argv[1], ['tutor', *sys.argv[2:]]; exec(code); runpy.run_module('tutor', run_name='__main__')"
)


def test_ctrl_c(cli, old_index, more_notes):
    hook = (
        "import os, signal\n"
        "sent = []\n"
        "def hook(name, arguments):\n"
        "    if name == 'open' and 'passages.jsonl' in str(arguments[0]) and 'w' in str(arguments[1]) and not sent:\n"
        "        sent.append(1); os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(hook)"
    )
    stopped = cli.python(AS_COMMAND, hook, "ingest", more_notes, "--index", old_index, code=130)
    assert "Traceback" not in stopped.err
    _assert_whole(old_index, 20)


def test_a_full_disk(cli, old_index, more_notes):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))"
    full = cli.python(AS_COMMAND, limit, "ingest", more_notes, "--index", old_index, code=None)
    full.assert_failed(1, "could not be written", "the old one stays", "free space")
    _assert_whole(old_index, 20)
    assert ingest([more_notes], old_index, EMBEDDER, corpus=NOTES).entries == 21
