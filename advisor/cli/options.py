"""Options that several commands have."""

from __future__ import annotations

import typer

RACE = typer.Option(
    False,
    "--race/--no-race",
    help="Drop a slow rival once it is shown to be worse than the recommended arm.",
)
"""Off, since whoever asks for a trial expects every arm to answer everything."""

CACHE = typer.Option(
    None,
    "--cache",
    metavar="DIR",
    envvar="ADVISOR_CACHE",
    help="Keep embeddings and trained parts for other runs in this folder too.",
)
"""Opt-in: what is learnt from somebody's data does not leave the run folder unasked."""

RULES = typer.Option(
    None, "--rules", metavar="DIR", help="Rules of your own in this folder, added to ours."
)
"""A folder with an `approaches.yaml` replaces our rules instead."""

PRICES = typer.Option(
    None, "--prices", metavar="FILE", help="A price list of your own, as rules/prices.yaml."
)
"""Replaces our dated price list."""

JUDGE = typer.Option(
    None,
    "--judge",
    metavar="MODEL",
    help="A second language model, named as for --generator, that judges free text.",
)
"""Never the model that the arms ask."""

EXPERIMENTS = typer.Option(
    None,
    "--experiments",
    metavar="NAMES",
    help="Held beside the arms, by comma: learning_curve, training_seeds, freshness, noise, "
    "compression; with --generator also injection, continual, distillation, quantisation.",
)
"""Experiments that train anew; the others come with every trial."""
