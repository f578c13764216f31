"""`tutor interview`: a mock interview in the terminal, or as a dialogue in JSON lines."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.commands.dialogue import read_line, read_request, read_text
from tutor.commands.options import ROLES, IndexOption, JsonOption, LearnerOption, emit, known_learner
from tutor.errors import InputError
from tutor.settings import Settings

if TYPE_CHECKING:
    from tutor.interview.interviewer import Interviewer
    from tutor.interview.plan import Plan, Proposal
    from tutor.interview.report import Report
    from tutor.interview.state import Say
    from tutor.study.learner import Learner
    from tutor.tutor import Tutor

_REPORTS = (".md", ".html", ".pdf")


def interview_command(
    topic: Annotated[list[str] | None, typer.Option("--topic", metavar="TOPIC", help="A topic to ask about; may be repeated.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help=f"{ROLES}; default: that of tutor stats, else general.")
    ] = None,
    level: Annotated[int | None, typer.Option("--level", help="1 junior, 2 usual, 3 senior; default 2.")] = None,
    questions: Annotated[int | None, typer.Option("--questions", metavar="N", help="How many questions; default 8.")] = None,
    minutes: Annotated[float | None, typer.Option("--minutes", metavar="M", help="No new question after so long.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="zh|en", help="Language of the interview; default: that of tutor review, else zh.")
    ] = None,
    persona: Annotated[str | None, typer.Option("--persona", metavar="NAME", help="friendly, neutral or demanding.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A job description or resume to plan from (- for stdin).")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed and answers make the same interview.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", metavar="ID|last", help="Go on with an unfinished interview.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="List interviews, finished and unfinished.")] = False,
    show: Annotated[str | None, typer.Option("--show", metavar="ID|last", help="Show the report of an interview.")] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Save the report: .md, .html or .pdf.")] = None,
    learner: LearnerOption = "me",
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a mock interview: questions, probes for what was left out, and a report.

    End an answer with an empty line. "hint", "skip", "repeat", "rephrase", "I don't know" and "stop" are taken for what they are. Every turn is stored at once: after Ctrl-D, Ctrl-C or a crash, --resume goes on with the same question.

    With --json a dialogue in JSON lines: every line written has "type" (question, probe, remark, report; error for a line not understood) and "text"; after a question or probe one line {"answer": "..."} is read. Graded answers move the review schedule (tutor review).

    Example: tutor interview --role application --level 3 --questions 5 --report report.html
    """
    from tutor.tutor import Tutor

    _check_report(report)
    given = {"level": level, "questions": questions, "minutes": minutes, "language": language, "persona": persona, "seed": seed}
    if (resume or show or listing) and any([topic, role, source, *(value is not None for value in given.values())]):
        raise InputError("--resume, --show and --list choose nothing anew", remedy="leave the other options out")
    tutor = Tutor.open(settings=Settings.load(index=index))
    if listing:
        return _list(known_learner(tutor.database, learner), as_json)
    if show:
        return _show(tutor, known_learner(tutor.database, learner), show, report, as_json)
    interviewer = tutor.interviewer(learner)
    if resume:
        says = interviewer.resume("" if resume == "last" else resume)
    else:
        plan = _plan(tutor, interviewer.learner, topic, role, source, given, as_json)
        if plan is None:
            return
        says = interviewer.start(plan)
    try:
        finished = _converse(interviewer, says, as_json)
    except KeyboardInterrupt:
        typer.echo(err=True)
        finished = False
    if not finished:
        typer.echo(f"The interview is kept. Go on with: tutor interview --resume {interviewer.id}{_named(learner)}", err=True)
    elif report:
        _write(interviewer.report(), report)


def _plan(
    tutor: Tutor,
    learner: Learner,
    topics: list[str] | None,
    role: str | None,
    source: Path | None,
    given: Mapping[str, Any],
    as_json: bool,
) -> Plan | None:
    """The plan that the options ask for; None where the candidate does not want it."""
    from tutor.interview.plan import plan_for, plan_from_text

    chosen = learner.preferences()
    wanted = {**given, "seed": secrets.randbelow(2**31) if given["seed"] is None else given["seed"]}
    if topics:
        wanted["topics"] = dict.fromkeys(_topics(tutor, topics), 1.0)
    if source is None:
        return plan_for(role or chosen.role or "general", **{**wanted, "language": wanted["language"] or chosen.language})
    proposal = plan_from_text(_document(source, tutor.settings), tutor.catalogue, role=role, **wanted)
    return proposal.plan if _accepted(proposal, as_json) else None


