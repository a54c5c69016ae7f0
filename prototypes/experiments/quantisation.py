"""What does a language model in eight or four bits lose, and how much smaller and faster is it?

The best arm that prompts it is asked the test samples again, with nothing changed but how its
parameters are held (Dettmers et al. 2022, "LLM.int8()"; on processors torch's dynamic
quantisation, which rounds activations, too).
"""

from __future__ import annotations

from prototypes.contracts import Arm, ArmSpec
from prototypes.errors import LaboratoryError
from prototypes.experiments.compression import WHOLE, Form, compare_forms
from prototypes.experiments.inquiry import Inquiry
from prototypes.models.generator_local import TransformersGenerator
from prototypes.models.generator_reduced import ReducedSupply, count_megabytes, list_bits
from prototypes.models.generator_source import LocalSource
from prototypes.registry import arms_for, load_arm_class
from prototypes.results import ExperimentResult
from prototypes.workbench import Workbench

NAME = "quantisation"


def hold_quantisation(inquiry: Inquiry) -> ExperimentResult:
    """Ask the best prompted arm with its model as it is, in eight bits, and in four if possible."""
    supply, spec, bits = inquiry.bench.generator_supply, _find_best(inquiry), list_bits()
    untested = ""
    if supply is None or not isinstance(supply.source, LocalSource):
        untested = "it needs a language model on this machine (--generator FOLDER)"
    elif spec is None:
        untested = "no arm that prompts the language model was measured"
    elif not bits:
        untested = "the package 'bitsandbytes' is missing, which holds models on GPUs in few bits"
    if untested or supply is None or spec is None:
        return ExperimentResult(experiment=NAME, untested=untested)
    try:
        forms = {WHOLE: _form(spec, inquiry.bench, inquiry)}
        for number, each in enumerate(bits, start=1):
            inquiry.progress(0.1 * number)
            reduced = ReducedSupply(supply.source, supply.options, bits=each)
            forms[f"int{each}"] = _form(spec, _reduce(inquiry.bench, reduced), inquiry)
        notes = [f"measured of {spec.name}"]
        result = compare_forms(spec.name, forms, inquiry, notes=notes)
    except LaboratoryError as error:
        return ExperimentResult(experiment=NAME, untested=str(error))
    return result.model_copy(update={"experiment": NAME})


def _find_best(inquiry: Inquiry) -> ArmSpec | None:
    """Choose the prompted arm that was best on the validation samples; the cheapest of equals."""
    scores = {arm.name: arm.validation_score or 0.0 for arm in inquiry.material.arms}
    prompted = [
        spec
        for spec in arms_for(inquiry.learning.task)
        if spec.name in scores and "generator" in spec.needs and "local_generator" not in spec.needs
    ]
    return max(prompted, key=lambda spec: scores[spec.name], default=None)


def _reduce(bench: Workbench, supply: ReducedSupply) -> Workbench:
    """Set up the same bench with the model in few bits."""
    return Workbench(
        bench.encoder,
        documents=bench.documents,
        generator=supply,
        templates=bench.templates,
        store=bench.store,
    )


def _form(spec: ArmSpec, bench: Workbench, inquiry: Inquiry) -> Form:
    arm: Arm = load_arm_class(spec).load(inquiry.folder.intact_arm(spec.name), bench)
    model = bench.load_generator()
    size_mb = count_megabytes(model) if isinstance(model, TransformersGenerator) else 0.0
    return Form(arm.predict, size_mb)
