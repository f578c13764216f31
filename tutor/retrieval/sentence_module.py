"""The built-in embedder as a sentence-transformers module: its folder opens as a `SentenceTransformer` and gives the same vectors.

    SentenceTransformer("tutor/data/embedder", trust_remote_code=True)

sentence-transformers 6 asks for the flag wherever a folder names a class that is not its own, also one of an installed package;
version 5 needs no flag. Our own search never comes here: learned.py does the same without torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import normalize

from tutor.retrieval.learned import TABLE, features

try:
    from sentence_transformers.base.modules import InputModule
except ImportError:  # sentence-transformers 5.0
    from sentence_transformers.models import InputModule

#: What makes a folder with a table one of sentence-transformers.
_DESCRIPTION: dict[str, Any] = {
    "modules.json": [{"idx": 0, "name": "0", "path": "", "type": "tutor.retrieval.sentence_module.SentenceModule"}],
    "config_sentence_transformers.json": {
        "model_type": "SentenceTransformer",
        "prompts": {},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    },
}


def describe(folder: Path) -> None:
    """Write the files by which sentence-transformers knows the table in `folder`."""
    for name, content in _DESCRIPTION.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


class SentenceModule(InputModule):  # type: ignore[misc,unused-ignore]
    """Texts to features, features to table rows, rows to their unit sum, as `LearnedEmbedder.encode` does."""

    save_in_root = True
    modalities = ("text",)
    max_seq_length = None
    tokenizer = None

    def __init__(self, rows: torch.Tensor, scales: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("rows", rows)
        self.register_buffer("scales", scales)

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **options: Any) -> dict[str, torch.Tensor]:
        """The table rows of all texts in a line, and for each row the text it belongs to."""
        found = [features((prompt or "") + text, len(self.rows)) for text in inputs]
        counts = torch.tensor([len(each) for each in found], dtype=torch.long)
        return {
            "input_ids": torch.tensor([row for each in found for row in each], dtype=torch.long),
            "owners": torch.repeat_interleave(torch.arange(len(found)), counts),
            "counts": counts,
        }

    def tokenize(self, texts: Sequence[str], **options: Any) -> dict[str, torch.Tensor]:
        """`preprocess` under the name that sentence-transformers 5 calls."""
        return self.preprocess(texts)

    def forward(self, features: dict[str, torch.Tensor], **options: Any) -> dict[str, torch.Tensor]:
        rows = features["input_ids"]
        vectors = self.scales[rows][:, None] * self.rows[rows].to(self.scales.dtype)
        summed = torch.zeros(len(features["counts"]), self.rows.shape[1], dtype=vectors.dtype, device=vectors.device)
        features["sentence_embedding"] = normalize(summed.index_add(0, features["owners"], vectors), dim=1)
        return features

    def get_embedding_dimension(self) -> int:
        """How long a vector is."""
        return int(self.rows.shape[1])

    #: Its name in sentence-transformers 5.
    get_sentence_embedding_dimension = get_embedding_dimension

    def save(self, output_path: str, *arguments: Any, **options: Any) -> None:
        """Write the table."""
        save_file(self.state_dict(), str(Path(output_path) / TABLE))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **options: Any) -> SentenceModule:
        """The module of a folder, or of a model on the hub."""
        where = {name: options[name] for name in ("token", "cache_folder", "revision", "local_files_only") if name in options}
        return cls(**load_file(cls.load_file_path(model_name_or_path, filename=TABLE, subfolder=subfolder, **where)))
