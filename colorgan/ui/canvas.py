"""A picture on which places can be pointed at: zoomed, drawn on, full screen; what is said of the
places is another file's affair.

`canvas.js` brings it to life; this file has its markup, for `frames.template_safe` words only.
"""

from __future__ import annotations

from html import escape

# Strokes in a box of 24 x 24.
_ICONS = {
    "undo": "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1",
    "redo": "m15 7 5 5-5 5m5-5H10a6 6 0 0 0-6 6v1",
    "clear": "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
    "compare": "M12 4v16M4 6h16v12H4zM15 10h2M15 14h2",
    "brush": "M19 4 10 13M21 6l-9 9M10 13l2 2c0 4-4 6-8 5 2-1 1-6 6-7z",
    "dots": "M3 12c4-7 14-7 18 0-4 7-14 7-18 0zM12 9.5a2.5 2.5 0 1 0 .01 0",
    "hand": "M12 3v18M3 12h18M12 3 9.5 5.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5"
    "M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5",
    "closer": "M5 12h14M12 5v14",
    "further": "M5 12h14",
    "full": "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
    "close": "M6 6l12 12M18 6 6 18",
    "pick": "m14 6 4 4M12 8l4 4-8 8H4v-4zM16 4a2.8 2.8 0 0 1 4 4",
}

SURFACE = """
<figure class="surface" hidden>
  <div class="view before-after">
    <img class="before" alt="">
    <img class="after" alt="">
    <canvas class="veil" aria-hidden="true" hidden></canvas>
    <svg class="strokes" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"></svg>
    <div class="rings" aria-hidden="true"></div>
    <div class="field" tabindex="0" role="application" aria-label="{surface}"></div>
    <div class="marks"></div>
    <span class="crosshair" aria-hidden="true" hidden></span>
    <span class="tag before" aria-hidden="true">{before}</span>
    <span class="tag after" aria-hidden="true">{after}</span>
    <input type="range" min="0" max="100" value="50" aria-label="{handle}">
    <span class="border" aria-hidden="true"></span>
  </div>
</figure>
"""
"""The picture, in which places are shares of width and height."""


def icon(name: str) -> str:
    """Return a small drawing as SVG."""
    return (
        '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" '
        f'stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{_ICONS[name]}"/></svg>'
    )


def tool(name: str, label: str, *, toggle: bool | None = None) -> str:
    """Return the markup of a button with an icon.

    Args:
        name: of the icon, and the button's class.
        label: is read out and shown where a mouse rests.
        toggle: whether it is pressed, if it is a button that stays so.
    """
    state = "" if toggle is None else f' aria-pressed="{str(toggle).lower()}"'
    words = escape(label)
    return (
        f'<button type="button" class="tool {name}" aria-label="{words}" title="{words}"{state}>'
        f"{icon(name)}</button>"
    )
