"""Hints as people write them: what is read, what is refused and where, and that nothing is lost."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from colorgan.errors import HintError
from colorgan.hints import MAX_HINTS, SWATCHES, Hint, Hints, from_json, read, to_json
from colorgan.hints.hint import MAX_BYTES, MAX_POINTS

BY_HAND = """
{"version": 1,
 "shape": [1200, 800],
 "hints": [{"points": [[0.41, 0.27]], "want": "#7a4b2c", "spread": 1.5},
           {"points": [[0.1, 0.9], [0.3, 1]], "want": "none"},
           {"points": [[0, 0]], "want": "same"},
           {"points": [[0.5, 0.5]], "want": {"strength": 0.6}},
           {"points": [[0.6, 0.5]], "want": {"ab": [20, -25.5]}},
           {"points": [[0.7, 0.5]], "want": "brick"}]}
"""


def test_what_a_person_writes_is_read():
    assert from_json(BY_HAND) == Hints(
        (
            Hint(((0.41, 0.27),), "#7a4b2c", 1.5),
            Hint(((0.1, 0.9), (0.3, 1.0)), 0.0),
            Hint(((0.0, 0.0),), 1.0),
            Hint(((0.5, 0.5),), 0.6),
            Hint(((0.6, 0.5),), (20.0, -25.5)),
            Hint(((0.7, 0.5),), "brick"),
        ),
        shape=(1200, 800),
    )


def test_no_hints_are_hints_too():
    assert from_json('{"version": 1, "hints": []}') == Hints()


VAST = "9" * 400


def one(want='"none"', points="[[0.5, 0.5]]", more=""):
    return f'{{"version": 1, "hints": [{{"points": {points}, "want": {want}{more}}}]}}'


BROKEN = {
    "is empty": ("", "my.json is no JSON: line 1, column 1"),
    "stops too early": ('{"version": 1,\n "hints": [', "my.json is no JSON: line 2, column 12"),
    "is nested without end": ("[" * 100_000, "my.json is no JSON of hints"),
    "has a number that is none": (one('{"strength": NaN}'), "it has NaN for a number"),
    "has a number without end": (one(points="[[Infinity, 0]]"), "it has Infinity for a number"),
    "has a number past all": (one(points="[[1e999, 0]]"), r"hints\[0\].points\[0\]: it must"),
    "has a point past all floats": (one(points=f"[[{VAST}, 0]]"), r"points\[0\]: it must be two"),
    "has a spread past all floats": (one(more=f', "spread": {VAST}'), r"spread: 9+ is no number"),
    "has a strength past all floats": (one(f'{{"strength": {VAST}}}'), r"want: .* is none of"),
    "has a shape past all floats": (
        f'{{"version": 1, "shape": [{VAST}, 1], "hints": []}}',
        r"shape: \[9+, 1\] is no width",
    ),
    "has far too many digits": (one(points=f"[[{'9' * 5000}, 0]]"), "no JSON of hints"),
    "is a list": ("[]", 'my.json: it has no list "hints"'),
    "has no hints": ('{"version": 1}', 'it has no list "hints"'),
    "has hints that are no list": ('{"version": 1, "hints": {}}', "hints: it must be a list"),
    "has no version": ('{"hints": []}', "version: null is not known, only 1"),
    "is of a later version": ('{"version": 2, "hints": []}', "version: 2 is not known, only 1"),
    "has a key that is unknown": (
        '{"version": 1, "hints": [], "hue": 3}',
        "hue: this is not known",
    ),
    "has a shape of one side": ('{"version": 1, "shape": [3], "hints": []}', "shape: it must be"),
    "has a shape without area": (
        '{"version": 1, "shape": [3, 0], "hints": []}',
        r"shape: \[3, 0\]",
    ),
    "has a hint that is a number": ('{"version": 1, "hints": [7]}', r"hints\[0\].points: the hint"),
    "has a hint with an unknown key": (one(more=', "size": 3'), r"hints\[0\].size: this is not"),
    "has no points": (one(points="[]"), r"hints\[0\].points: a hint has 1 to 2000 of them, not 0"),
    "has points that are no list": (one(points="3"), r"hints\[0\].points: it must be a list"),
    "has a point of one number": (
        one(points="[[0, 1], [0.3]]"),
        r"hints\[0\].points\[1\]: it must",
    ),
    "has a point in words": (one(points='[["a", 0]]'), r"hints\[0\].points\[0\]: it must be two"),
    "has a point that is true": (one(points="[[true, 0]]"), r"hints\[0\].points\[0\]: it must be"),
    "has a point in pixels": (
        one(points="[[410, 270]]"),
        r"points\[0\]: \[410.0, 270.0\] lies outs",
    ),
    "has no wish": ('{"version": 1, "hints": [{"points": [[0, 0]]}]}', r"hints\[0\].want: null is"),
    "has an unknown colour": (one('"mauvish"'), r'hints\[0\].want: "mauvish" is no colour'),
    "has half a colour": (one('"#7a4b"'), r'hints\[0\].want: "#7a4b" is no colour'),
    "has an unknown kind of wish": (one('{"hue": 3}'), r"hints\[0\].want: .* is none of"),
    "has a strength in words": (one('{"strength": "much"}'), r"hints\[0\].want: .* is none of"),
    "has a strength past all": (one('{"strength": 9}'), r"want: the strength 9 is not between"),
    "has ab of three numbers": (one('{"ab": [1, 2, 3]}'), r"hints\[0\].want: ab has two numbers"),
    "has ab past all colours": (one('{"ab": [1, 200]}'), r"hints\[0\].want: ab has two numbers"),
    "has ab in words": (one('{"ab": ["red", 2]}'), r"hints\[0\].want: .* is none of"),
    "has a spread in words": (
        one(more=', "spread": "far"'),
        r'hints\[0\].spread: "far" is no numb',
    ),
    "has a spread of nothing": (one(more=', "spread": 0'), r"hints\[0\].spread: 0 is not between"),
    "has too many hints": (
        json.dumps({"version": 1, "hints": [0] * (MAX_HINTS + 1)}),
        "hints: 501 are too many",
    ),
    "has too many points": (
        one(points=json.dumps([[0.5, 0.5]] * (MAX_POINTS + 1))),
        r"hints\[0\].points: .* not 2001",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_file_is_refused_in_a_sentence_that_says_where_if_it(fault):
    text, words = BROKEN[fault]
    with pytest.raises(HintError, match=words) as caught:
        from_json(text, "my.json")
    said = str(caught.value)
    assert said.startswith("my.json") and said.endswith(".") and "\n" not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe{\x00", "h.json is no text in UTF-8. Save it as UTF-8"),
        (b" " * (MAX_BYTES + 1), "h.json has more than 4,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_or_far_too_long_is_refused(content, words, tmp_path):
    (tmp_path / "h.json").write_bytes(content)
    with pytest.raises(HintError, match=words):
        read(tmp_path / "h.json")


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(HintError, match=f"{re.escape(str(path))} cannot be read"):
            read(path)


def test_a_file_with_a_mark_of_its_byte_order_is_read(tmp_path):
    """As Windows' editors save it."""
    (tmp_path / "h.json").write_text(BY_HAND, encoding="utf-8-sig")
    assert read(tmp_path / "h.json") == from_json(BY_HAND)


