"""`tutor corpus new`: an entry with every field to fill."""

import pytest

from tutor.entry import WORDING_KINDS
from tutor.errors import InputError
from tutor.lint import lint, read_corpus
from tutor.template import write_template


def test_the_template_holds_every_field(tmp_path):
    page, beside = write_template("inference", "new-thing", tmp_path)
    page.write_text(page.read_text(encoding="utf-8").replace("## 简答", "## 简答\n\nx").replace("## 详解", "## 详解\n\nx")
                    .replace("## Short answer", "## Short answer\n\nx").replace("## Full answer", "## Full answer\n\nx"), encoding="utf-8")  # fmt: skip
    ((_, entry),), findings = read_corpus([page])
    assert findings == []
    assert entry.id == "new-thing"
    assert sum(point.weight for point in entry.rubric) == 100
    assert len([wording for wording in entry.wordings if wording.kind != "other"]) == sum(WORDING_KINDS.values())
    assert beside.is_file()


def test_an_empty_template_is_found_by_the_lint(tmp_path):
    page, _ = write_template("inference", "new-thing", tmp_path)
    assert read_corpus([page])[1] != [] or lint(read_corpus([page])[0]) != []


@pytest.mark.parametrize(("topic", "name"), [("inference", "Bad Name"), ("../x", "y"), ("inference", "")])
def test_a_name_that_is_no_id_is_refused(tmp_path, topic, name):
    with pytest.raises(InputError, match="hyphens"):
        write_template(topic, name, tmp_path)


def test_an_id_is_given_once(tmp_path):
    write_template("inference", "thing", tmp_path)
    with pytest.raises(InputError, match="already"):
        write_template("systems", "thing", tmp_path)
