"""Reports: one HTML file each, which needs no network."""

import re

from colorgan.output.html_page import drawn, error_bars, write_page


def test_a_page_has_its_title_as_text_its_parts_and_no_addresses(tmp_path):
    from plotly.graph_objects import Bar, Figure

    path = tmp_path / "report.html"
    write_page(path, "Cats & <dogs>", ["<p>One.</p>", drawn(Figure(Bar(y=[1, 2])))])
    page = path.read_text()
    assert "<title>Cats &amp; &lt;dogs&gt;</title>" in page
    assert "<h1>Cats &amp; &lt;dogs&gt;</h1>" in page and "<p>One.</p>" in page
    assert page.count("Plotly.newPlot(") >= 1 and page.endswith("</body></html>")
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page) == []


def test_error_bars_reach_from_the_figure_to_the_ends_of_its_interval():
    bars = error_bars([5.0, 8.0], [(4.0, 7.0), (8.0, 8.5)])
    assert bars == {"type": "data", "array": [2.0, 0.5], "arrayminus": [1.0, 0.0]}
