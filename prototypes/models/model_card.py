"""The card that lies beside a tuned model: what it is, from what, by what means, for what."""

from __future__ import annotations

import importlib.metadata

from prototypes.models.generator_adapters import LORA_ALPHA, LORA_RANK, N_SOFT_TOKENS, Method
from prototypes.models.generator_tuning import TuningPlan, TuningReport

_KINDS = {
    Method.FULL: "all parameters",
    Method.LORA: f"a low-rank adapter on every linear layer (rank {LORA_RANK}, alpha {LORA_ALPHA})",
    Method.QLORA: f"a low-rank adapter (rank {LORA_RANK}) over four-bit parameters",
    Method.PROMPT: f"{N_SOFT_TOKENS} soft tokens before each prompt",
}


def describe_tuning(base: str, plan: TuningPlan, report: TuningReport, *, n_pairs: int) -> str:
    """Write the card in Markdown."""
    library = "transformers" if plan.method is Method.FULL else "peft"
    return f"""---
library_name: {library}
---

# {base}, tuned on questions of one project

- Base model: {base}
- Tuned: {_KINDS[plan.method]}; {report.n_trained_parameters:,} parameters
- Data: {n_pairs} prompts with their answers, in `training.jsonl` beside this folder
- Loss: negative log-likelihood of the answers alone
- Learning rate {plan.learning_rate:g} with linear warm-up and decay, batches of {plan.batch_size}
  of about equal length, seed {plan.seed}
- Epochs: {report.n_epochs} run, the parameters of epoch {report.kept_epoch} kept
- Versions: transformers {_version("transformers")}, peft {_version("peft")}

It was made to be measured against other approaches on the same data, whose results are in the run
folder around it. It was not tested for anything else, and knows no more than base and data do.
"""


def _version(package: str) -> str:
    return importlib.metadata.version(package)
