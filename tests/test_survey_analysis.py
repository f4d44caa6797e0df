"""What votes say: known answers, simulated participants, intervals that hold what they promise."""

from __future__ import annotations

from dataclasses import replace

import choix
import numpy as np
import pytest
from scipy.stats import binomtest, t

from colorgan.survey import analysis
from colorgan.survey.ratings import PRIOR, bradley_terry
from colorgan.survey.study import DECOY, ORIGINAL, Rule
from colorgan.survey.votes import Vote

VOTE = Vote("", "s", "", 0, "pair", "real", "", "custom", "pretrained", "", "", "left", 900, "now")


def votes_of(participant: str, answers: str, **same) -> list[Vote]:
    """One vote a letter: l, r or n."""
    words = {"l": "left", "r": "right", "n": "none"}
    return [
        replace(
            VOTE, id=f"{participant}-{i}", participant=participant, step=i, answer=words[a], **same
        )
        for i, a in enumerate(answers)
    ]


class TestWinRate:
    def test_twenty_four_of_thirty(self):
        votes = [v for i in range(30) for v in votes_of(f"p{i}", "l" if i < 24 else "r")]
        found = analysis.win_rate(votes, "custom", "pretrained")
        assert found.share == 0.8
        assert found.wilson == pytest.approx((0.627, 0.905), abs=5e-4)
        assert found.p == pytest.approx(0.0014, abs=5e-5)
        assert found.interval == found.wilson  # one vote each: they are independent

    def test_ties_count_for_neither_and_are_told(self):
        found = analysis.win_rate(votes_of("a", "lllrnn"), "custom", "pretrained")
        assert (found.chosen, found.decided, found.ties) == (3, 4, 2)

    def test_sides_do_not_matter(self):
        there = votes_of("a", "lr")
        swapped = [replace(vote, left=vote.right, right=vote.left) for vote in there]
        assert analysis.win_rate(swapped, "custom", "pretrained").chosen == 1

    def test_without_votes_there_is_no_figure(self):
        assert analysis.win_rate([], "a", "b").share is None
        assert analysis.share(0, 0, 4).wilson is None

    def test_votes_of_people_who_agree_with_themselves_are_less_sure(self):
        votes = [v for i in range(20) for v in votes_of(f"p{i}", "l" * 10 if i % 2 else "r" * 10)]
        found = analysis.win_rate(votes, "custom", "pretrained")
        wilson, quoted = (b - a for a, b in (found.wilson, found.interval))
        assert quoted > 2 * wilson
        assert found.design_effect == pytest.approx(10, rel=0.2)  # ten votes count as one

    def test_of_few_people_one_person_s_votes_count_as_one(self):
        votes = [v for i in range(4) for v in votes_of(f"p{i}", "l" * 9 + "r")]
        found = analysis.win_rate(votes, "custom", "pretrained")
        assert found.design_effect == 10
        assert found.interval == pytest.approx(analysis.wilson(0.9, 4))

    def test_where_all_choose_alike_one_person_s_votes_count_as_one(self):
        votes = [v for i in range(30) for v in votes_of(f"p{i}", "l" * 10)]
        found = analysis.win_rate(votes, "custom", "pretrained")
        assert found.interval == pytest.approx(analysis.wilson(1, 30))

    def test_sums_over_people_are_those_over_votes(self):
        """The design effect by its definition: a vote weighs as often as its person is drawn."""
        rng = np.random.default_rng(5)
        votes = []
        for person in range(17):
            answers = rng.choice(list("llrn"), int(rng.integers(1, 30)))
            votes += votes_of(f"p{person}", "".join(answers))
        decided = [vote for vote in votes if vote.answer != "none"]
        wins = np.array([vote.answer == "left" for vote in decided], float)
        own = np.unique([vote.participant for vote in decided], return_inverse=True)[1]
        weights = analysis.resampled(17)[:, own]
        shares = weights @ wins / weights.sum(1)
        variance = shares.var(ddof=1) * 17 / 16
        expected = variance * len(wins) / (wins.mean() * (1 - wins.mean()))
        assert analysis.design_effect(decided, wins) == pytest.approx(max(expected, 1), rel=1e-9)

    def test_intervals_are_as_scipy_s(self):
        for chosen, votes in ((24, 30), (0, 7), (7, 7), (501, 1000)):
            expected = binomtest(chosen, votes).proportion_ci(method="wilson")
            assert analysis.share(chosen, votes).wilson == pytest.approx(tuple(expected))

    @pytest.mark.parametrize("spread", [0.0, 1.0])
    def test_the_quoted_interval_holds_95_percent_whether_people_differ_or_not(self, spread):
        """Forty participants with ten votes each, whose own rates differ by `spread` log odds."""
        rng = np.random.default_rng(3)
        truth = np.mean(1 / (1 + np.exp(-(0.5 + spread * rng.normal(size=100_000)))))
        held = []
        for seed in range(150):
            own = 1 / (1 + np.exp(-(0.5 + spread * rng.normal(size=40))))
            votes = []
            for person, rate in enumerate(own):
                answers = "".join("l" if x < rate else "r" for x in rng.random(10))
                votes += votes_of(f"p{person}", answers)
            low, high = analysis.win_rate(votes, "custom", "pretrained", seed=seed).interval
            held.append(low <= truth <= high)
        assert 0.91 <= np.mean(held) <= 0.99

    def test_who_was_fooled_took_the_coloured_picture_for_the_original(self):
        votes = votes_of("a", "llr", kind="fool", left="custom", right=ORIGINAL)
        assert analysis.fool_rate(votes, "custom").share == pytest.approx(2 / 3)


