"""Which device does the work. What a machine has is played: tests run on any."""

import os

import pytest
import torch

from colorgan import device


@pytest.fixture
def gpus(monkeypatch):
    """Gives the machine so many GPUs."""

    def have(count):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)

    return have


@pytest.mark.parametrize(("count", "taken"), [(1, [0, 0, 0, 0]), (2, [0, 1, 0, 1])])
def test_each_process_of_a_machine_takes_another_gpu(gpus, count, taken):
    gpus(count)
    chosen = [device.choose_device(place) for place in range(4)]
    assert chosen == [torch.device("cuda", place) for place in taken]


def test_without_a_gpu_apple_s_is_taken_and_else_the_processor(gpus, monkeypatch):
    gpus(0)
    assert device.choose_device(3) == torch.device("cpu")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose_device(3) == torch.device("mps")


@pytest.mark.parametrize(("threads", "idle"), [(1, True), (3, True), (4, False), (8, False)])
def test_a_core_is_idle_where_torch_has_fewer_threads_than_there_are(
    gpus, monkeypatch, threads, idle
):
    gpus(0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert device.has_idle_core() is idle


def test_beside_a_gpu_the_processor_is_idle(gpus, monkeypatch):
    gpus(1)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1000)
    assert device.has_idle_core()


@pytest.mark.parametrize(
    ("flags", "fast"),
    [
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True, "avx512_bf16": False}, True),
        ({"bf16": True}, True),  # ARM
        ({"avx2": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({}, False),
    ],
)
def test_a_processor_is_fast_at_bfloat16_if_its_flags_say_so(monkeypatch, flags, fast):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags, raising=False)
    assert device.has_fast_bfloat16.__wrapped__("cpu") is fast


def test_a_gpu_is_fast_at_bfloat16_if_it_need_not_emulate_it(monkeypatch):
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation
    )
    assert device.has_fast_bfloat16.__wrapped__("cuda") is False
    assert device.has_fast_bfloat16.__wrapped__("mps") is False


@pytest.mark.parametrize("fast", [True, False])
def test_half_precision_is_for_processors_that_are_fast_at_it(monkeypatch, fast):
    monkeypatch.setattr(device, "has_fast_bfloat16", lambda kind: fast)
    with device.autocast(torch.device("cpu")):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == (torch.bfloat16 if fast else torch.float32)