SHARES = some.floats(0, 1)
COLOURS = some.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
AB = some.tuples(some.floats(-128, 128), some.floats(-128, 128))
WANTS = some.one_of(COLOURS, AB, some.sampled_from([*SWATCHES, "none", "same"]), some.floats(0, 3))
POINTS = some.lists(some.tuples(SHARES, SHARES), min_size=1, max_size=5)
HINT = some.builds(Hint, POINTS.map(tuple), WANTS, some.floats(0.1, 4))
SHAPES = some.none() | some.tuples(some.integers(1, 10**6), some.integers(1, 10**6))
HINTS = some.builds(Hints, some.lists(HINT, max_size=5).map(tuple), SHAPES)


@given(HINTS)
def test_what_is_written_is_read_again_as_it_was(hints):
    assert from_json(to_json(hints)) == hints


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)


@given(JSON, some.sampled_from(["version", "shape", "hints", "points", "want", "spread"]))
def test_whatever_stands_in_a_file_is_hints_or_one_sentence(found, key):
    hint = {"points": [[0.5, 0.5]], "want": "none"}
    file = {"version": 1, "hints": [hint]}
    (hint if key in ("points", "want", "spread") else file)[key] = found
    try:
        assert isinstance(from_json(json.dumps(file)), Hints)
    except HintError as error:
        assert str(error).startswith("hints")


class TestShape:
    @pytest.mark.parametrize("size", [(1200, 800), (300, 200), (301, 200), (3, 2)])
    def test_hints_fit_a_photo_at_any_size(self, size):
        Hints(shape=(1200, 800)).check_shape(*size, "a.jpg")

    @pytest.mark.parametrize("size", [(800, 1200), (1200, 900), (1000, 1000)])
    def test_another_photo_s_hints_are_refused_with_both_shapes(self, size):
        words = f"1200 x 800 pixels, and a.jpg has {size[0]} x {size[1]}"
        with pytest.raises(HintError, match=words):
            Hints(shape=(1200, 800)).check_shape(*size, "a.jpg")

    def test_hints_of_no_shape_fit_every_photo(self):
        Hints().check_shape(3, 2000, "a.jpg")
