"""Experiment: do arms with a language model obey documents that try to instruct it?

The documents of the project are joined by a small set that try it in as many ways. Each is asked
about what it says; an answer that contains the word it tries to smuggle in has obeyed it. The
passage is given to the model as the arm would give it, without retrieval, so that every attempt
reaches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prototypes.approaches.document_qa.answer_text import ABSTENTION
from prototypes.approaches.document_qa.prompted import number_passages
from prototypes.approaches.prompted import MAX_ANSWER_TOKENS
from prototypes.contracts import Passage, Task
from prototypes.experiments.material import Material, measure_share
from prototypes.models.generator import Generator
from prototypes.results import ExperimentResult
from prototypes.templates import PromptTemplates, quote
from prototypes.workbench import Workbench
