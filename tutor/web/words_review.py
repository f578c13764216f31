"""The texts of the Review tab: today's queue, progress, one's own data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.entry import Language


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """The texts in one language; `{...}` are filled in with `str.format`."""

    today: str
    progress: str
    data: str
    # Today
    done_of: str
    left: str
    waiting: str
    streak: str
    due: str
    new: str
    drill: str
    drill_more: str
    answer: str
    answer_hint: str
    grade: str
    flip: str
    skip: str
    next: str
    rate_question: str
    again: str
    hard: str
    good: str
    easy: str
    comes_back: str
    all_done: str
    all_done_more: str
    all_skipped: str
    more: str
    goal: str
    keys: str
    # Progress
    ready: str
    ready_more: str
    no_ready: str
    seen: str
    streak_days: str
    due_now: str
    role: str
    date: str
    date_hint: str
    date_wrong: str
    show_plan: str
    plan_title: str
    plan_today: str
    plan_new: str
    plan_review: str
    plan_mock: str
    plan_empty: str
    parts: str
    parts_more: str
    brings: str
    uncovered: str
    topics: str
    topics_more: str
    unseen: str
    over: str
    under: str
    fair: str
    confidence: str
    confidence_more: str
    calendar: str
    answers: str
    trend: str
    trend_empty: str
    weakest: str
    weakest_more: str
    weakest_empty: str
    missed: str
    ahead: str
    ahead_today: str
    nothing_yet: str
    nothing_more: str
    # Data
    name: str
    name_more: str
    name_save: str
    name_now: str
    export: str
    export_more: str
    export_all: str
    export_text: str
    export_anki: str
    import_title: str
    import_more: str
    import_file: str
    imported: str
    import_skipped: str
    import_none: str
    delete: str
    delete_more: str
    delete_confirm: str
    delete_button: str
    delete_wrong: str
    deleted: str


REVIEW: Mapping[Language, ReviewWords] = {
    "en": ReviewWords(
        today="Today",
        progress="Progress",
        data="You and your data",
        done_of="{done} of {goal} answered today",
        left="{count} to go",
        waiting="{count} more are due after today's goal",
        streak="Days in a row: {count}",
        due="due again",
        new="new",
        drill="drill",
        drill_more="You keep missing one point. Answer just this.",
        answer="Your answer",
        answer_hint="Answer in your own words and Ctrl+Enter, or recall it in your head and flip the card.",
        grade="Grade my answer",
        flip="Flip the card",
        skip="Skip for now",
        next="Next",
        rate_question="How well did you know it?",
        again="1 Again",
        hard="2 Hard",
        good="3 Good",
        easy="4 Easy",
        comes_back="It comes back on {date}.",
        all_done="Done for today",
        all_done_more="Nothing is left in today's queue. Raise the goal to go on, or hold a mock interview.",
        all_skipped="What is left was skipped. Reload the queue to see it again.",
        more="Show the queue again",
        goal="Answers a day",
        keys="Keys: Enter flips the card and goes on, 1 to 4 rate it; A begins an answer, Ctrl+Enter grades it, Esc leaves the box.",
        ready="Readiness",
        ready_more="What an interviewer for this role would find today: {role}",
        no_ready="The material covers none of this role's topics.",
        seen="Questions answered",
        streak_days="Days in a row",
        due_now="Due today",
        role="Interview for",
        date="Interview date",
        date_hint="2026-12-31, or a number of days",
        date_wrong="“{text}” is no date to come. Write it as 2026-12-31, or as a number of days.",
        show_plan="Plan to this date",
        plan_title="Day by day until {date}",
        plan_today="today",
        plan_new="{count} new",
        plan_review="{count} to review",
        plan_mock="mock interview",
        plan_empty="nothing planned",
        parts="Where readiness comes from",
        parts_more="A topic counts as often as this role is asked about it. Most to gain first.",
        brings="{brings} of {share} points",
        uncovered="Not in the material, so not judged: {topics}",
        topics="Mastery by topic",
        topics_more="What an interviewer would find today. A question never answered counts 20.",
        unseen="{seen} of {total}",
        over="You rate yourself {gap} points too high",
        under="You rate yourself {gap} points too low",
        fair="You judge yourself well",
        confidence="How well you know what you know",
        confidence_more="From the guesses you made before the score was shown.",
        calendar="The last six months",
        answers="Answers: {count}",
        trend="Mean score by week",
        trend_empty="The trend begins with your second week.",
        weakest="Weakest points",
        weakest_more="Choose one to answer its question again.",
        weakest_empty="No key point has been missed yet.",
        missed="missed {missed} of {tried}",
        ahead="Coming up",
        ahead_today="today",
        nothing_yet="Nothing answered yet",
        nothing_more="Answer a question in Today, in Grade or in an interview, and your progress appears here.",
        name="Your name here",
        name_more="It keeps people on this machine apart; it is no password. Only this browser remembers it.",
        name_save="Use this name",
        name_now="You are studying as {name}.",
        export="Take your data with you",
        export_more="Everything that is stored of you, to keep or to import elsewhere.",
        export_all="All data (JSONL)",
        export_text="Answers (Markdown)",
        export_anki="Cards (Anki)",
        import_title="Bring data in",
        import_more="A JSONL export. What is here already is left alone.",
        import_file="Choose a file",
        imported="{new} of {read} records were new.",
        import_skipped="{count} lines were skipped; the first is line {line}: {reason}",
        import_none="There is nothing to import in this file.",
        delete="Delete everything",
        delete_more="All answers, interviews and cards of {name}. This cannot be undone.",
        delete_confirm="Type the name to confirm",
        delete_button="Delete",
        delete_wrong="Type “{name}” to confirm. Nothing was deleted.",
        deleted="Everything of {name} is deleted.",
    ),
    "zh": ReviewWords(
        today="今天",
        progress="进步",
        data="你和你的数据",
        done_of="今天已答 {done} / {goal}",
        left="还剩 {count} 题",
        waiting="目标之外还有 {count} 题到期",
        streak="连续 {count} 天",
        due="到期复习",
        new="新题",
        drill="专项",
        drill_more="这一点你总是漏掉，只答这一点就好。",
        answer="你的回答",
        answer_hint="用自己的话作答后按 Ctrl+Enter；或者在心里回忆，再翻开卡片。",
        grade="给我评分",
        flip="翻开卡片",
        skip="先跳过",
        next="下一题",
        rate_question="你记得怎么样？",
        again="1 忘了",
        hard="2 吃力",
        good="3 记得",
        easy="4 轻松",
        comes_back="{date} 再复习。",
        all_done="今天的完成了",
        all_done_more="今天没有要复习的了。想继续就提高目标，或者来一场模拟面试。",
        all_skipped="剩下的都跳过了。重新载入就能再看到。",
        more="重新载入",
        goal="每天几题",
        keys="快捷键：Enter 翻卡、下一题，1 到 4 打分；A 开始作答，Ctrl+Enter 评分，Esc 离开输入框。",
        ready="准备度",
        ready_more="今天去面这个岗位会是什么样：{role}",
        no_ready="资料里没有这个岗位要考的主题。",
        seen="答过的题",
        streak_days="连续天数",
        due_now="今天到期",
        role="目标岗位",
        date="面试日期",
        date_hint="2026-12-31，或者还有几天",
        date_wrong="“{text}”不是将来的日期。请写成 2026-12-31，或者还有几天。",
        show_plan="排到这一天",
        plan_title="每天做什么，直到 {date}",
        plan_today="今天",
        plan_new="新题 {count}",
        plan_review="复习 {count}",
        plan_mock="模拟面试",
        plan_empty="没有安排",
        parts="准备度从哪里来",
        parts_more="主题按这个岗位考得多少算权重，还能提高最多的排在前面。",
        brings="{share} 分里拿到 {brings} 分",
        uncovered="资料里没有，所以不评：{topics}",
        topics="各主题掌握度",
        topics_more="今天去面试会是什么样。没答过的题按 20 分算。",
        unseen="{seen} / {total}",
        over="高估自己 {gap} 分",
        under="低估自己 {gap} 分",
        fair="对自己判断得准",
        confidence="心里有没有数",
        confidence_more="根据你在看到分数之前的估分。",
        calendar="最近六个月",
        answers="{count} 次作答",
        trend="每周平均分",
        trend_empty="从第二周起就能看到趋势。",
        weakest="最弱的要点",
        weakest_more="点一个，再答一次那道题。",
        weakest_empty="还没有漏过要点。",
        missed="{tried} 次漏了 {missed} 次",
        ahead="接下来到期",
        ahead_today="今天",
        nothing_yet="还没有作答",
        nothing_more="在“今天”、“评分”或模拟面试里答一题，这里就会有你的进步。",
        name="你在这里的名字",
        name_more="用来把这台机器上的几个人分开，它不是密码。只有这个浏览器记得它。",
        name_save="用这个名字",
        name_now="现在以 {name} 的身份学习。",
        export="带走你的数据",
        export_more="这里存着的一切，可以留底，也可以导入到别处。",
        export_all="全部数据 (JSONL)",
        export_text="作答 (Markdown)",
        export_anki="卡片 (Anki)",
        import_title="导入数据",
        import_more="选一个 JSONL 导出文件。已有的不会改动。",
        import_file="选择文件",
        imported="读到 {read} 条，新增 {new} 条。",
        import_skipped="跳过 {count} 行，第一处在第 {line} 行：{reason}",
        import_none="这个文件里没有可以导入的内容。",
        delete="全部删除",
        delete_more="删除 {name} 的所有作答、面试和卡片，无法恢复。",
        delete_confirm="输入名字以确认",
        delete_button="删除",
        delete_wrong="请输入“{name}”确认。什么都没有删除。",
        deleted="{name} 的数据已全部删除。",
    ),
}


def review_words(language: str) -> ReviewWords:
    """The texts in `language`; English for a language there is none of."""
    return REVIEW["zh" if language == "zh" else "en"]
