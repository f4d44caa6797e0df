"""Moving pictures in colour: frames in, steady frames out; films in, films out.

`steady` is what keeps colours calm, pure functions on small pictures; `following` moves hints
through their scene; `filmer` is the class for programs. `planes` makes chroma for a frame whose
luma stays as it is; `source`, `parts` and `film` read, write and join files, by PyAV, which only
they import.
"""

from __future__ import annotations

from .filmer import Filmer

__all__ = ["Filmer"]
