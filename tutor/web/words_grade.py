"""The texts of a graded answer, wherever it is shown, and of the Grade tab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.entry import Language


@dataclass(frozen=True, slots=True)
class GradeWords:
    """The texts in one language; `{...}` are filled in with `str.format`."""

    title: str
    intro: str
    # Choosing a question
    search: str
    search_hint: str
    any_topic: str
    topic: str
    random: str
    nothing_found: str
    change_question: str
    difficulties: str
    # Answering
    answer: str
    answer_hint: str
    rate: str
    rate_info: str
    my_guess: str
    grade: str
    again: str
    reference: str
    reference_title: str
    reference_notice: str
    empty_answer: str
    choose_first: str
    # The grade
    score: str
    of_hundred: str
    interval: str
    not_graded: str
    not_graded_more: str
    now: str
    before: str
    aided: str
    guessed: str
    guessed_low: str
    guessed_high: str
    guessed_fair: str
    your_answer: str
    points: str
    earned: str
    partly: str
    touched: str
    missed: str
    contradicted: str
    probe: str
    corrections: str
    said: str
    source: str
    feedback: str
    recorded: str
    # Disagreeing
    disagree: str
    disagree_hint: str
    disagree_send: str
    disagree_empty: str
    disagree_kept: str
    disagree_raised: str


GRADE: Mapping[Language, GradeWords] = {
    "en": GradeWords(
        title="Answer a question, see what it earns",
        intro="Every point is shown with the words that earned it.",
        search="Find a question",
        search_hint="Type a topic or a question, in English or Chinese",
        any_topic="Any topic",
        topic="Topic",
        random="Random question",
        nothing_found="Nothing in the material asks this. Try other words, or a random question.",
        change_question="Another question",
        difficulties="easy,medium,hard",
        answer="Your answer",
        answer_hint="Say it as you would in the interview. Ctrl+Enter grades it.",
        rate="Guess my score first",
        rate_info="Before the reveal, so that you learn how well you know what you know",
        my_guess="My guess",
        grade="Grade my answer",
        again="Grade again",
        reference="Show the reference",
        reference_title="Reference answer",
        reference_notice="You have seen the reference: answers from here on count as aided.",
        empty_answer="There is no answer yet. Write a sentence or two first.",
        choose_first="Choose a question first.",
        score="Score",
        of_hundred="of 100",
        interval="{low} to {high} is likely for an answer like this",
        not_graded="Not graded",
        not_graded_more="This is not a zero: it counts for nothing. Your answer is kept.",
        now="Now",
        before="First",
        aided="key points seen before",
        guessed="You guessed {guess}: {verdict}.",
        guessed_low="{gap} too low",
        guessed_high="{gap} too high",
        guessed_fair="close",
        your_answer="Your words",
        points="Key points",
        earned="earned",
        partly="in part",
        touched="touched on",
        missed="missing",
        contradicted="said the other way round",
        probe="An interviewer would ask",
        corrections="What was wrong",
        said="You said",
        source="Source",
        feedback="Feedback",
        recorded="Kept for {learner}. It comes back on {date}.",
        disagree="I disagree",
        disagree_hint="Which point did you make, and where? Your argument is graded together with your answer.",
        disagree_send="Grade it again with my argument",
        disagree_empty="Say first what you disagree with.",
        disagree_kept="Graded again with your argument, and the grade stands. The case is kept for whoever improves the grader.",
        disagree_raised="Graded again with your argument: {old} became {new}. The case is kept for whoever improves the grader.",
    ),
    "zh": GradeWords(
        title="答一道题，看看能得几分",
        intro="每一分都标出是哪句话拿到的。",
        search="找一道题",
        search_hint="输入主题或问题，中英文都行",
        any_topic="全部主题",
        topic="主题",
        random="随机一题",
        nothing_found="资料里没有这道题。换个说法，或者随机来一题。",
        change_question="换一题",
        difficulties="简单,中等,困难",
        answer="你的回答",
        answer_hint="像面试时那样说。Ctrl+Enter 评分。",
        rate="先估一下自己的分",
        rate_info="在看到分数之前估，才知道自己心里有没有数",
        my_guess="我的估分",
        grade="给我评分",
        again="再评一次",
        reference="看参考答案",
        reference_title="参考答案",
        reference_notice="你看过参考答案了：之后的作答按“有帮助”记。",
        empty_answer="还没有回答，先写一两句吧。",
        choose_first="先选一道题。",
        score="得分",
        of_hundred="满分 100",
        interval="这样的回答多半在 {low} 到 {high} 分之间",
        not_graded="没有评分",
        not_graded_more="这不是零分：不计入任何统计，你的回答仍然保留。",
        now="这次",
        before="第一次",
        aided="看过要点",
        guessed="你估了 {guess} 分：{verdict}。",
        guessed_low="低估了 {gap} 分",
        guessed_high="高估了 {gap} 分",
        guessed_fair="很接近",
        your_answer="你的原话",
        points="要点",
        earned="拿到",
        partly="部分",
        touched="沾边",
        missed="没讲到",
        contradicted="说反了",
        probe="面试官会追问",
        corrections="说错的地方",
        said="你说",
        source="出处",
        feedback="点评",
        recorded="已记入 {learner} 的记录，{date} 再复习。",
        disagree="我不同意",
        disagree_hint="你觉得哪一点其实说到了？在哪句话里？你的理由会和回答一起重新评分。",
        disagree_send="带上理由重新评分",
        disagree_empty="先说说你不同意哪里。",
        disagree_kept="带上理由重新评过，分数不变。这个例子已留下，用来改进评分。",
        disagree_raised="带上理由重新评过：{old} 分变为 {new} 分。这个例子已留下，用来改进评分。",
    ),
}


def grade_words(language: str) -> GradeWords:
    """The texts in `language`; English for a language there is none of."""
    return GRADE["zh" if language == "zh" else "en"]
