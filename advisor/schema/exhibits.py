"""What a report shows besides sentences: details, tables, curves, and sections made of them."""

from __future__ import annotations

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
    is_recommended: bool = False


class LineFigure(Frozen):
    """Curves over two logarithmic axes: requests a day, and dollars a month."""

    id: str
    title: str
    description: str
    curves: tuple[Curve, ...] = Field(min_length=1)
    span: tuple[float, float] | None = None
    """The stretch of the horizontal axis that the user's project lies in."""
    span_text: str = ""
    table: Table


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


class CurveSection(Frozen):
    """How quality grows with the number of labels."""

    remarks: tuple[str, ...]
    figure: LearningFigure | None = None
    table: Table
