"""How often somebody may ask, and what is kept of addresses."""

from __future__ import annotations

from colorgan.rates import Rate, Rates


def test_so_many_at_once_and_more_after_a_while():
    now = [0.0]
    rates, rate = Rates(clock=lambda: now[0]), Rate(5, 1)
    assert [rates.take("vote", "anna", rate) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert rates.take("vote", "ben", rate, 5) == 0
    now[0] += 1
    assert rates.take("vote", "anna", rate, 3) == 2
    assert rates.take("vote", "anna", rate) == 0


def test_addresses_are_kept_as_hashes_that_change_daily():
    now = [0.0]
    rates = Rates(clock=lambda: now[0])
    today = rates.hashed("192.0.2.7")
    assert "192.0.2.7" not in today
    assert rates.hashed("192.0.2.7") == today
    now[0] += 86_401
    assert rates.hashed("192.0.2.7") != today
    assert Rates(clock=lambda: 0.0).hashed("192.0.2.7") != today
