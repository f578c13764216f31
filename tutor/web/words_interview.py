"""The texts of the Interview tab. What the interviewer says, and the report's own words, are tutor/interview's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.entry import Language


@dataclass(frozen=True, slots=True)
class InterviewWords:
    """The texts in one language; `{...}` are filled in with `str.format`."""

    title: str
    intro: str
    # An unfinished interview
    unfinished: str
    unfinished_more: str
    resume: str
    # Setting one up
    role: str
    topics: str
    topics_info: str
    level: str
    questions: str
    minutes: str
    language: str
    persona: str
    friendly: str
    neutral: str
    demanding: str
    paste: str
    paste_hint: str
    make_plan: str
    plan: str
    plan_from: str
    plan_level: str
    plan_asked: str
    plan_usual: str
    plan_clear: str
    plan_empty: str
    start: str
    # The conversation
    interviewer: str
    you: str
    silence: str
    question_of: str
    probe: str
    used: str
    of_minutes: str
    say: str
    say_hint: str
    hint: str
    skip: str
    repeat: str
    rephrase: str
    dont_know: str
    end: str
    end_sure: str
    end_now: str
    go_on: str
    later: str
    elsewhere: str
    # The report
    report: str
    overall: str
    expected: str
    above: str
    at: str
    below: str
    uncounted: str
    change: str
    time_used: str
    hints_used: str
    strengths: str
    gaps: str
    corrections: str
    withdrawn: str
    next: str
    follows: str
    each: str
    short_answer: str
    transcript: str
    by_topic: str
    over_time: str
    download: str
    new: str
    earlier: str
    no_earlier: str
    no_score: str
    count: str


INTERVIEW: Mapping[Language, InterviewWords] = {
    "en": InterviewWords(
        title="Practise with an interviewer",
        intro="Questions that adapt to you, probes where you left something out, a report at the end.",
        unfinished="Your interview is waiting",
        unfinished_more="{role}, question {number} of {total}, begun {started}.",
        resume="Continue",
        role="Role",
        topics="Topics",
        topics_info="Empty: what the role asks for",
        level="Level",
        questions="Questions",
        minutes="Minutes (0: no limit)",
        language="Language",
        persona="Interviewer",
        friendly="Friendly",
        neutral="Neutral",
        demanding="Demanding",
        paste="Make a plan from a job description or resume",
        paste_hint="Paste the text here. It stays on this machine.",
        make_plan="Make a plan",
        plan="The plan",
        plan_from="What the text asks for, and the words that say so. Change anything above before you start.",
        plan_level="Level: {level}, because of “{reason}”",
        plan_asked="asked for by",
        plan_usual="usual for the role",
        plan_clear="Forget this plan",
        plan_empty="Paste a job description or a resume first.",
        start="Start the interview",
        interviewer="Interviewer",
        you="You",
        silence="(silence)",
        question_of="Question {number} of {total}",
        probe="Follow-up",
        used="Time used",
        of_minutes="of {minutes} min",
        say="Your answer to the interviewer",
        say_hint="Answer as if you were speaking. Enter sends, Shift+Enter begins a new line.",
        hint="Hint",
        skip="Skip",
        repeat="Repeat",
        rephrase="Rephrase",
        dont_know="I don't know",
        end="End",
        end_sure="End here and see the report? A question without an answer does not count.",
        end_now="End and show the report",
        go_on="Keep going",
        later="Continue later",
        elsewhere="This interview went on in another window. Here is where it stands now.",
        report="Report",
        overall="Overall",
        expected="{verdict}. About {expected} is expected of this level on these questions.",
        above="Above the level",
        at="At the level",
        below="Below the level",
        uncounted="Nothing could be graded.",
        change="{change:+d} against the last time",
        time_used="{minutes} min",
        hints_used="Hints: {count}",
        strengths="What you got right",
        gaps="What you left out",
        corrections="What was wrong",
        withdrawn="You took it back when asked.",
        next="Study next",
        follows="follows from what you missed",
        each="Question by question",
        short_answer="A short answer",
        transcript="Transcript",
        by_topic="Score by topic",
        over_time="Your interviews over time",
        download="Download",
        new="New interview",
        earlier="Earlier interviews",
        no_earlier="Your reports will be listed here.",
        no_score="no score",
        count="Questions: {count}",
    ),
    "zh": InterviewWords(
        title="来一场模拟面试",
        intro="题目随你的水平调整，漏讲的地方会追问，最后给出报告。",
        unfinished="有一场面试还没结束",
        unfinished_more="{role}，第 {number} 题 / 共 {total} 题，{started} 开始。",
        resume="继续面试",
        role="岗位",
        topics="主题",
        topics_info="不选就按岗位来",
        level="级别",
        questions="题数",
        minutes="分钟（0 不限时）",
        language="语言",
        persona="面试官",
        friendly="友好",
        neutral="中性",
        demanding="严格",
        paste="根据岗位描述或简历制定计划",
        paste_hint="把文字粘贴到这里。内容只留在本机。",
        make_plan="制定计划",
        plan="面试计划",
        plan_from="这段文字要求什么，依据是哪些词。开始之前，上面的选项都可以改。",
        plan_level="级别：{level}，依据是“{reason}”",
        plan_asked="依据",
        plan_usual="岗位常考",
        plan_clear="不用这个计划",
        plan_empty="先粘贴一段岗位描述或简历。",
        start="开始面试",
        interviewer="面试官",
        you="你",
        silence="（沉默）",
        question_of="第 {number} 题 / 共 {total} 题",
        probe="追问",
        used="已用时间",
        of_minutes="共 {minutes} 分钟",
        say="回答面试官",
        say_hint="像说话一样回答。Enter 发送，Shift+Enter 换行。",
        hint="要提示",
        skip="跳过",
        repeat="再说一遍",
        rephrase="换个问法",
        dont_know="不知道",
        end="结束",
        end_sure="现在结束并查看报告吗？没有作答的题不计分。",
        end_now="结束并看报告",
        go_on="继续面试",
        later="以后再继续",
        elsewhere="这场面试在别的窗口里往前走了，下面是现在的进度。",
        report="面试报告",
        overall="总分",
        expected="{verdict}。这个级别在这些题上大约是 {expected} 分。",
        above="高于这个级别",
        at="符合这个级别",
        below="低于这个级别",
        uncounted="没有可以评分的题目。",
        change="比上一次 {change:+d} 分",
        time_used="{minutes} 分钟",
        hints_used="用了 {count} 次提示",
        strengths="说对的地方",
        gaps="漏讲的要点",
        corrections="说错的地方",
        withdrawn="追问之后你自己收回了。",
        next="接下来学什么",
        follows="由漏讲的内容延伸",
        each="逐题回顾",
        short_answer="参考的简短回答",
        transcript="完整对话",
        by_topic="各主题得分",
        over_time="历次面试得分",
        download="下载",
        new="再来一场",
        earlier="以前的面试",
        no_earlier="你的面试报告会列在这里。",
        no_score="没有得分",
        count="{count} 题",
    ),
}


def interview_words(language: str) -> InterviewWords:
    """The texts in `language`; English for a language there is none of."""
    return INTERVIEW["zh" if language == "zh" else "en"]
