"""Train the built-in embedder's table on a corpus: `python scripts/train_embedder.py [--corpus DIR] [--out DIR]`.

Needs torch (extra `local`); a few minutes on two cores, seeded. Contrastive (InfoNCE, in-batch negatives): two texts of the same
entry attract each other, texts of other entries repel. Pairs are question or wording with another wording, with a part or a
sentence of the answer, or with a phrasing that earns a key point; and a concept's names in the glossary with each other.
Features are dropped at random, so that no single word carries a text. Evaluation with held-out wordings: scripts/calibrate.py.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tutor.entry import Entry
from tutor.lint import read_corpus
from tutor.retrieval.glossary import read_glossary
from tutor.retrieval.learned import SHIPPED, features, save
from tutor.retrieval.passages import answer_parts
from tutor.retrieval.sentence_module import describe
from tutor.settings import corpus_folder
from tutor.text import sentences

ROWS, DIMENSIONS = 32768, 256
BATCH, TEMPERATURE, RATE = 160, 0.06, 5e-3
DROPPED = 0.15

Feats = list[int]


class Texts:
    """The texts of one entry as feature lists: ways of asking, parts of the answer, right phrasings."""

    def __init__(self, entry: Entry) -> None:
        answers = [*entry.short.both(), *entry.answer.both()]
        parts = [part for answer in answers for part in answer_parts(answer)]
        lines = [line for answer in answers for line in sentences(answer) if len(line) > 15]
        self.asked = _features([*entry.question.both(), *(wording.text for wording in entry.wordings)])
        self.answered = _features([*parts, *lines])
        self.claimed = _features([text for point in entry.rubric for text in point.right])

    def pair(self, rng: random.Random) -> tuple[Feats, Feats]:
        """A way of asking and another text of the entry."""
        chance = rng.random()
        others = self.asked if chance < 0.55 else self.answered if chance < 0.85 or not self.claimed else self.claimed
        return rng.choice(self.asked), rng.choice(others)


def _features(texts: list[str]) -> list[Feats]:
    return [found for text in texts if (found := features(text, ROWS))]


def train(corpus: Path, steps: int, seed: int) -> np.ndarray:
    """The trained table, (ROWS, DIMENSIONS) float32."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    entries = [Texts(entry) for _, entry in read_corpus([corpus])[0]]
    names = [(form, other) for form, others in read_glossary(corpus / "glossary.yaml").items() for other in others]
    table, weight = nn.Embedding(ROWS, DIMENSIONS, sparse=True), nn.Embedding(ROWS, 1, sparse=True)
    nn.init.normal_(table.weight, std=0.05)
    nn.init.zeros_(weight.weight)
    optimizer = torch.optim.SparseAdam([table.weight, weight.weight], lr=RATE)

    def encode(batch: list[Feats]) -> torch.Tensor:
        kept = [[row for row in found if rng.random() > DROPPED] or found for found in batch]
        rows = torch.tensor([row for found in kept for row in found])
        owner = torch.repeat_interleave(torch.arange(len(kept)), torch.tensor([len(found) for found in kept]))
        summed = torch.zeros(len(kept), DIMENSIONS).index_add(0, owner, table(rows) * weight(rows).exp())
        return nn.functional.normalize(summed, dim=1)

    start = time.perf_counter()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / steps)
        pairs = [texts.pair(rng) for texts in rng.sample(entries, min(BATCH, len(entries)))]
        for form, other in rng.sample(names, min(BATCH // 8, len(names))):
            pairs.append((features(form, ROWS), features(other, ROWS)))
        pairs = [(a, b) for a, b in pairs if a and b]
        similar = encode([a for a, _ in pairs]) @ encode([b for _, b in pairs]).T / TEMPERATURE
        target = torch.arange(len(pairs))
        loss = (nn.functional.cross_entropy(similar, target) + nn.functional.cross_entropy(similar.T, target)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 250 == 0 or step + 1 == steps:
            print(f"step {step}  loss {loss.item():.3f}  {time.perf_counter() - start:.0f} s", flush=True)
    learned = (table.weight * weight.weight.exp()).detach().numpy()
    assert np.isfinite(learned).all(), "training diverged"
    return learned


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=corpus_folder())
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    save(options.out, train(options.corpus, options.steps, options.seed))
    describe(options.out)


if __name__ == "__main__":
    main()
