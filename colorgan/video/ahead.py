"""Work that runs ahead of who needs it, in a thread of its own.

A frame is read, coloured and written one after another; while one is written the next is coloured
and the one after it read, so that all cores have something to do. torch's own way to share
one operation among cores helps little here: most operations on a small picture are too short.
"""

from __future__ import annotations

from collections.abc import Generator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

import torch

T = TypeVar("T")
MOST = 1
"""Items that wait to be taken; one more is being made."""
_PATIENCE = 0.2  # seconds after which it is looked whether the work is still wanted


def ahead(
    items: Generator[T], cores: int = 1, source: Generator[Any] | None = None
) -> Generator[T]:
    """Yield items that a thread makes ahead, of which `MOST` wait to be taken.

    What is raised there is raised here. Closed before its end, it ends the thread.

    Args:
        items: what only that thread shall touch; closed at the end.
        cores: how many torch may use for one operation in it.
        source: what the items are made of, closed too: an error on its way up would keep it alive.
    """
    made: Queue[tuple[bool, T | BaseException | None]] = Queue(MOST)
    ended = Event()

    def put(is_item: bool, what: T | BaseException | None) -> None:
        while not ended.is_set():
            try:
                return made.put((is_item, what), timeout=_PATIENCE)
            except Full:
                continue

    def work() -> None:
        _use(cores)
        try:
            for item in items:
                put(True, item)
                if ended.is_set():
                    break
            put(False, None)
        except BaseException as error:  # of whatever kind, it is theirs who wait for the item
            put(False, error)
        finally:
            items.close()
            if source is not None:
                source.close()

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            is_item, what = made.get()
            if is_item:
                yield what  # type: ignore[misc]
            elif what is None:
                return
            else:
                raise what  # type: ignore[misc]
    finally:
        ended.set()
        thread.join()
        while True:  # what was made and is not wanted holds memory
            try:
                made.get_nowait()
            except Empty:
                break


def _use(cores: int) -> None:
    """Let torch use so many cores in this thread, and as many as before in later ones."""
    usual = torch.get_num_threads()
    torch.set_num_threads(min(cores, usual))
    other = Thread(target=torch.set_num_threads, args=(usual,))
    other.start()
    other.join()
