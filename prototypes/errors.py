"""What can go wrong in the laboratory, as one tree.

    LaboratoryError
    ├── DataError                 a file or row that cannot be used
    ├── UnknownArmError           an arm or task that does not exist
    ├── ModelUnavailableError     an encoder or generator that is missing, changed or refused
    ├── TokenLimitError           the cap on a generator's tokens is reached
    │   └── CostLimitError        the cap on what they cost is reached
    ├── ContextTooShortError      a prompt is longer than its model can read
    ├── PromptTemplateError       a prompt template that cannot be used
    ├── RunFolderError            a run folder that cannot be written, read or resumed
    ├── ClusterError              a cluster that is missing or unlike this machine
    │   └── ClusterLostError      a cluster that was joined and no longer answers
    ├── LaunchError               a launcher that cannot be started or that fails
    ├── StoreError                a vector store that is missing, damaged or asked wrongly
    ├── UnknownExperimentError    an experiment that does not exist
    └── TooFewSamplesError        not enough samples to learn from or to measure with

Every message says what was found, what was expected, where, and what to do next.
"""

from __future__ import annotations

_NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


class LaboratoryError(Exception):
    """Something about the data, the models or the run folder has to be put right by the user.

    Attributes:
        remedy: What would let an arm run that failed with it.
    """

    remedy = "--resume, once that is put right"


class DataError(LaboratoryError):
    """A file or a row cannot be used as it is."""


class UnknownArmError(LaboratoryError):
    """An arm or a task was named that does not exist."""


class ModelUnavailableError(LaboratoryError):
    """An encoder or generator is missing, differs from what was published, or is refused."""


class TokenLimitError(LaboratoryError):
    """The cap on the tokens of a generator does not allow another request."""

    remedy = "--resume with a larger --max-tokens-total"


class CostLimitError(TokenLimitError):
    """The cap on what a generator may cost does not allow another request."""

    remedy = "--resume with a larger --max-usd"


class ContextTooShortError(LaboratoryError):
    """What has to stand in a prompt is longer than the model can read."""

    remedy = "a --generator with a longer context"


class PromptTemplateError(LaboratoryError):
    """A prompt template is missing, damaged, or lacks a placeholder."""


class RunFolderError(LaboratoryError):
    """The run folder cannot be written, read or resumed."""


class ClusterError(LaboratoryError):
    """There is no such cluster, its machines differ from this one, or it is lost."""


class ClusterLostError(ClusterError):
    """A cluster that a trial had joined no longer answers."""


class LaunchError(LaboratoryError):
    """The launcher of a training on several devices is missing, or ended with an error."""

    remedy = "--resume, or another --launch in another run folder"


class StoreError(LaboratoryError):
    """A vector store is not installed, cannot be opened, is damaged, or was asked wrongly."""


class TooFewSamplesError(LaboratoryError):
    """There are too few samples to learn from or to measure with."""


class UnknownExperimentError(LaboratoryError):
    """There is no such experiment that can be asked for."""


def is_lack_of_memory(error: BaseException) -> bool:
    """Tell whether memory ran out; torch says so only in the text of an error."""
    said = str(error).lower()
    is_torch = isinstance(error, RuntimeError) and any(words in said for words in _NO_MEMORY)
    return is_torch or isinstance(error, MemoryError)
