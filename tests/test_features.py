"""Distances between sets of pictures, by their features: against textbooks and plain loops."""

import numpy as np
import pytest

from colorgan.evaluation.features import frechet_distance, kernel_distance


class TestDistances:
    def test_frechet_agrees_with_the_formula_for_gaussians(self):
        def normal(seed):
            """Draws whose mean is exactly 0 and whose covariance is exactly 1."""
            x = np.random.default_rng(seed).normal(0, 1, (200, 3))
            x -= x.mean(0)
            return np.linalg.solve(np.linalg.cholesky(np.cov(x, rowvar=False)), x.T).T

        a, b = normal(0), 1 + 2 * normal(1)
        assert frechet_distance(a, b) == pytest.approx(3 * 1 + 3 * (2 - 1) ** 2, rel=1e-6)
        assert frechet_distance(a, a) == pytest.approx(0, abs=1e-8)

    def test_frechet_agrees_with_the_square_root_of_the_matrix(self):
        """The textbook form, with scipy's root of the product of covariances."""
        from scipy.linalg import sqrtm

        rng = np.random.default_rng(1)
        a, b = rng.normal(0, 1, (50, 8)), rng.normal(0.3, 1.5, (60, 8)) @ rng.normal(0, 1, (8, 8))
        covs = [np.cov(x, rowvar=False) for x in (a, b)]
        root = np.real(np.trace(sqrtm(covs[0] @ covs[1])))
        textbook = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(covs[0] + covs[1]) - 2 * root
        assert frechet_distance(a, b) == pytest.approx(textbook, rel=1e-6)

    def test_kernel_distance_agrees_with_a_plain_double_loop(self):
        rng = np.random.default_rng(2)
        a, b = rng.normal(0, 1, (7, 5)), rng.normal(0.5, 1, (7, 5))

        def k(x, y):
            return (float(x @ y) / 5 + 1) ** 3

        within = [
            sum(k(s[i], s[j]) for i in range(7) for j in range(7) if i != j) / 42 for s in (a, b)
        ]
        between = sum(k(x, y) for x in a for y in b) / 49
        assert kernel_distance(a, b) == pytest.approx(sum(within) - 2 * between)

    def test_kernel_distance_is_about_zero_for_one_kind_and_grows_with_the_shift(self):
        rng = np.random.default_rng(0)
        sets = [rng.normal(shift, 1, (300, 16)) for shift in (0, 0, 0.3, 0.6)]
        same, near, far = (kernel_distance(sets[0], other) for other in sets[1:])
        assert abs(same) < 0.05 < near < far