class TestWhoCounts:
    @pytest.fixture
    def honest(self):
        """Participants who choose by what they see, on random sides, and mind the catch trials."""
        rng = np.random.default_rng(0)
        votes = []
        for i in range(20):
            answers = "".join(rng.choice(list("lr"), 40))
            votes += votes_of(f"honest{i}", answers) + catches(f"honest{i}", "rrr")
        return votes

    def test_an_always_left_voter_is_found(self, honest):
        lazy = votes_of("lazy", "l" * 40) + catches("lazy", "rrr")
        assert analysis.excluded(honest + lazy, Rule()) == {
            "lazy": "chose the left side in 40 of 40 trials"
        }

    def test_honest_people_are_left_out_as_rarely_as_the_rule_says(self):
        """Who finds a picture more real prefers it too: two answers to a pair, one choice."""
        rng, people, pairs = np.random.default_rng(7), 4000, 25
        votes = []
        for person in range(people):
            answers = "".join(rng.choice(list("lr"), pairs))
            votes += votes_of(f"p{person}", answers, question="real")
            votes += votes_of(f"p{person}", answers, question="prefer")
        left_out = len(analysis.excluded(votes, Rule()))
        assert binomtest(left_out, people, Rule().side_p, alternative="greater").pvalue > 0.01

    def test_who_fails_catch_trials_is_found(self, honest):
        blind = votes_of("blind", "lr" * 20) + catches("blind", "lnr")
        reasons = analysis.excluded(honest + blind, Rule())
        assert reasons == {"blind": "failed 2 of 3 catch trials"}

    def test_one_slip_of_three_is_forgiven(self, honest):
        human = votes_of("human", "lr" * 20) + catches("human", "lrr")
        assert analysis.excluded(honest + human, Rule()) == {}

    def test_the_side_says_nothing_of_votes_on_paper(self):
        paper = votes_of("a", "l" * 40, source="answers.csv")
        assert analysis.excluded(paper, Rule()) == {}
        assert analysis.left_share(paper).decided == 0

    def test_the_left_share_counts_ties_for_neither_side(self):
        found = analysis.left_share(votes_of("a", "llrn"))
        assert (found.chosen, found.decided, found.ties) == (2, 3, 1)


def catches(participant: str, answers: str) -> list[Vote]:
    """Answers to catch trials; `l` chooses the decoy."""
    return votes_of(participant, answers, kind="catch", left=DECOY, right="custom")


class TestAgreement:
    def test_full_and_none(self):
        people = [
            votes_of(f"p{i}", "l", photo="a") + votes_of(f"p{i}", "r", photo="b") for i in "12"
        ]
        same = analysis.agreement([vote for own in people for vote in own])
        assert (same.pairs, same.share, same.alpha) == (2, 1.0, 1.0)
        opposed = analysis.agreement(votes_of("a", "l") + votes_of("b", "r"))
        assert opposed.share == 0

    def test_alpha_as_in_krippendorff_s_example(self):
        """Computing Krippendorff's Alpha-Reliability (2011), section A: two observers."""
        votes = []
        for person, answers in (("meg", "lrllllllrl"), ("owen", "rrrllrllll")):
            for unit, answer in enumerate(answers):
                votes += votes_of(person, answer, photo=str(unit))
        assert analysis.agreement(votes).alpha == pytest.approx(0.095, abs=5e-4)

    def test_random_answers_have_an_alpha_near_0(self):
        rng = np.random.default_rng(1)
        votes = []
        for person in range(10):
            for photo in range(200):
                answer = str(rng.choice(list("lr")))
                votes += votes_of(f"p{person}", answer, photo=str(photo))
        assert analysis.agreement(votes).alpha == pytest.approx(0, abs=0.02)

    def test_nobody_to_compare_with(self):
        assert analysis.agreement(votes_of("a", "lr", photo="x")).share is None


