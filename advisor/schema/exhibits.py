"""What a report shows besides sentences: details, tables, curves, and sections made of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.schema.base import Frozen


class Fact(Frozen):
    """A named detail, such as the seed of a trial."""

    name: str
    value: str


class Column(Frozen):
    """The head of a column."""

    title: str
    is_numeric: bool = False


class Table(Frozen):
    """A table of ready-made cells; the first cell of a row names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


class Curve(Frozen):
    """One line of a line figure."""

    label: str
    points: tuple[tuple[float, float], ...] = Field(min_length=2)
    band: tuple[tuple[float, float, float], ...] = ()
    """The 95 % interval around the points: where, its lower and its upper end."""
    is_recommended: bool = False


class LineFigure(Frozen):
    """Curves over two axes; counts and dollars are spread logarithmically, all else evenly."""

    kind: Literal["lines"] = "lines"
    id: str
    title: str
    description: str
    x_unit: Literal["count", "percent", "step"] = "count"
    y_unit: Literal["dollars", "percent"] = "dollars"
    steps: tuple[str, ...] = ()
    """What the steps of the horizontal axis are called, if it has steps: 0, 1, 2 …"""
    curves: tuple[Curve, ...] = Field(min_length=1)
    span: tuple[float, float] | None = None
    """The stretch of the horizontal axis that the user's project lies in."""
    span_text: str = ""
    crossing: tuple[float, float] | None = None
    """The stretch in which two curves cross, by the 95 % interval."""
    crossing_text: str = ""
    table: Table


class Spot(Frozen):
    """One arm in the plane of quality and latency."""

    label: str
    x: float
    low: float
    y: float
    high: float
    text: str
    """Both values in words."""
    is_recommended: bool = False


class SpotFigure(Frozen):
    """Arms by latency (logarithmic, milliseconds) and quality (a share)."""

    kind: Literal["spots"] = "spots"
    id: str
    title: str
    description: str
    spots: tuple[Spot, ...] = Field(min_length=1)
    budget_ms: float | None = None
    budget_text: str = ""
    table: Table


class ShareRow(Frozen):
    """How a whole is divided, in the order of the figure's parts."""

    label: str
    shares: tuple[float, ...]
    is_recommended: bool = False


class ShareFigure(Frozen):
    """Wholes divided into the same parts."""

    kind: Literal["shares"] = "shares"
    id: str
    title: str
    description: str
    parts: tuple[str, ...]
    rows: tuple[ShareRow, ...] = Field(min_length=1)
    table: Table


class Brief(Frozen):
    """The page for a manager: five answers, each in whole sentences, the first one leading."""

    decision: tuple[str, ...]
    confidence: tuple[str, ...]
    costs: tuple[str, ...]
    changes: tuple[str, ...]
    """What it would take to change the decision."""
    risks: tuple[str, ...]


class CostSection(Frozen):
    """What the arms cost and from which volume on which is the cheaper one."""

    remarks: tuple[str, ...]
    """What is and is not in these figures, in whole sentences."""
    tables: tuple[Table, ...]
    figure: LineFigure | None
    prices: tuple[Fact, ...]
    """Every price with its source and date."""


class RuleCheckSection(Frozen):
    """What the user's own data say about the rules that the advice rests on."""

    remarks: tuple[str, ...]
    """What was tested, what was not and why, in whole sentences."""
    checks: Table
    support: Table
    """Support before and after the measurement."""


class ExperimentSection(Frozen):
    """What an experiment found that trains or answers anew."""

    id: str
    title: str
    remarks: tuple[str, ...]
    figure: LineFigure | None = None
    table: Table


class LearnedLine(Frozen):
    """One line of a learning-curve figure: number of labels and quality between 0 and 1."""

    label: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float, float], ...] = ()
    """Number of labels, lower and upper end; empty if it has no band of its own."""


class Meeting(Frozen):
    """A number of labels, with its band, from which on one line is above another."""

    text: str
    low: float
    value: float
    high: float


class LearningFigure(Frozen):
    """Quality against the number of labels, the latter on a logarithmic axis."""

    id: str
    title: str
    description: str
    lines: tuple[LearnedLine, ...] = Field(min_length=1)
    meetings: tuple[Meeting, ...] = ()
    table: Table
    """The fitted law; the measured points stand in the table of the section."""


class CurveSection(Frozen):
    """How quality grows with the number of labels."""

    remarks: tuple[str, ...]
    figure: LearningFigure | None = None
    table: Table
