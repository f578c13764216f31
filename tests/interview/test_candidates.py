"""The gate: simulated candidates over the real corpus, in two languages, with three personas, held against yes/no criteria.

Each criterion is a function that yields what breaks it; its test id is its name.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import fmean

import pytest

from tests.interview.candidates import CANDIDATES, QUESTIONS, Run, Step, interview, runs, situation
from tests.interview.support import catalogue, fake_grader, spread
from tutor.entry import KeyPoint
from tutor.interview import speech
from tutor.interview.plan import plan_for
from tutor.interview.session import begin, step
from tutor.interview.state import EARNED, History, Say, State, Summary
from tutor.text import is_stop, language_of, terms

Broken = Iterator[str]
CRITERIA: list[Callable[[], Broken]] = []

_CJK = re.compile(r"[\u3400-\u9fff]")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_PRAISE = re.compile(
    r"很好|不错|很棒|厉害|完美|优秀|正确|没错|是对的|成立|说到点|没问题|方向是有|\b(?:great|good|well|excellent|perfect|nice|correct|right|exactly|holds|covers)\b",
    re.I,
)
_NOT_PRAISE = re.compile(r"All right|that is all right|right to it|没问题,这题跳过", re.I)


def criterion(function: Callable[[], Broken]) -> Callable[[], Broken]:
    CRITERIA.append(function)
    return function


def _steps(*names: str) -> Iterator[tuple[Run, Step]]:
    for run in runs(*names):
        for each in run.steps:
            yield run, each


def _frequency() -> Counter[str]:
    counts: Counter[str] = Counter()
    for entry in spread():
        texts = [*entry.question.both(), *entry.answer.both(), *entry.short.both(), *(wording.text for wording in entry.wordings)]
        for point in entry.rubric:
            texts += [*point.text.both(), *point.right]
        counts.update({term for text in texts for term in terms(text)})
    return counts


_COUNTS = _frequency()


def _telling(point: KeyPoint, question: str) -> set[str]:
    """Words of a key point that three in ten (two at least) who earn it in that language say, that few entries use and that the
    question does not hold."""
    found = set()
    for text in point.text.both():
        phrasings = [phrasing for phrasing in point.right if language_of(phrasing) == language_of(text)]
        said = Counter(term for phrasing in phrasings for term in set(terms(phrasing)))
        own = {term for term in terms(text) if len(term) > 1 and not is_stop(term)} - set(terms(question))
        found |= {term for term in own if said[term] >= max(2, 0.3 * len(phrasings)) and _COUNTS[term] <= 3}
    return found


def _given_away(each: Step, text: str) -> set[str]:
    """Telling words of key points not earned yet in what the interviewer says, but for those of the question and the candidate."""
    record = each.record
    earned = {point.id for point in record.grade.points if point.credit >= EARNED} if record.grade else set()
    open_points = [point for point in each.entry.rubric if point.id not in earned]
    question = " ".join(each.entry.question.both())
    told = set().union(*(_telling(point, question) for point in open_points))
    return told & set(terms(_QUOTED.sub(" ", text))) - {term for answer in record.answers for term in terms(answer)}


def _probes(run: Run) -> Iterator[tuple[Step, Say]]:
    """Probes when they are first asked."""
    for each in run.steps:
        for say in each.says:
            if say.type == "probe" and not say.again:
                yield each, say


# The conversation


@criterion
def greets_once_and_states_the_plan() -> Broken:
    for run in runs():
        opening = run.opening[0].text
        if run.opening[0].type != "remark" or str(QUESTIONS) not in opening or "\n" in opening or run.opening[1].type != "question":
            yield run.label


@criterion
def asks_as_many_questions_as_planned_and_closes_no_earlier() -> Broken:
    for run in runs(*(name for name in CANDIDATES if name != "leaves")):
        if len(run.end.asked) != QUESTIONS or any(asked.outcome == "open" for asked in run.end.asked):
            yield run.label


@criterion
def never_asks_an_entry_twice() -> Broken:
    for run in runs():
        if len({asked.entry_id for asked in run.end.asked}) != len(run.end.asked):
            yield run.label


@criterion
def never_asks_a_probe_twice() -> Broken:
    for run in runs():
        points = Counter((each.before.current.number, say.point_id) for each, say in _probes(run) if say.point_id)
        if any(count > 1 for count in points.values()):
            yield run.label


@criterion
def at_most_two_probes_a_question() -> Broken:
    for run in runs():
        counts = Counter(each.before.current.number for each, _ in _probes(run))
        if max(counts.values(), default=0) > 2:
            yield f"{run.label}: {counts}"


@criterion
def every_reply_ends_with_something_to_answer_or_the_report() -> Broken:
    for run in runs():
        for says in (run.opening, *(each.says for each in run.steps)):
            if not (says[-1].wants_answer or says[-1].type == "report"):
                yield run.label


@criterion
def asks_one_thing_at_a_time() -> Broken:
    for run in runs():
        for says in (run.opening, *(each.says for each in run.steps)):
            if sum(say.wants_answer for say in says) > 1:
                yield f"{run.label}: {says}"


@criterion
def questions_carry_their_entry_and_number() -> Broken:
    for run in runs():
        for say in run.says:
            if say.wants_answer and not (say.entry_id in catalogue() and 1 <= say.number <= QUESTIONS):
                yield f"{run.label}: {say}"


@criterion
def numbers_count_up_from_one() -> Broken:
    for run in runs():
        numbers = [say.number for say in run.says if say.type == "question" and not say.again]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{run.label}: {numbers}"


@criterion
def questions_are_those_of_the_corpus() -> Broken:
    for run in runs():
        for say in run.says:
            if say.type == "question" and not say.again and catalogue()[say.entry_id].question.pick(run.language) not in say.text:
                yield f"{run.label}: {say.text}"


@criterion
def probes_for_a_point_are_those_of_its_rubric_or_name_nothing() -> Broken:
    for run in runs():
        for each, say in _probes(run):
            if say.point_id:
                point = next(point for point in each.entry.rubric if point.id == say.point_id)
                blind = {speech.say("blind_probe", run.language, run.persona, str(seed))[0] for seed in range(40)}
                if point.probe.pick(run.language) not in say.text and say.text not in blind:
                    yield f"{run.label}: {say.text}"


@criterion
def most_probes_are_those_of_the_rubric() -> Broken:
    probes = [(run, each, say) for run in runs() for each, say in _probes(run) if say.point_id]
    own = [
        next(point for point in each.entry.rubric if point.id == say.point_id).probe.pick(run.language) in say.text
        for run, each, say in probes
    ]
    if fmean(own) < 0.85:
        yield f"{fmean(own):.2f} of {len(own)}"


@criterion
def keeps_its_language() -> Broken:
    for run in runs():
        for say in run.says:
            bare = _QUOTED.sub("", say.text)
            if (run.language == "en" and _CJK.search(bare)) or (run.language == "zh" and not _CJK.search(bare)):
                yield f"{run.label}: {say.text}"


@criterion
def says_no_sentence_twice_in_a_row() -> Broken:
    for run in runs():
        remarks = [say.text for say in run.says if say.type == "remark"]
        for first, second in pairwise(remarks):
            if first == second:
                yield f"{run.label}: {first}"


# Nothing is given away


@criterion
def probes_give_nothing_away() -> Broken:
    for run in runs():
        for each, say in _probes(run):
            if words := _given_away(each, say.text):
                yield f"{run.label}: {say.text} {words}"


@criterion
def hints_give_nothing_away() -> Broken:
    for run, each in _steps("helpless"):
        if each.intent == "hint" and (words := _given_away(each, each.says[0].text)):
            yield f"{run.label}: {each.says[0].text} {words}"


@criterion
def other_wordings_give_nothing_away() -> Broken:
    for run, each in _steps():
        if each.intent == "rephrase" and (words := _given_away(each, each.says[0].text)):
            yield f"{run.label}: {each.says[0].text} {words}"


@criterion
def what_the_interviewer_said_earns_nothing() -> Broken:
    for run in runs():
        for asked in run.end.asked:
            said = "\n".join(
                _QUOTED.sub("", line.text) for line in run.end.lines if line.who == "interviewer" and line.number == asked.number
            )
            if fake_grader(catalogue()[asked.entry_id], said, run.language).score:
                yield f"{run.label}: {asked.entry_id}"


@criterion
def corrections_wait_for_the_report() -> Broken:
    for run in runs():
        for asked in run.end.asked:
            for wrong in catalogue()[asked.entry_id].misconceptions:
                for line in run.end.lines:
                    if line.who == "interviewer" and line.kind != "report" and wrong.correction.pick(run.language) in line.text:
                        yield f"{run.label}: {line.text}"


@criterion
def short_answers_wait_for_the_report() -> Broken:
    for run in runs():
        for say in run.says:
            if say.entry_id and catalogue()[say.entry_id].short.pick(run.language)[:30] in say.text:
                yield f"{run.label}: {say.text}"


# What is said about an answer is true


@criterion
def praises_only_what_just_earned_something() -> Broken:
    for run, each in _steps():
        grade, before = each.record.grade, each.before.current.grade
        credit = {point.id: point.credit for point in before.points} if before else {}
        gained = grade is not None and any(point.credit > credit.get(point.id, 0) for point in grade.points)
        for say in each.says:
            bare = _NOT_PRAISE.sub("", _QUOTED.sub("", say.text))
            if say.type == "remark" and _PRAISE.search(bare) and not gained:
                yield f"{run.label}: {each.text} -> {say.text}"


@criterion
def what_is_called_right_is_quoted_from_the_candidate() -> Broken:
    for run, each in _steps("knows_all", "knows_half", "insists"):
        said = " ".join(" ".join(each.record.answers).split())
        for say in each.says:
            for quote in _QUOTED.findall(say.text) if say.type == "remark" else ():
                if quote[1:-1].rstrip("…") not in said:
                    yield f"{run.label}: {say.text}"


@criterion
def who_earns_nothing_hears_no_praise() -> Broken:
    for run in runs("silent", "off_topic", "vague", "helpless"):
        for say in run.says:
            if say.type == "remark" and _PRAISE.search(_NOT_PRAISE.sub("", say.text)):
                yield f"{run.label}: {say.text}"


@criterion
def names_something_right_to_who_knows() -> Broken:
    for run, each in _steps("knows_all"):
        if not _PRAISE.search(_QUOTED.sub("", each.says[0].text)) or not _QUOTED.search(each.says[0].text):
            yield f"{run.label}: {each.says[0].text}"


# Probes


@criterion
def probes_hit_points_that_are_missing() -> Broken:
    for run in runs():
        for each, say in _probes(run):
            grade = each.record.grade
            if say.point_id and grade and {point.id: point.credit for point in grade.points}[say.point_id] >= EARNED:
                yield f"{run.label}: {say.text}"


@criterion
def probes_the_heaviest_missing_point_first() -> Broken:
    for run in runs("knows_half"):
        for each, say in _probes(run):
            grade = each.record.grade
            assert grade is not None
            done = each.before.current.probed
            missing = [point.weight for point in grade.points if point.credit < EARNED and point.id not in done]
            if say.point_id and {point.id: point.weight for point in grade.points}[say.point_id] < max(missing):
                yield f"{run.label}: {say.text}"


@criterion
def who_knows_all_is_not_probed() -> Broken:
    for run in runs("knows_all"):
        yield from (f"{run.label}: {say.text}" for _, say in _probes(run))


@criterion
def who_knows_half_is_probed_on_every_question() -> Broken:
    for run in runs("knows_half"):
        probed = {each.before.current.number for each, _ in _probes(run)}
        wanted = {asked.number for asked in run.end.asked if asked.grade and asked.score < 85}
        if not wanted <= probed:
            yield f"{run.label}: {wanted - probed}"


@criterion
def no_probe_after_two_dont_knows() -> Broken:
    for run, each in _steps():
        if each.intent == "dont_know" and each.record.dont_knows >= 2 and each.stays:
            yield f"{run.label}: {each.says}"


@criterion
def a_vague_answer_is_asked_to_be_concrete() -> Broken:
    for run, each in _steps("vague"):
        if each.before.current.standing_kind == "question" and not (each.says[-1].type == "probe" and each.record.probes == 1):
            yield f"{run.label}: {each.says}"


@criterion
def a_friendly_interviewer_makes_it_easier_first() -> Broken:
    for run in runs("helpless"):
        first = [
            each
            for each in run.steps
            if each.intent == "dont_know" and each.before.current.number % 4 == 1 and not each.before.current.dont_knows
        ]
        helped = [each for each in first if each.stays]
        if bool(helped) != (run.persona == "friendly"):
            yield f"{run.label}: {len(helped)} of {len(first)}"


# Wrong claims


@criterion
def every_misconception_is_challenged() -> Broken:
    for run in runs("insists", "withdraws"):
        for asked in run.end.asked:
            claims = {wrong.claim.pick(run.language) for wrong in catalogue()[asked.entry_id].misconceptions}
            if claims - set(asked.challenged):
                yield f"{run.label}: {asked.entry_id}"


@criterion
def no_misconception_is_challenged_twice() -> Broken:
    for run in runs("insists", "withdraws"):
        for asked in run.end.asked:
            if len(set(asked.challenged)) != len(asked.challenged):
                yield f"{run.label}: {asked.entry_id}"


@criterion
def a_challenge_quotes_the_claim_and_does_not_settle_it() -> Broken:
    for run, each in _steps("insists"):
        if each.before.current.standing_kind == "question":
            probe = each.says[-1].text
            bare = _QUOTED.sub("", probe)
            if not _QUOTED.search(probe) or not bare.rstrip().endswith("?") or re.search(r"错|不对|wrong|incorrect|false", bare):
                yield f"{run.label}: {probe}"


@criterion
def the_report_corrects_every_misconception() -> Broken:
    for run in runs("insists", "withdraws"):
        corrected = {(item.entry_id, item.correction) for item in run.report.corrections}
        for asked in run.end.asked:
            for wrong in catalogue()[asked.entry_id].misconceptions:
                if (asked.entry_id, wrong.correction.pick(run.language)) not in corrected:
                    yield f"{run.label}: {wrong.claim.pick(run.language)}"


@criterion
def every_correction_names_its_source() -> Broken:
    for run in runs("insists", "withdraws"):
        yield from (f"{run.label}: {item}" for item in run.report.corrections if "https://" not in item.source)


@criterion
def what_is_taken_back_does_not_cost() -> Broken:
    for kept, taken in zip(runs("insists"), runs("withdraws"), strict=True):
        if any(asked.grade and asked.grade.misconceptions for asked in taken.end.asked) or not (taken.report.score or 0) >= (
            kept.report.score or 0
        ):
            yield taken.label
        if not all(item.withdrawn for item in taken.report.corrections) or any(item.withdrawn for item in kept.report.corrections):
            yield taken.label


@criterion
def who_says_nothing_wrong_is_corrected_in_nothing() -> Broken:
    for run in runs("knows_all", "knows_half", "silent", "off_topic"):
        if run.report.corrections:
            yield run.label


# Wishes


@criterion
def a_hint_marks_the_answer_as_aided_and_leaves_the_question() -> Broken:
    for run, each in _steps("helpless"):
        if each.intent == "hint" and not (each.stays and each.record.aided and each.says[-1].again):
            yield f"{run.label}: {each.says}"


@criterion
def hints_end() -> Broken:
    for run in runs("helpless"):
        if max(asked.hints for asked in run.end.asked) != 2:
            yield run.label


@criterion
def no_hint_is_given_twice() -> Broken:
    for run in runs("helpless"):
        hints = [(each.before.current.number, each.says[0].text) for each in run.steps if each.intent == "hint"]
        if len(set(hints)) != len(hints):
            yield run.label


@criterion
def repeat_says_the_question_again() -> Broken:
    for run, each in _steps("helpless"):
        if each.intent == "repeat" and not (each.stays and each.before.current.standing in each.says[-1].text and each.says[-1].again):
            yield f"{run.label}: {each.says}"


@criterion
def rephrase_uses_other_words() -> Broken:
    changed = []
    for run, each in _steps("helpless"):
        if each.intent == "rephrase":
            changed.append(each.before.current.standing not in each.says[-1].text)
            if not each.stays:
                yield run.label
    if fmean(changed) < 0.8:
        yield f"{fmean(changed):.2f}"


@criterion
def skip_moves_on_and_scores_nothing() -> Broken:
    for run, each in _steps("helpless"):
        if each.intent == "skip" and (each.stays or each.record.outcome != "skipped" or each.record.score != 0):
            yield run.label


@criterion
def a_skipped_question_says_nothing_about_ability() -> Broken:
    for run, each in _steps("helpless"):
        if each.intent == "skip" and each.before.general != each.after.general:
            yield run.label


@criterion
def orders_are_declined_and_the_question_stands() -> Broken:
    for run, each in _steps("orders"):
        if each.intent == "order" and each.record.refusals < 3 and not (each.stays and len(each.says) == 2 and each.says[-1].again):
            yield f"{run.label}: {each.says}"


@criterion
def orders_are_counted() -> Broken:
    for run in runs("orders"):
        if run.report.orders != len(run.steps):
            yield f"{run.label}: {run.report.orders} of {len(run.steps)}"


@criterion
def orders_earn_nothing() -> Broken:
    for run in runs("orders"):
        for asked in run.end.asked:
            rubric = catalogue()[asked.entry_id].rubric
            most = rubric[0].weight if asked.number % 2 == 0 else 0
            if asked.score > most:
                yield f"{run.label}: {asked.entry_id}"


@criterion
def an_order_beside_an_answer_does_not_spoil_the_answer() -> Broken:
    for run in runs("orders"):
        for asked in run.end.asked:
            if asked.number % 2 == 0 and asked.score != catalogue()[asked.entry_id].rubric[0].weight:
                yield f"{run.label}: {asked.entry_id} {asked.score}"


@criterion
def no_order_reaches_the_grader() -> Broken:
    for run in runs("orders"):
        if any(re.search(r"满分|full marks|Ignore all|忽略", asked.pooled) for asked in run.end.asked):
            yield run.label


@criterion
def silence_is_met_with_patience_once() -> Broken:
    for run in runs("silent"):
        for asked in run.end.asked:
            said = [line for line in run.end.lines if line.who == "candidate" and line.number == asked.number]
            if len(said) != 2 or asked.outcome != "dont_know":
                yield f"{run.label}: {len(said)}"


@criterion
def other_things_are_called_back_and_not_graded() -> Broken:
    for run, each in _steps("off_topic"):
        if each.intent != "off_topic" or each.record.answers or each.record.score:
            yield f"{run.label}: {each.text} {each.intent}"


@criterion
def a_question_back_gets_no_answer() -> Broken:
    for run, each in _steps("asks_back"):
        if each.before.current.refusals == 0 and not (each.intent == "question_back" and each.stays):
            yield f"{run.label}: {each.says}"


@criterion
def stop_ends_with_the_report_and_leaves_the_open_question_out() -> Broken:
    for run in runs("leaves"):
        if [asked.outcome for asked in run.end.asked] != ["answered", "answered", "unfinished"] or run.report.score != 100:
            yield run.label


# Difficulty


@criterion
def difficulty_rises_for_who_knows_all() -> Broken:
    for run in runs("knows_all"):
        levels = [asked.difficulty for asked in run.end.asked]
        hardest = [max(entry.difficulty for entry in spread() if entry.topic == asked.topic) for asked in run.end.asked]
        if levels[0] != 2 or fmean(levels[2:]) <= fmean(levels[:2]) or levels[3:] != hardest[3:]:
            yield f"{run.label}: {levels} {hardest}"


@criterion
def difficulty_falls_for_who_is_silent() -> Broken:
    for run in runs("silent"):
        levels = [asked.difficulty for asked in run.end.asked]
        if not (levels[0] == 2 and set(levels[2:]) == {1}):
            yield f"{run.label}: {levels}"


@criterion
def ability_ends_in_the_right_order() -> Broken:
    for all_, half, none in zip(runs("knows_all"), runs("knows_half"), runs("silent"), strict=True):
        if not all_.end.general.value > half.end.general.value > none.end.general.value:
            yield all_.label


# The report


@criterion
def the_score_is_the_mean_of_the_questions() -> Broken:
    for run in runs():
        scores = [question.score for question in run.report.questions if question.score is not None]
        if scores and run.report.score != round(fmean(scores)):
            yield run.label


@criterion
def the_report_agrees_with_the_transcript() -> Broken:
    for run in runs():
        asked = [say.entry_id for say in run.says if say.type == "question" and not say.again]
        report = run.report
        said = {line.text for line in report.transcript if line.who == "candidate"}
        if [question.entry_id for question in report.questions] != asked or said != {each.text for each in run.steps}:
            yield run.label
        for question in report.questions:
            lines = [
                line.text
                for line in report.transcript
                if line.who == "candidate" and line.number == question.number and line.kind == "answer"
            ]
            if len(question.answer.splitlines()) > len(lines) or (question.answer and not lines):
                yield f"{run.label}: question {question.number}"


@criterion
def grades_in_the_report_are_the_graders() -> Broken:
    for run in runs():
        for asked, question in zip(run.end.asked, run.report.questions, strict=True):
            if asked.answers and question.score != fake_grader(catalogue()[asked.entry_id], asked.pooled, run.language).score:
                yield f"{run.label}: {asked.entry_id}"


@criterion
def strengths_are_quotations() -> Broken:
    for run in runs():
        said = "\n".join(each.text for each in run.steps)
        yield from (f"{run.label}: {item.quote}" for item in run.report.strengths if item.quote not in said)


@criterion
def gaps_and_strengths_make_the_rubric() -> Broken:
    for run in runs():
        report = run.report
        for question in report.questions:
            if question.score is None or question.outcome == "skipped":
                continue
            points = {point.text.pick(run.language) for point in catalogue()[question.entry_id].rubric}
            named = [item.point for item in (*report.strengths, *report.gaps) if item.number == question.number]
            if sorted(named) != sorted(points):
                yield f"{run.label}: {question.entry_id}"


@criterion
def topics_are_the_means_of_their_questions() -> Broken:
    for run in runs():
        for topic in run.report.topics:
            scores = [question.score for question in run.report.questions if question.topic == topic.topic and question.score is not None]
            if topic.score != round(fmean(scores)) or topic.questions != len(scores):
                yield f"{run.label}: {topic}"


@criterion
def reports_differ_as_they_should() -> Broken:
    for all_, half, none in zip(runs("knows_all"), runs("knows_half"), runs("silent"), strict=True):
        scores = [all_.report.score, half.report.score, none.report.score]
        if scores[0] != 100 or scores[2] != 0 or not 20 < (scores[1] or 0) < 80:
            yield f"{all_.label}: {scores}"
        if (all_.report.verdict, none.report.verdict) != ("above", "below"):
            yield f"{all_.label}: {all_.report.verdict} {none.report.verdict}"


@criterion
def time_is_that_of_the_lines() -> Broken:
    for run in runs():
        if run.report.seconds != 20 * len(run.steps) or sum(question.seconds for question in run.report.questions) != run.report.seconds:
            yield run.label


@criterion
def what_to_study_next_begins_with_the_weakest() -> Broken:
    for run in runs():
        scores = {question.entry_id: question.score for question in run.report.questions}
        missed = [scores[item.entry_id] for item in run.report.next if item.reason == "missed"]
        if None in missed or missed != sorted(missed) or any(score >= 85 for score in missed if score is not None):
            yield f"{run.label}: {missed}"
    for run in runs("knows_all"):
        if run.report.next:
            yield run.label


@criterion
def hints_are_in_the_report() -> Broken:
    for run in runs("helpless"):
        if run.report.hints != 4 or sum(question.aided for question in run.report.questions) != 2:
            yield f"{run.label}: {run.report.hints}"


# The machine


@criterion
def the_same_inputs_make_the_same_interview() -> Broken:
    for run in runs("knows_half", "insists"):
        state, says = begin(run.end.plan, catalogue())
        for each in run.steps:
            state, more = step(state, each.text, 20, fake_grader, catalogue())
            says += more
        if state != run.end or says != run.says:
            yield run.label


@criterion
def another_seed_asks_other_questions() -> Broken:
    first, second = (interview("knows_half", "zh", "neutral", seed) for seed in (7, 8))
    if [asked.entry_id for asked in first.end.asked] == [asked.entry_id for asked in second.end.asked]:
        yield "the same questions"


@criterion
def every_state_goes_through_json() -> Broken:
    for run, each in _steps():
        if State.from_dict(json.loads(json.dumps(each.after.to_dict()))) != each.after:
            yield run.label


@criterion
def a_resumed_interview_equals_an_uninterrupted_one() -> Broken:
    for run in runs():
        state = State.from_dict(json.loads(json.dumps(run.steps[0].before.to_dict())))
        while not state.closed:
            text = CANDIDATES[run.name](situation(state))
            state, _ = step(state, text, 20, fake_grader, catalogue())
            state = State.from_dict(json.loads(json.dumps(state.to_dict())))
        if state != run.end:
            yield run.label


@criterion
def a_closed_interview_stays_closed() -> Broken:
    for run in runs():
        if step(run.end, "hello", 1, fake_grader, catalogue()) != (run.end, []):
            yield run.label


@criterion
def no_question_begins_after_the_time_and_the_last_is_finished() -> Broken:
    state, _ = begin(plan_for(minutes=1, questions=20, seed=3), catalogue())
    while not state.closed:
        state, _ = step(state, CANDIDATES["knows_half"](situation(state)), 25, fake_grader, catalogue())
    starts = [sum(asked.seconds for asked in state.asked[:number]) for number in range(len(state.asked))]
    if max(starts) >= 60 or state.seconds < 60 or any(asked.outcome == "open" for asked in state.asked):
        yield f"{starts} {state.seconds}"


@criterion
def what_was_mastered_lately_is_not_asked() -> Broken:
    run = interview("knows_half", "zh", "neutral")
    mastered = tuple(asked.entry_id for asked in run.end.asked)
    state, _ = begin(run.end.plan, catalogue(), History(mastered=mastered))
    while not state.closed:
        state, _ = step(state, "不知道", 20, fake_grader, catalogue())
    if asked := {asked.entry_id for asked in state.asked} & set(mastered):
        yield str(asked)


@criterion
def the_report_compares_with_the_last_interview() -> Broken:
    run = interview("knows_all", "en", "neutral")
    state, _ = begin(run.end.plan, catalogue(), History(earlier=(Summary("2026-01-01", 40, {}), Summary("2026-01-08", 64, {"peft": 64}))))
    for each in run.steps:
        state, says = step(state, each.text, 20, fake_grader, catalogue())
    if says[-1].data is None or says[-1].data["change"] != 100 - 64:
        yield str(says[-1].data)


@pytest.mark.parametrize("broken", CRITERIA, ids=lambda function: function.__name__)
def test_criterion(broken):
    assert list(broken())[:5] == []
