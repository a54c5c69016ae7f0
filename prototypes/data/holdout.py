"""Holding samples out, stratum by stratum, without separating what belongs together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from prototypes.contracts import Sample, Task
from prototypes.data.duplicates import group_texts, normalise_text
from prototypes.data.spans import describe_labels


@dataclass(frozen=True, slots=True)
class Unit:
    """Samples that have to stay together, each with the stratum it counts for."""

    samples: tuple[Sample, ...]
    strata: tuple[str, ...]

    @property
    def main_stratum(self) -> str:
        """The stratum of most of the samples."""
        return Counter(self.strata).most_common(1)[0][0]

    def __len__(self) -> int:
        return len(self.samples)


def build_units(samples: Sequence[Sample], task: Task) -> list[Unit]:
    """Put together what may not be separated, in the order of the first sample of each unit.

    Strata are the labels, or whether a question can be answered.
    """
    texts = [normalise_text(sample.input) for sample in samples]
    numbers = group_texts(texts, [sample.group for sample in samples])
    members: defaultdict[int, list[Sample]] = defaultdict(list)
    for number, sample in zip(numbers, samples, strict=True):
        members[number].append(sample)
    return [
        Unit(tuple(unit), tuple(_stratum(sample, task) for sample in unit))
        for unit in members.values()
    ]


def _stratum(sample: Sample, task: Task) -> str:
    if task is Task.EXTRACTION:
        return describe_labels(sample.targets[0])
    if task is Task.CLASSIFICATION:
        return sample.targets[0]
    return "unanswerable" if sample.unanswerable else "answerable"


def hold_out(
    units: Sequence[Unit], n_samples: int, random: Random
) -> tuple[list[Unit], list[Unit]]:
    """Take about `n_samples` out, from every stratum its part, leaving a unit in each.

    scikit-learn's stratified splitters refuse labels with one sample and fewer test samples than
    labels, both of which are common here, and those for groups know folds only.
    """
    strata: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in random.sample(units, len(units)):
        strata[unit.main_stratum].append(unit)
    quotas = _share_out(n_samples, strata)
    held_out: list[Unit] = []
    kept: list[Unit] = []
    for name, members in strata.items():
        n_left = quotas[name]
        kept.append(members[-1])
        for unit in members[:-1]:
            is_nearer = abs(n_left - len(unit)) < abs(n_left)
            (held_out if is_nearer else kept).append(unit)
            n_left -= len(unit) if is_nearer else 0
    return _give_back_only_ones(held_out, kept)


def _share_out(n_samples: int, strata: Mapping[str, Sequence[Unit]]) -> dict[str, int]:
    """Divide a number among strata in proportion to their samples (largest remainders first)."""
    sizes = {name: sum(map(len, units)) for name, units in strata.items()}
    limits = {name: sizes[name] - 1 if len(units) > 1 else 0 for name, units in strata.items()}
    exact = {name: n_samples * size / sum(sizes.values()) for name, size in sizes.items()}
    quotas = {name: min(int(exact[name]), limits[name]) for name in strata}
    order = sorted(strata, key=lambda name: int(exact[name]) - exact[name])
    while (n_missing := n_samples - sum(quotas.values())) > 0:
        can_give = [name for name in order if quotas[name] < limits[name]]
        if not can_give:
            break
        quotas.update({name: quotas[name] + 1 for name in can_give[:n_missing]})
    return quotas


def _give_back_only_ones(
    held_out: Sequence[Unit], kept: Sequence[Unit]
) -> tuple[list[Unit], list[Unit]]:
    """Move back what holds the only samples of a stratum (possible where units mix labels)."""
    left = list(kept)
    taken: list[Unit] = []
    covered = {stratum for unit in kept for stratum in unit.strata}
    for unit in held_out:
        if covered.issuperset(unit.strata):
            taken.append(unit)
        else:
            left.append(unit)
            covered.update(unit.strata)
    return taken, left


def in_order(chosen: Iterable[Unit], units: Iterable[Unit]) -> tuple[Sample, ...]:
    """Return the samples of the chosen units, in the order in which all of them were given."""
    ids = {sample.id for unit in chosen for sample in unit.samples}
    return tuple(sample for unit in units for sample in unit.samples if sample.id in ids)
