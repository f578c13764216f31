"""Topics and roles as data: what the corpus' topics are called, what job advertisements call them, and what each role asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.entry import Text


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its name, and words by which job descriptions and resumes mean it."""

    name: Text
    words: tuple[str, ...]


TOPICS: Mapping[str, Topic] = {
    "agents": Topic(
        Text("智能体", "agents"),
        ("agent", "agents", "智能体", "工具调用", "tool calling", "function calling", "mcp", "多智能体", "multi-agent", "text-to-sql"),
    ),
    "alignment": Topic(
        Text("对齐", "alignment"),
        ("alignment", "对齐", "rlhf", "dpo", "ppo", "grpo", "奖励模型", "reward model", "偏好优化", "强化学习", "reinforcement learning"),
    ),
    "coding": Topic(
        Text("手写代码", "coding"),
        ("手写代码", "编码能力", "代码能力", "coding skills", "coding interview", "算法题", "pytorch", "leetcode"),
    ),
    "embeddings": Topic(
        Text("向量与检索表示", "embeddings"),
        ("embedding", "embeddings", "向量模型", "词向量", "word2vec", "对比学习", "contrastive learning", "语义匹配", "semantic search"),
    ),
    "evaluation": Topic(
        Text("评测", "evaluation"),
        ("evaluation", "评测", "评估", "benchmark", "benchmarks", "llm-as-a-judge", "幻觉", "hallucination", "指标体系"),
    ),
    "finetuning": Topic(
        Text("微调", "fine-tuning"),
        (
            "fine-tuning",
            "finetuning",
            "fine-tune",
            "微调",
            "sft",
            "指令微调",
            "instruction tuning",
            "蒸馏",
            "distillation",
            "后训练",
            "post-training",
        ),
    ),
    "foundations": Topic(
        Text("机器学习与 NLP 基础", "foundations"),
        (
            "机器学习",
            "machine learning",
            "深度学习",
            "deep learning",
            "nlp",
            "自然语言处理",
            "bert",
            "优化器",
            "optimizer",
            "统计学",
            "statistics",
        ),
    ),
    "inference": Topic(
        Text("推理与部署", "inference"),
        (
            "inference",
            "推理优化",
            "推理加速",
            "推理引擎",
            "vllm",
            "tensorrt",
            "tensorrt-llm",
            "sglang",
            "kv cache",
            "量化",
            "quantization",
            "serving",
            "部署",
            "投机解码",
            "speculative decoding",
            "低延迟",
            "latency",
            "throughput",
            "吞吐",
        ),
    ),
    "langchain": Topic(
        Text("LangChain 与应用框架", "LangChain and frameworks"), ("langchain", "langgraph", "llamaindex", "应用框架", "dify", "lcel")
    ),
    "models": Topic(
        Text("主流模型", "model families"),
        ("llama", "qwen", "deepseek", "chatglm", "mistral", "mixtral", "moe", "开源模型", "open-source models", "mixture of experts"),
    ),
    "multimodal": Topic(
        Text("多模态", "multimodal"),
        ("multimodal", "multi-modal", "多模态", "vlm", "clip", "llava", "视觉语言", "vision-language", "文生图"),
    ),
    "peft": Topic(
        Text("参数高效微调", "parameter-efficient tuning"),
        ("peft", "lora", "qlora", "adapter", "参数高效微调", "prefix tuning", "p-tuning"),
    ),
    "position": Topic(
        Text("位置编码与长上下文", "positions and long context"),
        ("rope", "alibi", "位置编码", "positional encoding", "长上下文", "长文本", "long context", "long-context", "外推"),
    ),
    "pretraining": Topic(
        Text("预训练", "pretraining"),
        (
            "pretraining",
            "pre-training",
            "预训练",
            "scaling law",
            "scaling laws",
            "数据清洗",
            "数据配比",
            "语料",
            "data curation",
            "继续预训练",
        ),
    ),
    "prompting": Topic(
        Text("提示工程", "prompting"),
        ("prompt", "prompts", "prompting", "prompt engineering", "提示词", "提示工程", "思维链", "chain-of-thought"),
    ),
    "rag": Topic(
        Text("检索增强 (RAG)", "RAG"),
        (
            "rag",
            "检索增强",
            "retrieval-augmented",
            "retrieval augmented generation",
            "知识库",
            "向量数据库",
            "vector database",
            "vector databases",
            "reranker",
            "rerank",
            "重排",
            "召回",
            "faiss",
            "milvus",
            "elasticsearch",
            "文档问答",
            "knowledge base",
        ),
    ),
    "systems": Topic(
        Text("训练系统", "training systems"),
        (
            "distributed training",
            "分布式训练",
            "deepspeed",
            "megatron",
            "megatron-lm",
            "fsdp",
            "zero",
            "nccl",
            "cuda",
            "张量并行",
            "流水线并行",
            "tensor parallelism",
            "pipeline parallelism",
            "混合精度",
            "mixed precision",
            "千卡",
            "万卡",
            "gpu 集群",
            "gpu cluster",
            "triton",
            "算子",
        ),
    ),
    "tokenization": Topic(
        Text("分词", "tokenization"), ("tokenizer", "tokenizers", "tokenization", "分词器", "词表", "bpe", "sentencepiece")
    ),
    "transformer": Topic(
        Text("Transformer 结构", "the Transformer"),
        (
            "transformer",
            "transformers 结构",
            "注意力机制",
            "自注意力",
            "attention",
            "flashattention",
            "flash attention",
            "模型结构",
            "model architecture",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Role:
    """A job: its name, how much each topic weighs in its interviews, and words that name it in an advertisement."""

    name: Text
    topics: Mapping[str, float]
    words: tuple[str, ...] = ()


ROLES: Mapping[str, Role] = {
    "general": Role(
        Text("大模型工程师", "LLM engineer"),
        {
            "transformer": 5,
            "foundations": 3,
            "finetuning": 3,
            "peft": 3,
            "inference": 4,
            "rag": 4,
            "alignment": 3,
            "agents": 2,
            "prompting": 1,
            "pretraining": 2,
            "systems": 2,
            "position": 2,
            "evaluation": 2,
            "tokenization": 1,
            "embeddings": 1,
            "models": 2,
            "coding": 2,
        },
        ("大模型工程师", "llm engineer", "ai engineer", "machine learning engineer", "机器学习工程师"),
    ),
    "application": Role(
        Text("大模型应用 / RAG 工程师", "LLM application / RAG engineer"),
        {
            "rag": 8,
            "agents": 4,
            "prompting": 2,
            "langchain": 2,
            "embeddings": 3,
            "evaluation": 3,
            "inference": 2,
            "finetuning": 2,
            "transformer": 2,
            "peft": 1,
            "models": 1,
        },
        ("应用工程师", "应用开发", "应用算法", "rag 工程师", "rag engineer", "application engineer", "agent 开发", "agent engineer"),
    ),
    "alignment": Role(
        Text("微调 / 对齐工程师", "fine-tuning / alignment engineer"),
        {
            "finetuning": 6,
            "peft": 5,
            "alignment": 7,
            "evaluation": 3,
            "transformer": 3,
            "pretraining": 1,
            "systems": 2,
            "foundations": 1,
            "models": 1,
            "tokenization": 1,
        },
        ("对齐", "alignment engineer", "后训练", "post-training", "微调工程师", "fine-tuning engineer", "rlhf"),
    ),
    "training": Role(
        Text("预训练 / 训练系统工程师", "pretraining / training systems engineer"),
        {
            "pretraining": 5,
            "systems": 8,
            "transformer": 4,
            "position": 2,
            "tokenization": 2,
            "models": 2,
            "foundations": 2,
            "inference": 1,
            "finetuning": 1,
            "coding": 1,
        },
        ("预训练", "pretraining", "训练框架", "训练系统", "训练平台", "training infrastructure", "training systems", "ai infra"),
    ),
    "inference": Role(
        Text("推理 / 部署工程师", "inference / serving engineer"),
        {"inference": 9, "systems": 4, "transformer": 4, "position": 2, "models": 2, "coding": 2, "peft": 1, "evaluation": 1},
        (
            "推理工程师",
            "推理优化",
            "推理加速",
            "推理引擎",
            "部署工程师",
            "inference engineer",
            "serving engineer",
            "inference optimization",
        ),
    ),
    "algorithm": Role(
        Text("NLP / 大模型算法工程师", "NLP / LLM algorithm engineer"),
        {
            "transformer": 6,
            "foundations": 5,
            "finetuning": 3,
            "alignment": 3,
            "peft": 2,
            "position": 2,
            "pretraining": 3,
            "tokenization": 2,
            "embeddings": 2,
            "evaluation": 2,
            "coding": 3,
            "models": 2,
            "rag": 2,
            "multimodal": 1,
            "inference": 1,
        },
        (
            "算法工程师",
            "nlp 工程师",
            "nlp engineer",
            "algorithm engineer",
            "算法研究",
            "research engineer",
            "research scientist",
            "applied scientist",
        ),
    ),
}


def topic_name(topic: str) -> Text:
    """What a topic is called; its own name where it is none of the corpus'."""
    known = TOPICS.get(topic)
    return known.name if known else Text(topic, topic)
