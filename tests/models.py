"""Tiny models with random weights, built in the test: the real loading code without a download."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

LOCAL_PACKAGES = ("torch", "transformers", "sentence_transformers")
_missing = [name for name in LOCAL_PACKAGES if importlib.util.find_spec(name) is None]

#: Skips where the extra `local` is not installed; in CI that is a failure, not a skip.
needs_local = pytest.mark.skipif(
    bool(_missing) and os.environ.get("CI") != "true", reason=f"the extra `local` is not installed: {', '.join(_missing)}"
)

_CORPUS = [
    "Answer the question using only the numbered passages below [1] [2].",
    "What is the KV cache? It stores keys and values of earlier tokens.",
    "什么是注意力?查询与键的点积经过 softmax 给值加权。",
    "投机解码为什么不改变输出分布?",
]
CHAT_TEMPLATE = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"


def _tokenizer(folder: Path, **extra: str):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "</s>"]
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(_CORPUS, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        eos_token="</s>",
        model_max_length=8192,
    )
    if extra.get("chat_template"):
        fast.chat_template = extra["chat_template"]
    fast.save_pretrained(folder)
    return fast


def tiny_cross_encoder(folder: Path, scores: int = 1) -> Path:
    """A BERT of one layer with a classification head, as a CrossEncoder folder."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    tokenizer = _tokenizer(folder)
    tokenizer.model_max_length = 128
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        initializer_range=0.5,
        num_labels=scores,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def tiny_sentence_transformer(folder: Path, hidden: int = 32) -> Path:
    """A sentence-transformers folder: a BERT of one layer with mean pooling."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel

    bert, whole = folder / "bert", folder / "tiny-embedder"
    torch.manual_seed(0)
    tokenizer = _tokenizer(bert)
    tokenizer.model_max_length = 128
    tokenizer.save_pretrained(bert)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(bert)
    SentenceTransformer(modules=[Transformer(str(bert), max_seq_length=128), Pooling(hidden)], device="cpu").save(str(whole))
    return whole


def tiny_chat_model(folder: Path, *, chat_template: str = CHAT_TEMPLATE) -> Path:
    """A Llama of one layer that babbles, with a chat template."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    tokenizer = _tokenizer(folder, chat_template=chat_template)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
