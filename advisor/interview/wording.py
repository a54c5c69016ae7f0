"""The words around a question, the same in every kind of terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.interview.flow import Interview
from advisor.interview.planning import Outlook, Standing
from advisor.interview.session import Move, Place
from advisor.knowledge.levels import PRIORITIES
from advisor.schema.rule import Criterion
from advisor.vocabulary import NOT_APPLICABLE, UNKNOWN

HELP, WHY, NUMBER = "help", "why", "number"
"""What `?`, `w` and `#` answer; these never leave the room."""

LEVEL_KEYS = "1234567890"
NUMBER_KEY = "#"
REVIEW_QUESTION = "Is this right? Choose an answer to change it."
PRIORITIES_QUESTION = "What matters most? Type numbers in order, such as 2 1; nothing for no order."
SUPPORT_STEP = 5
SURE = 0.95
NO_BREAK = "\u00a0"

_SAMPLE_NUMBERS = {
    "count": "320 or 2k",
    "milliseconds": "400ms or 2s",
    "per_day": "5000 or 20k",
    "billions": "7b",
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: the key that chooses it, its words, what it stands for."""

    key: str
    label: str
    value: str
    example: str = ""


def question_options(criterion: Criterion, place: Place) -> tuple[Option, ...]:
    """List the levels of a question, then the ways round it."""
    options = [
        Option(key, level.label, level.id, level.example)
        for key, level in zip(LEVEL_KEYS, criterion.levels, strict=False)
    ]
    if criterion.numeric is not None:
        options.append(Option(NUMBER_KEY, f"A number: {sample_number(criterion)}", NUMBER))
    options.append(Option("d", "I don't know", UNKNOWN))
    options.append(Option("n", "The question doesn't apply", NOT_APPLICABLE))
    if place.may_postpone:
        options.append(Option("l", "Later, at the end", Move.LATER))
    if place.n_answered:
        options.append(Option("b", "Back to the question before", Move.BACK))
        options.append(Option("e", "Edit any answer, or finish", Move.REVIEW))
    if place.why is not None:
        options.append(Option("w", "Why this question, and what each answer would do", WHY))
    options.append(Option("?", "Help and examples", HELP))
    return (*options, Option("q", "Save and quit", Move.QUIT))


def sample_number(criterion: Criterion) -> str:
    """Show how a number may be typed; empty if the question takes none."""
    return "" if criterion.numeric is None else _SAMPLE_NUMBERS[criterion.numeric.unit]


def review_options(
    criteria: Sequence[Criterion], interview: Interview, outlook: Outlook
) -> tuple[Option, ...]:
    """List what can be done in the review: finish, go on, or change one of the answers."""
    options = [Option("f", "Finish", Move.FINISH)]
    n_to_ask, n_open = len(interview.to_ask(outlook)), len(outlook.open)
    if n_to_ask:
        options.append(
            Option("g", f"Go on asking (at most {interview.n_at_most(outlook)} more)", Move.GO_ON)
        )
    elif n_open:
        options.append(Option("g", f"Ask the other {_questions(n_open)} all the same", Move.GO_ON))
    order = ", ".join(interview.answers.priorities) or "no order"
    options.append(Option("p", f"Say what matters most (now: {order})", Move.PRIORITIES))
    options.append(Option("q", "Save and quit", Move.QUIT))
    by_id = {criterion.id: criterion for criterion in criteria}
    for number, asked in enumerate(interview.asked, start=1):
        answer = answer_label(by_id[asked], interview.answers.level(asked))
        options.append(Option(str(number), answer, asked))
    return tuple(options)


def progress_line(criterion: Criterion, place: Place) -> str:
    """Say how far the interview has come."""
    if place.current is not None and not place.note:
        return f"{criterion.topic} · answered before"
    n_all = place.n_answered + place.n_open
    return f"Question {place.n_answered + 1} of at most {n_all} · {criterion.topic}"


def standing_lines(outlook: Outlook | None) -> tuple[str, ...]:
    """Say how the approaches stand, and how settled that is; nothing while nothing is known."""
    if outlook is None or not outlook.standings:
        return ()
    return standing_line(outlook.standings), settled_line(outlook)


def standing_line(standings: Sequence[Standing]) -> str:
    """Say how the approaches stand: `RAG 60 % · prompting 20 % · fine-tuning ruled out`."""
    return " · ".join(f"{s.approach.label} {_support(s)}".replace(" ", NO_BREAK) for s in standings)


def settled_line(outlook: Outlook) -> str:
    """Say how likely it is that the answers still to come leave the leader in front."""
    if outlook.is_infeasible:
        return "Settled: these answers rule out every approach."
    leader = outlook.standings[0].approach.label
    if outlook.is_settled:
        return f"Settled: no answer can take the lead from {leader}."
    return f"Not settled: {leader} stays in front with {_chance(outlook)}."


def _chance(outlook: Outlook) -> str:
    """Spell a probability that is not a certainty."""
    return f"{min(99, round(100 * outlook.same_decision))} %"


def _support(standing: Standing) -> str:
    if standing.is_excluded:
        return "ruled out"
    percent = SUPPORT_STEP * round(100 * standing.support / SUPPORT_STEP)
    return f"{percent} %" if percent else f"< {SUPPORT_STEP} %"


def why_no_more(interview: Interview, outlook: Outlook) -> str:
    """Say why nothing more is asked, or how much is left."""
    n_open = len(outlook.open)
    if interview.to_ask(outlook):
        return f"{_questions(len(interview.asked))} answered, at most " + (
            f"{interview.n_at_most(outlook)} to go."
        )
    if outlook.is_infeasible:
        return (
            "These answers rule out every approach, and no other question can change that. "
            "Change an answer, or finish to see which constraints to lift."
        )
    if not n_open:
        return "Every question is answered."
    left_out = f"{_questions(n_open)} left out"
    if outlook.is_settled:
        return f"{left_out}: no answer to them could change this."
    chance = f"it stays the same with {_chance(outlook)}"
    if outlook.same_decision >= SURE:
        return f"{left_out}: hardly any answer to them could change this; {chance}."
    return f"{left_out} that tell next to nothing; {chance}."


def _questions(n: int) -> str:
    return "1 question" if n == 1 else f"{n} questions"


def short_name(criterion_id: str) -> str:
    """Spell the id of a criterion as words."""
    return criterion_id.replace("_", " ")


def answer_label(criterion: Criterion, level: str) -> str:
    """Put an answer into the words in which it was given."""
    words = {UNKNOWN: "I don't know", NOT_APPLICABLE: "doesn't apply"}
    labels = {each.id: each.label for each in criterion.levels}
    return words.get(level) or labels[level]


def answer_line(criterion: Criterion, level: str) -> str:
    """Sum an answered question up in one line."""
    return f"{short_name(criterion.id)}: {answer_label(criterion, level)}"


def priority_lines() -> tuple[str, ...]:
    """Number what a project may put in an order of importance."""
    return tuple(f"  {n} {name}" for n, name in enumerate(PRIORITIES, start=1))


def read_order(typed: str) -> tuple[str, ...] | None:
    """Read an order of importance typed as numbers or names; None if it is none."""
    words = typed.replace(",", " ").lower().split()
    names = [PRIORITIES[int(w) - 1] if w in _PLACES else w for w in words]
    is_order = set(names) <= set(PRIORITIES) and len(set(names)) == len(names)
    return tuple(names) if is_order else None


_PLACES = {str(n) for n in range(1, len(PRIORITIES) + 1)}


def tidy(text: str) -> str:
    """Make one line of whatever was typed or pasted."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(visible.split())
