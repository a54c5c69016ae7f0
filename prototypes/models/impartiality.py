"""Which model may judge the answers of the arms: none of their own, and none beyond a limit."""

from __future__ import annotations

from prototypes.contracts import Task
from prototypes.errors import ModelUnavailableError
from prototypes.models.generator_source import EndpointSource, LocalSource

JUDGED_TASKS = (Task.DOCUMENT_QA, Task.GENERATION)
"""Those whose answers are free text; a label or a span needs no judge."""

Source = LocalSource | EndpointSource


def require_judgeable(task: Task) -> None:
    """Refuse to judge what is right or wrong without anybody's opinion.

    Raises:
        ModelUnavailableError: If the answers of a task are no free text.
    """
    if task not in JUDGED_TASKS:
        raise ModelUnavailableError(
            f"--judge is for free text ({', '.join(JUDGED_TASKS)}), but these data are measured as "
            f"{task.value}, where an answer is either the expected one or not; leave --judge out."
        )


def require_impartial(judge: Source, generator: Source | None, *, offline: bool) -> None:
    """Refuse a judge that answers itself, or that would be told what may not leave the machine.

    Two models on this machine are the same if their parameters are; one behind a server is known
    by its name alone, wherever the server is.

    Args:
        judge: The model that is to judge.
        generator: The one that the arms ask, if there is one.
        offline: Nothing may leave the machine.

    Raises:
        ModelUnavailableError: If it may not judge.
    """
    if generator is not None and _is_same(judge, generator):
        raise ModelUnavailableError(
            f"The judge {judge.name} is the model that the arms themselves ask "
            f"({generator.name}), and no model judges its own answers; name another one with "
            "--judge, or leave it out."
        )
    if offline and judge.sends_to is not None:
        raise ModelUnavailableError(
            f"The judge {judge.name} would be sent every question and answer, and nothing may "
            "leave the machine; name a model on this machine with --judge FOLDER."
        )


def _is_same(judge: Source, generator: Source) -> bool:
    if isinstance(judge, LocalSource) and isinstance(generator, LocalSource):
        return judge.folder.resolve() == generator.folder.resolve() or (
            judge.sha256 is not None and judge.sha256 == generator.sha256
        )
    return _model_name(judge) == _model_name(generator)


def _model_name(source: Source) -> str:
    name = source.model if isinstance(source, EndpointSource) else source.name
    return name.casefold()
