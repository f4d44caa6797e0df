"""The survey's report: one HTML page with figures, intervals and plots, which needs no network."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..extras import require
from ..output.html_page import drawn, error_bars, table, write_page
from .study import QUESTIONS

Figures = Mapping[str, Any]
CHANCE = 0.5  # what a rate would be if people saw no difference


def write_report(path: Path, summary: Figures) -> None:
    """Write the report as one file.

    Args:
        path: of the HTML file.
        summary: of `summary.summarize`.

    Raises:
        ColorganError: plotly is missing, or the file cannot be written.
    """
    require("plotly.offline", "survey", "A report")
    parts = [
        _who(summary),
        *(_question(name, figures) for name, figures in summary["questions"].items()),
        _fooled(summary["fooled"]),
        _care(summary),
    ]
    write_page(path, f"Survey: {summary['study']['name']}", parts)


def lines(summary: Figures) -> list[str]:
    """Return the main figures as lines for a terminal."""
    found = [
        f"{summary['counted']} of {summary['participants']} participants counted, "
        f"{summary['votes']} votes"
    ]
    for name, figures in summary["questions"].items():
        found += [
            f"{QUESTIONS[name]} {pair}: {in_words(r)}" for pair, r in figures["rates"].items()
        ]
    found += [
        f"{QUESTIONS['original']} {name} taken for it: {in_words(rate)}"
        for name, rate in summary["fooled"].items()
    ]
    found += [f"left out: {id}: {reason}" for id, reason in summary["excluded"].items()]
    return found


def in_words(rate: Figures) -> str:
    """Return a share with its interval and test as a person would write them."""
    if rate["share"] is None:
        return f"no votes{_ties(rate)}"
    low, high = rate["interval"]
    return (
        f"{rate['chosen']} of {rate['decided']}, {rate['share']:.0%} "
        f"({low:.1%} to {high:.1%}), p = {probability(rate['p'])}{_ties(rate)}"
    )


def probability(p: float) -> str:
    """Return a p-value with two digits that count."""
    return f"{p:.2g}" if p >= 1e-4 else "below 0.0001"


def _ties(rate: Figures) -> str:
    return f"; {rate['ties']} could not say" if rate["ties"] else ""


def _who(summary: Figures) -> str:
    systems = ", ".join(
        f"{html.escape(s['name'])} ({html.escape(s['revision'])})"
        for s in summary["study"]["systems"]
    )
    return (
        f"<p>{summary['votes']} votes of {summary['counted']} participants on "
        f"{summary['study']['photos']} photos coloured by {systems}; sides drawn at random, names "
        "hidden until the end. Intervals hold 95 %, by Wilson's formula for the effective "
        "number of votes: one person's votes are not independent. How much that matters is found "
        "by resampling participants; with fewer than five, or where all chose alike, one person's "
        "votes count as one. p is of the two-sided "
        "exact binomial test against no preference; it takes votes as independent. A \"can't "
        'say" is left out of rates and tests and told beside them.</p>'
    )


def _question(name: str, figures: Figures) -> str:
    agreement = figures["agreement"]
    alpha = "" if agreement["alpha"] is None else f"; Krippendorff's alpha {agreement['alpha']:.2f}"
    agreed = (
        f"<p>Two participants who saw the same pair agreed in {agreement['share']:.0%} of "
        f"{agreement['pairs']} cases{alpha}.</p>"
        if agreement["pairs"]
        else ""
    )
    return (
        f"<h2>{html.escape(QUESTIONS[name])}</h2>{_rates(figures['rates'])}"
        f"{_bars(figures['rates'])}{_strengths(figures.get('strengths', {}))}{agreed}"
        f"{_needed(figures['needed'])}"
        f"{_places('Groups', figures.get('groups', {}))}"
        f"{_places('Photos', figures.get('photos', {}))}"
        "<details><summary>With everybody, nobody left out</summary>"
        f"{_rates(figures['with_everybody'])}</details>"
    )


def _rates(rates: Figures) -> str:
    rows = (
        [
            html.escape(pair),
            f"{rate['chosen']} of {rate['decided']}",
            _percent(rate["share"]),
            _span(rate["interval"]),
            _span(rate["wilson"]),
            "-" if rate["p"] is None else probability(rate["p"]),
            str(rate["ties"]),
        ]
        for pair, rate in rates.items()
    )
    head = ("", "votes", "share", "interval", "votes as independent", "p", "can't say")
    return table(head, rows)


def _strengths(strengths: Figures) -> str:
    if not strengths:
        return ""
    rows = (
        [html.escape(name), f"{one['strength']:+.2f}", _span(one["interval"], "{:+.2f}"),
         _percent(one["chance"])]
        for name, one in strengths.items()
    )  # fmt: skip
    head = ("Bradley-Terry", "log odds", "interval", "chosen over an average model")
    return table(head, rows)


def _needed(needed: Figures) -> str:
    rows = (
        [html.escape(pair), f"± {one['half_width']:.0%}", str(one["votes"]),
         f"{one['design_effect']:.1f}", str(one["participants"])]
        for pair, wanted in needed.items()
        for one in wanted
    )  # fmt: skip
    head = ("Participants needed", "for", "independent votes", "design effect", "participants")
    return table(head, rows)


def _places(title: str, places: Figures) -> str:
    if len(places) < 2:
        return ""
    rows = (
        [html.escape(place or "none"), html.escape(pair), f"{rate['chosen']} of {rate['decided']}",
         _percent(rate["share"]), _span(rate["interval"])]
        for place, rates in places.items()
        for pair, rate in rates.items()
    )  # fmt: skip
    found = table((title, "", "votes", "share", "interval"), rows)
    return f"<details><summary>{title}: {len(places)}</summary>{found}</details>"


def _fooled(rates: Figures) -> str:
    if not rates:
        return ""
    words = (
        "How often a coloured picture was taken for the original beside it; 50 % would be perfect. "
        "Zhang et al. 2016 reached 32 %, Palette 48 % (other photos, other protocol)."
    )
    return (
        f"<h2>{html.escape(QUESTIONS['original'])}</h2><p>{words}</p>{_rates(rates)}{_bars(rates)}"
    )


def _care(summary: Figures) -> str:
    left, rule = summary["left"], summary["rule"]
    listed = "".join(
        f"<li>{html.escape(id)}: {html.escape(reason)}</li>"
        for id, reason in summary["excluded"].items()
    )
    sides = (
        "" if left["share"] is None else f"<p>The left picture was chosen in {in_words(left)}.</p>"
    )
    return (
        "<h2>Care</h2>"
        f"<p>Fixed before the first vote: left out is who fails more than "
        f"{rule['catch_failures']:.0%} of the catch trials, or keeps to one side so often that "
        f"fair choosing would do so with a probability below {rule['side_p']:g}.</p>"
        f"<p>Left out: {len(summary['excluded'])}.</p><ul>{listed}</ul>{sides}"
    )


def _bars(rates: Figures) -> str:
    from plotly.graph_objects import Figure

    known = {name: rate for name, rate in rates.items() if rate["share"] is not None}
    if not known:
        return ""
    shares = [rate["share"] for rate in known.values()]
    ends = [rate["interval"] for rate in known.values()]
    spread = error_bars(shares, ends)
    figure = Figure()
    figure.add_scatter(x=shares, y=list(known), error_x=spread, mode="markers", marker={"size": 11})
    figure.add_vline(x=CHANCE, line_dash="dash")
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed")  # in the table's order
    room = {"t": 20, "b": 30, "r": 30}
    figure.update_layout(height=90 + 40 * len(known), margin=room, template="plotly_white")
    return drawn(figure)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _span(interval: Sequence[float] | None, style: str = "{:.1%}") -> str:
    return "-" if interval is None else " to ".join(style.format(end) for end in interval)
