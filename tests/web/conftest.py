"""A small index of a messy, partly hostile notebook, built once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.study import ingest, studying
from tutor.settings import Settings
from tutor.tutor import Tutor
from tutor.web.current import CurrentTutor

NOTES = """# Notes

## What does a KV cache store?

The keys and values of all earlier tokens, so each step computes only those of the new token. Memory grows with $2 L n_{kv} d$ per token.

| model | bytes per token |
| --- | --- |
| small | 1024 |

```python
cache = {"k": [], "v": []}  # costs $0
```

## What are the drawbacks of a KV cache?

It takes memory that grows with the length of the text and the batch; the token <s> is stored as well.

## What is speculative decoding?

## 什么是旋转位置编码?

旋转位置编码把查询和键按位置旋转,内积只依赖相对位置 $m-n$。
"""

HOSTILE = """# Hostile

## What is the zebra attack?

The zebra attack <script>window.hacked = 1</script> hides here. <img src=x onerror="window.hacked = 2">
[click](javascript:window.hacked=3) [entity](java&#115;cript:window.hacked=4) ![pixel](https://evil.example/p.png)
<iframe src="https://evil.example/"></iframe> $<img src=x onerror=window.hacked=5>$ </details><style>body{display:none}</style>

```mermaid
graph TD; A["<img src=x onerror=window.hacked=6>"] --> B
```

## Where do zebras hide <img src=x onerror=window.hacked=7>?

Zebras hide in </summary></details><script>window.hacked = 8</script> the grass.
"""


def build(folder: Path) -> Settings:
    """An index of the notebook in `folder`."""
    notes = folder / "notes"
    notes.mkdir()
    (notes / "serving.md").write_text(NOTES, encoding="utf-8")
    (notes / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    settings = Settings(index=folder / "index", db=str(folder / "learners.db"))
    Tutor.ingest([notes], settings)
    return settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index that tests only read."""
    return build(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def tutor(settings: Settings) -> Tutor:
    return Tutor.open(settings=settings)


@pytest.fixture
def current(tmp_path: Path) -> Iterator[CurrentTutor]:
    """A tutor over an index of its own, to add documents to."""
    current = CurrentTutor(build(tmp_path))
    yield current
    current.get().close()


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index of a few curated entries."""
    return ingest(tmp_path_factory.mktemp("few"))


@pytest.fixture
def study(few: Settings, tmp_path: Path) -> Iterator[CurrentTutor]:
    """A tutor over a few curated entries that grades word for word, and an empty database."""
    with studying(replace(few, db=str(tmp_path / "learners.db"))) as current:
        yield current
