"""Who sees what, and on which side: balanced, the same whenever it is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from studies import drawn

from colorgan.survey.study import DECOY
from colorgan.survey.trials import PLAN_VERSION, PRACTICE, plan

GOLDEN = [
    "practice 0 real 1.jpg decoy model2",
    "practice 1 real 0.jpg model2 model0",
    "practice 2 prefer 1.jpg model2 model0",
    "pair 3 real 2.jpg model1 model2",
    "pair 3 prefer 2.jpg model1 model2",
    "pair 4 real 0.jpg model1 model2",
    "pair 4 prefer 0.jpg model1 model2",
    "catch 5 real 2.jpg model2 decoy",
    "catch 5 prefer 2.jpg model2 decoy",
    "fool 6 original 0.jpg original model1",
]


class TestTrials:
    @pytest.mark.parametrize(("photos", "systems"), [(50, 2), (20, 2), (24, 3), (7, 4), (3, 2)])
    def test_pairs_and_sides_are_balanced_over_participants(self, photos, systems):
        study = drawn(photos, systems)
        steps = [step for number in range(300) for step in plan(study, number, "secret")]
        for kind, question in (("pair", "real"), ("fool", "original")):
            asked = [s for s in steps if s.kind == kind and s.question == question]
            pairs = Counter((s.photo, *sorted((s.left, s.right))) for s in asked)
            systems_ = study.system_pairs if kind == "pair" else study.names
            assert len(pairs) == photos * len(systems_)
            equal = len(asked) / len(pairs)
            assert all(abs(count - equal) < 1 for count in pairs.values())
            for system in study.names:
                left = sum(s.left == system for s in asked)
                right = sum(s.right == system for s in asked)
                odd = [pair for pair, count in pairs.items() if count % 2 and system in pair]
                assert abs(left - right) <= len(odd)
            sides = Counter((s.photo, s.left, s.right) for s in asked)
            for (photo, left_, right_), count in sides.items():
                assert abs(count - sides[photo, right_, left_]) <= 1

    def test_nobody_meets_a_pair_twice(self):
        study = drawn(24, 3)
        for number in range(100):
            steps = [s for s in plan(study, number, "secret") if s.kind == "pair"]
            seen = {(s.photo, *sorted((s.left, s.right)), s.question) for s in steps}
            assert len(seen) == len(steps) == 40

    def test_about_one_trial_in_ten_is_obvious(self):
        steps = [s for n in range(200) for s in plan(drawn(24, 2), n, "secret")]
        counted = Counter(s.kind for s in steps if s.question in ("real", "original"))
        share = counted["catch"] / (counted["catch"] + counted["pair"] + counted["fool"])
        assert 0.08 < share < 0.12
        left = Counter(s.left == DECOY for s in steps if s.kind == "catch")
        assert abs(left[True] - left[False]) < 0.1 * sum(left.values())

    def test_a_plan_is_the_same_whenever_it_is_made_and_another_for_another_secret(self):
        study = drawn(24, 2)
        assert plan(study, 5, "secret") == plan(study, 5, "secret")
        assert plan(study, 5, "secret") != plan(study, 5, "other secret")
        assert plan(study, 5, "secret") != plan(study, 6, "secret")

    def test_a_plan_of_today_is_that_of_yesterday(self):
        """If this fails, raise PLAN_VERSION in trials.py, and put the new plan here.

        Votes name steps by their place in a plan: another plan under the same version would mix
        up the answers of everybody who is under way.
        """
        assert PLAN_VERSION == 1
        steps = plan(drawn(3, 3, pairs=2, originals=1), 4, "secret")
        told = [f"{s.kind} {s.trial} {s.question} {s.photo} {s.left} {s.right}" for s in steps]
        assert told == GOLDEN

    def test_practice_comes_first_and_originals_last(self):
        steps = plan(drawn(24, 2), 0, "secret")
        assert [s.kind for s in steps[: len(PRACTICE)]] == ["practice"] * len(PRACTICE)
        assert [s.kind for s in steps[-5:]] == ["fool"] * 5
        assert [s.question for s in steps[len(PRACTICE) :][:4]] == ["real", "prefer"] * 2

    def test_questions_of_a_pair_show_the_same_on_the_same_sides(self):
        steps = plan(drawn(9, 2), 3, "secret")[len(PRACTICE) :]
        for first, second in zip(steps[::2], steps[1::2], strict=False):
            if first.kind == "pair":
                assert replace(first, question="prefer") == second