def _accepted(proposal: Proposal, as_json: bool) -> bool:
    from tutor.render_study import proposal_text

    if as_json:
        emit({"type": "remark", "text": proposal_text(proposal), "plan": proposal.plan.to_dict(), "reasons": dict(proposal.reasons)})
        return True
    typer.echo(proposal_text(proposal) + "\n")
    if not sys.stdin.isatty():
        return True
    reply = read_line("Start? [Y/n] ")
    return reply is not None and reply.strip().lower() in ("", "y", "yes")


def _topics(tutor: Tutor, names: Iterable[str]) -> list[str]:
    """Topics by their ids or names."""
    from tutor.interview.roles import topic_name

    ids = {name.lower(): topic for topic in tutor.catalogue.topics for name in (topic, *topic_name(topic).both())}
    found = []
    for name in (part.strip() for given in names for part in given.split(",")):
        if name.lower() not in ids:
            raise InputError(f"no topic {name!r} in the material", remedy=f"there are: {', '.join(sorted(tutor.catalogue.topics))[:600]}")
        found.append(ids[name.lower()])
    return found


def _document(path: Path, settings: Settings) -> str:
    from tutor.reading.files import File, read_bytes
    from tutor.reading.sources import read_text as text_of

    if str(path) == "-":
        return sys.stdin.read()
    if not path.is_file():
        raise InputError(f"{path}: no such file", remedy="check the path")
    file = File(path, str(path))
    return text_of(file, read_bytes(file, settings.max_file_mb))


def _converse(interviewer: Interviewer, says: list[Say], as_json: bool) -> bool:
    """Play an interview to its end; False where the candidate left before."""
    while True:
        for say in says:
            _tell(interviewer, say, as_json)
        if interviewer.state.closed:
            return True
        answer = _answer(as_json)
        if answer is None:
            return False
        says = interviewer.answer(answer)


def _tell(interviewer: Interviewer, say: Say, as_json: bool) -> None:
    from tutor.render_study import report_text

    if as_json:
        return emit({**say.to_dict(), "interview": interviewer.id})
    if say.type == "report":
        typer.echo("\n" + report_text(interviewer.report()))
        return typer.echo(f"\nAll of it: tutor interview --show {interviewer.id}{_named(interviewer.learner.name)}")
    number = f"[{say.number}/{interviewer.state.plan.questions}] " if say.type == "question" else ""
    typer.echo(typer.style(number + say.text, bold=True) if say.wants_answer else say.text)


def _answer(as_json: bool) -> str | None:
    if not as_json:
        from tutor.interview.intents import read

        # A wish ("hint", "skip") is one line; only an answer goes on until an empty one.
        return read_text(lambda line: bool(line.strip()) and read(line).intent not in ("answer", "silence"))
    request = read_request(lambda request: "" if isinstance(request.get("answer"), str) else '"answer" must be a text')
    return request["answer"] if request else None


def _list(learner: Learner, as_json: bool) -> None:
    from tutor.render_study import interviews_text

    interviews = learner.interviews()
    if not as_json:
        return typer.echo(interviews_text(interviews))
    emit(
        [
            {
                "id": item.id,
                "started": item.started.isoformat(),
                "finished": item.finished.isoformat() if item.finished else None,
                "score": item.report.get("score") if item.report else None,
                "plan": dict(item.plan),
            }
            for item in interviews
        ]
    )


def _show(tutor: Tutor, learner: Learner, interview_id: str, target: Path | None, as_json: bool) -> None:
    from tutor.papers import stored_report
    from tutor.render_study import report_text

    if interview_id == "last":
        newest = learner.interviews(limit=1)
        if not newest:
            raise InputError("there is no interview yet", remedy="hold one: tutor interview")
        interview_id = newest[0].id
    report = stored_report(tutor, learner, interview_id)
    if target:
        _write(report, target)
    if as_json:
        emit({"type": "report", "text": report.summary, **report.to_dict(), "interview": interview_id})
    elif not target:
        typer.echo(report_text(report, full=True))


def _check_report(target: Path | None) -> None:
    """A report that could not be saved should be known before the interview, not after."""
    if target and target.suffix.lower() not in _REPORTS:
        raise InputError(f"{target}: a report is saved as {', '.join(_REPORTS)}", remedy="name such a file")
    if target and not target.absolute().parent.is_dir():
        raise InputError(f"{target.parent}: no such folder", remedy="make it first")


def _write(report: Report, target: Path) -> None:
    from tutor.papers import write_report

    target.write_bytes(write_report(report, target.suffix.lower().removeprefix(".")))
    typer.echo(f"Report saved: {target}", err=True)


def _named(learner: str) -> str:
    return "" if learner == "me" else f" --learner {learner!r}"
