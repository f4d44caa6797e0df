"""The tabs Survey and Results: a participant's way, and how everybody's choices stand.

What happens in them is JavaScript that speaks to the routes of `survey.web`; nothing of it goes
through Gradio's queue, so an answer is acknowledged when it is stored and at no other time.
"""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from pathlib import Path

import gradio as gr

from .texts import Texts

_HERE = Path(__file__).parent

_SURVEY = """
<section class="survey" aria-label="{survey_tab}">
  <div class="welcome" hidden>
    <p>{survey_purpose}</p>
    <button type="button" class="begin lg primary">{survey_begin}</button>
  </div>
  <div class="asking" hidden>
    <div class="progress">
      <span class="place"></span>
      <progress value="0" max="1" aria-label="{survey_progress}"></progress>
    </div>
    <h2 class="question" tabindex="-1" aria-live="polite"></h2>
    <div class="pair">
      <button type="button" class="choice" data-answer="left">
        <img alt="{survey_left_alt}">
        <span class="side wide"><kbd aria-hidden="true">←</kbd> {survey_left}</span>
        <span class="side narrow">{survey_upper}</span>
      </button>
      <button type="button" class="choice" data-answer="right">
        <img alt="{survey_right_alt}">
        <span class="side wide">{survey_right} <kbd aria-hidden="true">→</kbd></span>
        <span class="side narrow">{survey_lower}</span>
      </button>
    </div>
    <button type="button" class="choice neither" data-answer="none">
      {survey_cannot_say} <kbd class="wide" aria-hidden="true">↓</kbd>
    </button>
  </div>
  <div class="thanks" hidden>
    <h2 tabindex="-1">{survey_thanks}</h2>
    <div class="own"></div>
    <p>{survey_see_results}</p>
    <button type="button" class="again">{survey_again}</button>
  </div>
  <p class="said" role="status"></p>
</section>
"""
_RESULTS = """
<section class="standing" aria-label="{results_tab}">
  <p class="said" role="status"></p>
  <div class="tables"></div>
</section>
"""


def build_survey(texts: Texts) -> None:
    """Lay out the tab Survey."""
    _tab(_SURVEY, "survey.js", texts, "survey")


def build_results(texts: Texts) -> None:
    """Lay out the tab Results."""
    _tab(_RESULTS, "standing.js", texts, "standing")


def _tab(template: str, script: str, texts: Texts, elem_id: str) -> None:
    words = asdict(texts.survey)
    shared = (_HERE / "survey_shared.js").read_text()
    gr.HTML(
        html_template=template.format(**{key: escape(text) for key, text in words.items()}),
        js_on_load=f"{shared}\n{(_HERE / script).read_text()}",
        apply_default_css=False,
        elem_id=elem_id,
        words=words,
    )
