"""What a run keeps of questions, answers and verdicts, without what tells of one document."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from prototypes.contracts import Document
from prototypes.corpus_files import SYNTHETIC_FILE, SyntheticQuestion
from prototypes.experiments.rulings import (
    keep_judgement,
    keep_labels,
    read_judgement,
    read_labels,
)
from prototypes.forgetting.traces import FORGOTTEN, Traces
from prototypes.results import SampleResult, TrialResult
from prototypes.run_folder import RunFolder
from prototypes.storage import read_lines, write_lines


def clean_documents(documents: Iterable[Document], traces: Traces) -> list[Document]:
    """Leave the document out, and the links to it."""
    return [
        replace(each, title=traces.unname(each.title), text=traces.unname(each.text))
        for each in documents
        if each.id != traces.document_id
    ]


def clean_samples(folder: RunFolder, traces: Traces) -> frozenset[str]:
    """Blank in the answers of every arm what tells of a document; return the ids of blank samples.

    A sample is blank, with its answers, if its question, its accepted answers or its source tell
    of the document; an answer alone if only the answer does. The scores stay.
    """
    synthetic = folder.root / SYNTHETIC_FILE
    made = read_lines(SyntheticQuestion, synthetic) if synthetic.exists() else []
    asked = {each.id for each in made if traces.document_id in each.sources}
    blank: set[str] = set()
    for path in sorted((folder.root / "samples").glob("*.jsonl")):
        samples = [
            _clean(sample, traces, number=number, asked=asked)
            for number, sample in enumerate(read_lines(SampleResult, path), start=1)
        ]
        write_lines(path, samples)
        blank.update(each.id for each in samples if each.input == FORGOTTEN)
    if made:
        left = [each for each in made if each.id not in asked and not _is_about(each, traces)]
        write_lines(synthetic, left)
    return frozenset(blank)


def clean_judgement(folder: RunFolder, traces: Traces, *, blank: Collection[str]) -> None:
    """Drop the verdicts and labels on answers that tell of a document."""

    def stays(sample: str, output: str) -> bool:
        return sample not in blank and not traces.tell(sample) and not traces.tell(output)

    judgement = read_judgement(folder)
    if judgement is not None:
        kept = [each for each in judgement.answers if stays(each.sample, each.output)]
        keep_judgement(folder, judgement.model_copy(update={"answers": kept}))
    labels = read_labels(folder)
    if labels:
        keep_labels(folder, [each for each in labels if stays(each.sample, each.output)])


def clean_trial(trial: TrialResult, traces: Traces, *, note: str, number: int) -> TrialResult:
    """Take the document out of what was refused, and note as the n-th that it is gone."""
    refused = [FORGOTTEN if traces.tell(line) else line for line in trial.data.refused]
    data = trial.data.model_copy(update={"refused": refused})
    notes = [*trial.forgotten[: number - 1], note]
    return trial.model_copy(update={"data": data, "forgotten": notes})


def _clean(
    sample: SampleResult, traces: Traces, *, number: int, asked: Collection[str]
) -> SampleResult:
    changes: dict[str, Any] = {
        "citations": [id for id in sample.citations if not traces.own(id)],
        "retrieved": [id for id in sample.retrieved if not traces.own(id)],
    }
    is_blank = sample.id in asked or any(
        traces.tell(text) for text in (sample.id, sample.input, *sample.targets)
    )
    if is_blank:
        changes |= {"input": FORGOTTEN, "targets": [FORGOTTEN for _ in sample.targets]}
    if sample.output is not None and (is_blank or traces.tell(sample.output)):
        changes["output"] = FORGOTTEN
    if traces.tell(sample.id):
        changes["id"] = f"forgotten-{number}"
    return sample.model_copy(update=changes)


def _is_about(made: SyntheticQuestion, traces: Traces) -> bool:
    return any(map(traces.tell, (made.id, made.question, *made.answers, made.group or "")))
