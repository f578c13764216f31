"""Questions by hands that did not see the query bank find their curated entries (dev half; `tutor eval retrieval` has the figures)."""

import pytest

from tutor.evaluate.queries import in_scope
from tutor.settings import Settings
from tutor.tutor import Tutor


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    settings = Settings(index=tmp_path_factory.mktemp("queries"))
    Tutor.ingest((), settings)
    return Tutor.open(settings=settings)


def test_queries_are_well_formed():
    queries = in_scope()
    assert len(queries) >= 960
    assert len({query.text for query in queries}) == len(queries)
    assert len(in_scope("dev")) == len(in_scope("test"))


def test_they_are_found_and_not_refused(shipped):
    found = refused = 0
    queries = in_scope("dev")
    for query in queries:
        hits = shipped.search(query.text, 5)
        found += query.entry in {hit.entry.id for hit in hits.hits}
        refused += not hits.in_scope
    assert found >= 0.95 * len(queries)
    assert refused <= 0.03 * len(queries)