class TestPrecision:
    @pytest.mark.parametrize(("half_width", "votes"), [(0.05, 381), (0.1, 93)])
    def test_votes_needed(self, half_width, votes):
        n = analysis.votes_needed(half_width)
        assert n == votes
        low, high = analysis.share(n // 2, n).wilson
        assert (high - low) / 2 <= half_width + 1e-3

    def test_without_votes_nobody_knows_how_many_are_needed(self):
        assert analysis.participants_needed(analysis.share(0, 0), 0, 0.05) is None

    def test_participants_needed(self):
        votes = [v for i in range(20) for v in votes_of(f"p{i}", "lrlrlrlrlr")]
        result = analysis.win_rate(votes, "custom", "pretrained")
        needed = analysis.participants_needed(result, 20, 0.05)
        assert needed.votes == 381
        assert needed.design_effect == 1
        assert needed.participants == 39
        clustered = [v for i in range(20) for v in votes_of(f"p{i}", ("l" if i % 2 else "r") * 10)]
        result = analysis.win_rate(clustered, "custom", "pretrained")
        assert analysis.participants_needed(result, 20, 0.05).participants > 200


class TestBradleyTerry:
    NAMES = ("one", "two", "three", "four")
    TRUE = np.array([0.9, 0.3, -0.2, -1.0])

    def simulate(self, seed: int, participants: int = 50, each: int = 12) -> list[Vote]:
        rng = np.random.default_rng(seed)
        votes = []
        for person in range(participants):
            for step in range(each):
                left, right = rng.choice(len(self.NAMES), 2, replace=False)
                wins = rng.random() < 1 / (1 + np.exp(self.TRUE[right] - self.TRUE[left]))
                votes.append(
                    replace(
                        VOTE,
                        participant=f"p{person}",
                        step=step,
                        left=self.NAMES[left],
                        right=self.NAMES[right],
                        answer="left" if wins else "right",
                    )
                )
        return votes

    def test_strengths_are_ordered_and_sum_to_0(self):
        found = bradley_terry(self.simulate(0), self.NAMES)
        assert list(found) == list(self.NAMES)
        assert sum(one.strength for one in found.values()) == pytest.approx(0, abs=1e-6)
        assert all(one.interval[0] < one.strength < one.interval[1] for one in found.values())

    def test_intervals_are_those_of_votes_drawn_person_by_person(self):
        votes = self.simulate(4, participants=9)
        wins = np.zeros((len(votes), 4, 4))
        for index, vote in enumerate(votes):
            won, lost = (vote.left, vote.right)[:: 1 if vote.answer == "left" else -1]
            wins[index, self.NAMES.index(won), self.NAMES.index(lost)] = 1
        own = np.unique([vote.participant for vote in votes], return_inverse=True)[1]
        drawn = []
        for weights in analysis.resampled(9, 50)[:, own]:
            counted = (weights[:, None, None] * wins).sum(0) + PRIOR
            np.fill_diagonal(counted, 0)
            drawn.append(choix.ilsr_pairwise_dense(counted))
        reach = t.ppf(0.975, 8) * np.std(drawn, 0, ddof=1) * np.sqrt(9 / 8)
        found = bradley_terry(votes, self.NAMES, resamples=50)
        for name, expected in zip(self.NAMES, reach, strict=True):
            low, high = found[name].interval
            assert (high - low) / 2 == pytest.approx(expected, rel=1e-3)

    def test_a_tie_is_half_a_win_for_each(self):
        votes = votes_of("a", "n" * 10)
        found = bradley_terry(votes, ("custom", "pretrained"))
        assert found["custom"].strength == pytest.approx(0, abs=1e-6)
        assert found["custom"].interval is None

    def test_who_always_wins_has_a_finite_strength(self):
        found = bradley_terry(votes_of("a", "l" * 50), ("custom", "pretrained"))
        assert 1 < found["custom"].strength < 10

    @pytest.mark.slow
    def test_intervals_hold_the_true_strength_as_often_as_they_promise(self):
        held = []
        for seed in range(200):
            found = bradley_terry(self.simulate(seed), self.NAMES, seed=seed, resamples=80)
            for name, true in zip(self.NAMES, self.TRUE, strict=True):
                low, high = found[name].interval
                held.append(low <= true <= high)
        print(f"coverage {np.mean(held):.3f}")
        assert 0.93 <= np.mean(held) <= 0.97
