"""What learns to write on a learning curve: the tuned model, and copies of what was written.

A model is tuned for minutes at each point, by the recipe of the arm, so there are few points and
one draw; the model that learnt every pair is the arm itself, as it was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from prototypes.approaches.generation.copying import DenseCopyArm, LexicalCopyArm
from prototypes.approaches.generation.tuned import TunedWriterArm
from prototypes.contracts import Arm, LearningData, Progress, Sample, Split, Task
from prototypes.experiments.curve_samplings import RANDOM, Rows, Sampling, draw_rows
from prototypes.experiments.material import Material
from prototypes.experiments.scoring import fingerprint_samples, score_answers
from prototypes.measure.significance import Scores
from prototypes.workbench import Workbench

WRITER, NEAREST, ALIKE = "fine_tune", "rag", "baseline_copy"
_LEARNERS: Mapping[str, Callable[[], Arm]] = {
    WRITER: TunedWriterArm,
    NEAREST: DenseCopyArm,
    ALIKE: LexicalCopyArm,
}


@dataclass(frozen=True, slots=True)
class WriterPool:
    """Training pairs, the inputs that are answered, and what is known of the model of all pairs.

    Attributes:
        whole: Scores of the tuned model that learnt every pair; None if it was not measured.
        seed: Of the tuning, that of the arm.
    """

    train: tuple[Sample, ...]
    test: tuple[Sample, ...]
    whole: Scores | None
    seed: int
    bench: Workbench
    fingerprint: str

    @property
    def n_train(self) -> int:
        """How many inputs can be learnt from."""
        return len(self.train)

    @property
    def samplings(self) -> tuple[Sampling, ...]:
        """Only by lot: choosing would take as many models again."""
        return (Sampling(RANDOM, partial(draw_rows, self.n_train), tuple(_LEARNERS)),)

    def learn(self, arm: str, chosen: Rows, *, progress: Progress) -> Scores:
        """Fit an arm on the chosen inputs with all that was written for them; return its chrF."""
        if arm == WRITER and self.whole is not None and len(chosen) == self.n_train:
            return self.whole
        train = tuple(self.train[row] for row in chosen)
        data = LearningData(Task.GENERATION, train=train, validation=())
        # A bench of its own: a tuned model of 200 MB is not worth keeping for one point.
        built, bench = _LEARNERS[arm](), Workbench(self.bench.encoder)
        tell: Progress = progress if arm == WRITER else (lambda _: None)
        built.fit(data, bench, seed=self.seed, progress=tell)
        said = built.predict([sample.input for sample in self.test])
        return score_answers(Task.GENERATION, self.test, said)


def fill_pool(split: Split, bench: Workbench, material: Material, *, seed: int) -> WriterPool:
    """Take the scores of the tuned model from the trial, if it was measured."""
    train, test = split.learning.train, split.test
    known = next((arm for arm in material.arms if arm.name == WRITER), None)
    return WriterPool(
        train=train,
        test=test,
        whole=None if known is None else material.scores(known),
        seed=seed,
        bench=bench,
        fingerprint=f"{seed}-{fingerprint_samples(train, test)}",
    )
