"""Which device does the work, in which precision, and what if its memory is too small."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import torch

from .errors import out_of_memory


def choose_device(place: int = 0) -> torch.device:
    """Return the fastest device there is: CUDA, Apple's MPS, or the CPU.

    Args:
        place: of this process among those on this machine: each takes another GPU.
    """
    if torch.cuda.is_available():
        return torch.device("cuda", place % torch.cuda.device_count())
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def has_idle_core() -> bool:
    """Return whether a core is left for other work while the networks compute."""
    if choose_device().type != "cpu":
        return True
    return torch.get_num_threads() < cores()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@lru_cache
def has_fast_bfloat16(kind: str) -> bool:
    """Return whether a kind of device ("cpu", "cuda", "mps") computes in bfloat16 natively.

    A CPU without it would emulate it, slower than float32, so its flags are asked.
    """
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind == "cpu" and hasattr(torch.cpu, "get_capabilities"):
        flags = torch.cpu.get_capabilities()
        return bool(flags.get("avx512_bf16") or flags.get("amx_bf16") or flags.get("bf16"))
    return False


def autocast(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 inside this context where the device is fast at it."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device.type))


@contextmanager
def memory_told(name: str) -> Iterator[None]:
    """Turn a lack of memory, of the CPU or a GPU, into a sentence.

    Args:
        name: of the photo that is worked on.

    Raises:
        PhotoError: the photo needs more memory than is free.
    """
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise out_of_memory(name) from error
    except RuntimeError as error:  # torch has no class of its own for the memory of a CPU
        if "DefaultCPUAllocator" not in str(error):
            raise
        raise out_of_memory(name) from error
