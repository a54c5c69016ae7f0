"""Render a report as a document: one self-contained HTML file, Markdown, or a decision record."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from advisor.report.band_charts import draw_bands
from advisor.report.charts import draw
from advisor.report.decision_record import render_decision_record
from advisor.report.line_charts import draw_lines
from advisor.report.markdown import render_markdown
from advisor.report.trade_off import draw_spots
from advisor.schema.report import Report

_COMMAND = re.compile(r"`(advisor [^`]*)`")

__all__ = ["render_decision_record", "render_html", "render_markdown"]


def render_html(report: Report) -> str:
    """Render one HTML file that loads nothing: styles and drawings are inside it.

    Every text is escaped by jinja2, and a name the template does not know is an error.
    """
    drawers = {"draw": draw, "draw_lines": draw_lines, "draw_spots": draw_spots}
    template = _environment().get_template("report.html.jinja", globals=drawers)
    return template.render(report=report)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("advisor.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["draw_bands"] = draw_bands
    environment.filters |= {"breakable": _let_break, "commands": _mark_commands}
    return environment


def _let_break(name: str) -> Markup:
    """Let the name of an arm be broken behind an underscore rather than anywhere."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))


def _mark_commands(text: str) -> Markup:
    """Set commands of ours as code; whatever else a text holds stays as it is."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))
