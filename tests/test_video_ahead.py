"""Work that runs ahead in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from colorgan.video.ahead import MOST, ahead


class Made:
    """Counts what was made, and says whether making has ended."""

    def __init__(self) -> None:
        self.count, self.is_closed = 0, False

    def items(self, broken_at: int | None = None) -> Iterator[int]:
        try:
            while self.count < 20:
                if self.count == broken_at:
                    raise ValueError("broken")
                self.count += 1
                yield self.count
        finally:
            self.is_closed = True


def test_items_come_in_order_and_to_the_last():
    assert list(ahead(Made().items())) == list(range(1, 21))


def test_only_a_few_are_made_ahead_and_none_after_the_end():
    made, before = Made(), threading.active_count()
    items = ahead(made.items())
    assert [next(items), next(items)] == [1, 2]
    items.close()
    assert made.count <= 2 + MOST + 1 and made.is_closed
    assert threading.active_count() == before


def test_an_error_comes_where_its_item_would_have_come():
    made = Made()
    items = ahead(ahead(made.items(broken_at=3)))
    assert [next(items) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ValueError, match="broken"):
        next(items)
    assert made.is_closed


def test_torch_uses_as_many_cores_there_as_it_was_told_and_elsewhere_as_before():
    usual = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert list(ahead(torch.get_num_threads() for _ in range(2))) == [1, 1]
        assert list(ahead((torch.get_num_threads() for _ in range(2)), 2)) == [2, 2]
        assert list(ahead((torch.get_num_threads() for _ in range(2)), 8)) == [3, 3]
        found = []
        later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        later.start()
        later.join()
        assert [*found, torch.get_num_threads()] == [3, 3]
    finally:
        torch.set_num_threads(usual)
