"""What the interviewer says, in two languages and three tempers. No flattery: a sentence that calls something right is only said
with the candidate's own words that are right.

The sentences are data. `say` picks one by the seed and never the same one twice in a row; a temper without sentences of its own
uses the neutral ones.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from string import Template
from typing import Literal

from tutor.entry import Language, Text
from tutor.interview.plan import Persona

Key = Literal[
    "opening", "first", "go_on", "change", "right", "right_all", "right_only", "partly", "nothing", "nothing_new", "heard", "challenge", "probe", "blind_probe", "easier",
    "concrete", "moves_on", "skipped", "hint", "hint_shape", "no_more_hints", "repeat", "rephrase", "rephrase_probe", "order", "question_back", "silence", "off_topic", "withdrawn",
    "ungraded", "time", "closing", "stopped", "exhausted",
]  # fmt: skip

LEVELS: Mapping[int, Text] = {1: Text("初级", "junior"), 2: Text("中级", "mid-level"), 3: Text("高级", "senior")}

ALL_TOPICS = Text("各个主题", "all topics")
#: What a quotation neither begins nor ends with.
_EDGES = " ,.;:!?\uff0c\u3002\uff1b\uff1a\uff01\uff1f"
_LATIN = re.compile(r"[A-Za-z0-9]")
_Variants = Mapping[Language, tuple[str, ...]]
#: By key and temper; `$question`, `$quote`, `$probe`... are filled in.
_NEUTRAL: Mapping[Key, _Variants] = {
    "opening": {
        "zh": ("你好,我是今天的面试官:$role,$level,$length,主要聊$topics;不会可以直接说,也可以要提示或跳过。",),
        "en": ("Hello, I am your interviewer today: $role, $level, $length, mainly on $topics; if you don't know, say so, or ask for a hint or skip.",),
    },
    "first": {"zh": ("我们从这个问题开始:$question", "第一题:$question"), "en": ("Let's start here: $question", "First question: $question")},
    "go_on": {
        "zh": ("接着问:$question", "再来一题:$question", "还是$topic这一块:$question"),
        "en": ("Next: $question", "Here is another one: $question", "Still on $topic: $question"),
    },
    "change": {
        "zh": ("换个方向,聊聊$topic:$question", "接下来说说$topic。$question", "我们转到$topic:$question"),
        "en": ("Let's turn to $topic. $question", "Now for something on $topic: $question", "Moving to $topic: $question"),
    },
    "right": {
        "zh": ("“$quote”,这一点成立,不过还没说全。", "你说的“$quote”是对的,还有没讲到的地方。", "“$quote”这里没问题,但只是其中一部分。"),
        "en": ('"$quote" holds, though there is more to it.', 'You are right about "$quote"; some of it is still open.', '"$quote" is correct, but it is only a part.'),
    },
    "right_all": {
        "zh": ("“$quote”,说到点上了,这一题主要的内容都讲到了。", "你说的“$quote”是对的,这一题该讲的基本都有了。"),
        "en": ('"$quote" is right, and that covers most of what I was after.', 'You are right about "$quote", and the main parts are all there.'),
    },
    "right_only": {"zh": ("“$quote”,这一点成立。", "你说的“$quote”是对的。"), "en": ('"$quote" holds.', 'You are right about "$quote".')},
    "partly": {
        "zh": ("“$quote”方向是有了,但还没说透。", "“$quote”只说到一部分。"),
        "en": ('"$quote" goes in the direction, but not far enough.', '"$quote" is only a part of that point.'),
    },
    "nothing": {
        "zh": ("我还没听到这道题的要点。", "这段话里还没有我想听的内容。", "到目前为止,关键的地方还没有说到。"),
        "en": ("I have not heard the key points of this question yet.", "What I was after is not in there yet.", "So far the essential part has not come up."),
    },
    "nothing_new": {
        "zh": ("这一句没有补上新的要点。", "和刚才相比,没有新的要点。", "这里还没有答到我追问的地方。"),
        "en": ("That adds no further key point.", "Compared with before, there is no new point in that.", "That does not reach what I asked about yet."),
    },
    "heard": {"zh": ("我听到了,这里我想再确认一下。", "有一处我想和你核对一下。"), "en": ("I hear you; there is one thing I want to check.", "Let me check one thing with you.")},
    "challenge": {
        "zh": ("你刚才说“$quote”,真的是这样吗?为什么?", "“$quote”,这个说法你确定吗?依据是什么?", "回到“$quote”这一句:如果有人反对,你怎么论证?"),
        "en": ('You said "$quote". Is that really so, and why?', 'About "$quote": are you sure? What makes you say so?', 'Back to "$quote": if someone disagreed, how would you argue?'),
    },
    "probe": {
        "zh": ("追问一下:$probe", "再往下说:$probe", "那我想知道:$probe"),
        "en": ("A follow-up: $probe", "Going further: $probe", "Then let me ask: $probe"),
    },
    "blind_probe": {
        "zh": ("除了已经说的,这个问题还有哪个重要的方面?", "还缺一块内容:换个角度,你还能补充什么?", "再想想:要把这个问题答完整,还要说明什么?"),
        "en": (
            "Beyond what has been said, which other aspect of this matters?",
            "One part is still missing: from another angle, what would you add?",
            "Think again: what else does a complete answer have to explain?",
        ),
    },
    "concrete": {
        "zh": ("能说得具体一点吗?比如它是怎么做到的,或者举个例子。", "请展开讲讲,具体的机制是什么?"),
        "en": ("Can you be more concrete: how does it work, or what would be an example?", "Please spell it out: what is the mechanism?"),
    },
    "moves_on": {"zh": ("好,这题先放下。", "那我们往下走。", "明白,这题就到这里。"), "en": ("All right, let's leave this one.", "Then let's move on.", "Understood, we stop here with this one.")},
    "skipped": {"zh": ("好,跳过这题。", "可以,这题不答。"), "en": ("All right, we skip this one.", "Fine, no answer to this one.")},
    "hint": {"zh": ("提示:$hint", "可以从这里想起:$hint"), "en": ("A hint: $hint", "You could start from here: $hint")},
    "hint_shape": {
        "zh": ("可以按这个顺序想:它要解决什么问题,怎么做,代价是什么。", "不妨先说清定义,再说原因,最后说适用的条件。"),
        "en": (
            "You could think in this order: which problem it solves, how, and at what cost.",
            "Try to say first what it is, then why, and last under which conditions.",
        ),
    },
    "no_more_hints": {"zh": ("这题的提示就这些了。", "提示我只能给到这里。"), "en": ("That is all I can hint at here.", "I have no further hints for this one.")},
    "repeat": {"zh": ("好,再说一遍:$asked", "问题是:$asked"), "en": ("Once more: $asked", "The question was: $asked")},
    "rephrase": {"zh": ("换个问法:$asked", "我想问的是:$asked"), "en": ("Put differently: $asked", "What I am asking is: $asked")},
    "rephrase_probe": {
        "zh": ("还是围绕“$question”这道题,我想听的是:$asked", "在“$question”这个问题里,请专门讲这一点:$asked"),
        "en": ('Still on "$question": what I want to hear is this. $asked', 'Within "$question", please speak to this in particular: $asked'),
    },
    "order": {
        "zh": ("怎么问、怎么评由我来定,答案和评分标准也不会提前给。", "这个要求我不能照办,评分只看回答的内容。", "面试还是按我的问题来,分数由回答决定。"),
        "en": (
            "How to ask and how to grade is not up for discussion, and answers are not handed out in advance.",
            "I cannot do that; only what you answer counts for the grade.",
            "We stay with my questions; your answers decide the score.",
        ),
    },
    "question_back": {
        "zh": ("答案会在最后的报告里,现在我想先听你的想法。", "这题先由你来答,讲解在面试后的报告里。"),
        "en": ("The answer comes in the report; for now I want to hear your thinking.", "This one is yours to answer; the explanation follows in the report."),
    },
    "silence": {
        "zh": ("不着急,想好了再说;不会也可以直接讲。", "我在听,想到什么就先说什么。"),
        "en": ("Take your time; if you don't know, just say so.", "I am listening; say whatever comes to mind first."),
    },
    "off_topic": {"zh": ("这没有回答到题目,我们回到问题上。", "这个先放一边,请回到题目。"), "en": ("That is not what was asked; back to the question.", "Let's leave that aside and return to the question.")},
    "withdrawn": {"zh": ("好,那句话你收回了,我记下了。", "明白,刚才那句不算。"), "en": ("All right, you have taken that back; noted.", "Understood, that statement no longer counts.")},
    "ungraded": {"zh": ("这个回答暂时没法评分,我先记下来,不算分。", "评分出了点问题,这一题先不计分。"), "en": ("I cannot grade this answer right now; it is kept and not counted.", "Grading failed here, so this question does not count.")},
    "time": {"zh": ("时间到了,今天就到这里,下面是报告。", "约定的时间用完了,我们看报告。"), "en": ("Time is up; here is the report.", "The agreed time is over; let's look at the report.")},
    "closing": {"zh": ("问题都问完了,谢谢。下面是报告。", "今天的题目就这些,来看报告。"), "en": ("Those were all my questions, thank you. Here is the report.", "That was the last question; here is the report.")},
    "stopped": {"zh": ("好,面试到这里结束,下面是报告。", "那就到这里,来看报告。"), "en": ("All right, we stop here; this is the report.", "Then that is it; here is the report.")},
    "exhausted": {"zh": ("这些主题的题目已经问完了,下面是报告。",), "en": ("There are no further questions on these topics; here is the report.",)},
    "easier": {"zh": ("那先说简单一点的:$probe", "只说其中一点也行:$probe"), "en": ("Then something simpler: $probe", "Just one part of it: $probe")},
}  # fmt: skip
_OWN: Mapping[Persona, Mapping[Key, _Variants]] = {
    "neutral": {},
    "friendly": {
        "opening": {
            "zh": ("你好呀,我是今天的面试官,放轻松聊:$role,$level,$length,主要聊$topics;不会直接说就行,随时可以要提示或跳过。",),
            "en": ("Hi, I am your interviewer today, so make yourself comfortable: $role, $level, $length, mainly on $topics; not knowing is fine, and you can ask for a hint or skip any time.",),
        },
        "nothing": {
            "zh": ("没关系,要点还没出来,我们一起再想想。", "先别急,这道题的关键还没说到。"),
            "en": ("No worries, the key points are not out yet; let's think on.", "No rush; the heart of this question has not come up yet."),
        },
        "nothing_new": {
            "zh": ("嗯,这里还没有补上新的要点,没关系。", "我听到了,不过新的要点还没有出来。"),
            "en": ("I see; no new point in that yet, and that is all right.", "I hear you, though a further point has not come up yet."),
        },
        "moves_on": {"zh": ("没关系,这题先放下,报告里会讲。", "没事,我们看下一个。"), "en": ("No problem, the report will explain it; let's go on.", "That's fine, let's look at something else.")},
        "skipped": {"zh": ("没问题,这题跳过。", "好的,先不答这题。"), "en": ("No problem, we skip it.", "Sure, let's leave this one out.")},
        "probe": {
            "zh": ("我想再听你讲讲:$probe", "顺着问一句:$probe", "那你觉得呢:$probe"),
            "en": ("I'd like to hear a bit more: $probe", "Following up on that: $probe", "And what would you say to this: $probe"),
        },
        "silence": {
            "zh": ("不着急,慢慢想;想要提示也可以说。", "没关系,先说一点点也行。"),
            "en": ("No hurry, take your time; you can ask for a hint.", "It's fine to start with just a small piece."),
        },
    },
    "demanding": {
        "opening": {
            "zh": ("你好,我们直接开始:$role,$level,$length,范围是$topics;回答请讲清楚机制和依据。",),
            "en": ("Hello, let's get right to it: $role, $level, $length, covering $topics; I expect mechanisms and reasons.",),
        },
        "go_on": {"zh": ("下一题。$question", "继续。$question"), "en": ("Next. $question", "Go on with this: $question")},
        "nothing": {
            "zh": ("要点一个都没有讲到。", "这不是我要的内容,关键没有说到。"),
            "en": ("None of the key points came up.", "That is not what I asked for; the essential part is missing."),
        },
        "nothing_new": {"zh": ("没有新的要点。", "还是没有答到追问上。"), "en": ("No new point.", "That still does not answer the follow-up.")},
        "moves_on": {"zh": ("下一个。", "这题到此。"), "en": ("Next, then.", "Enough of this one.")},
        "probe": {"zh": ("$probe", "说清楚:$probe", "追问:$probe"), "en": ("$probe", "Be precise: $probe", "Follow-up: $probe")},
        "silence": {"zh": ("请回答,或者说不会。", "我在等你的回答。"), "en": ("Please answer, or say that you don't know.", "I am waiting for your answer.")},
        "concrete": {"zh": ("请讲具体的机制。", "说具体:它到底是怎么做到的?"), "en": ("Give me the mechanism, not the headline.", "Be specific: how exactly does it work?")},
    },
}  # fmt: skip


def say(key: Key, language: Language, persona: Persona, seed: str, last: int | None = None, **values: str) -> tuple[str, int]:
    """A sentence for an occasion and which of its variants it is; not the `last` one where there is another."""
    variants = (_OWN[persona].get(key) or _NEUTRAL[key])[language]
    choices = [place for place in range(len(variants)) if place != last] or [0]
    place = random.Random(f"{seed}:{key}").choice(choices)
    template = variants[place]
    for name, value in values.items() if language == "zh" else ():
        template = _spaced(template, name, value)
    return Template(template).substitute(values), place


def _spaced(template: str, name: str, value: str) -> str:
    """The template with a space where a Latin value would touch a Chinese character."""
    if _LATIN.match(value[:1]):
        template = re.sub(rf"(?<=[\u3400-\u9fff])\${name}\b", f" ${name}", template)
    if _LATIN.match(value[-1:]):
        template = re.sub(rf"\${name}\b(?=[\u3400-\u9fff])", f"${name} ", template)
    return template


def length(questions: int, minutes: float | None, language: Language) -> str:
    """How long an interview is, in words."""
    if language == "zh":
        return f"最多 {questions} 题,大约 {minutes:g} 分钟" if minutes else f"一共 {questions} 题"
    count = f"{questions} question{'s' * (questions != 1)}"
    return f"up to {count} in about {minutes:g} minutes" if minutes else count


def listed(names: list[str], language: Language) -> str:
    """Names as one phrase."""
    if language == "zh":
        return "、".join(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def quoted(evidence: str, language: Language) -> str:
    """The candidate's words, short enough to be said back; cut between words, with an ellipsis."""
    plain = " ".join(evidence.split()).strip(_EDGES)
    longest = 40 if language == "zh" else 90
    if len(plain) <= longest:
        return plain
    cut = plain[:longest]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else cut).rstrip(_EDGES) + "…"
