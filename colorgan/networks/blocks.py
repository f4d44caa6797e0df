"""Layers that several networks share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


def normed(layer: nn.Module, spectral: bool) -> nn.Module:
    """Put spectral normalisation (Miyato 2018) on a layer if asked for."""
    return spectral_norm(layer) if spectral else layer


def centred(lightness: Tensor) -> Tensor:
    """Bring L* from 0..100 to -1..1."""
    return lightness / 50 - 1


class ConvBlock(nn.Sequential):
    """A 3x3 convolution, batch norm and ReLU; keeps H and W."""

    def __init__(self, inputs: int, outputs: int, *, spectral: bool = False) -> None:
        conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        super().__init__(normed(conv, spectral), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class SelfAttention(nn.Module):
    """Self-attention over all positions (SAGAN, Zhang 2019); keeps the shape.

    Starts as the identity: the answer is weighed by a learned scale that begins at zero.
    Memory is bounded by the fused kernel of torch, which never holds the whole matrix.
    """

    def __init__(self, channels: int, *, spectral: bool = False) -> None:
        super().__init__()
        inner = max(channels // 8, 1)
        self.query = normed(nn.Conv2d(channels, inner, 1, bias=False), spectral)
        self.key = normed(nn.Conv2d(channels, inner, 1, bias=False), spectral)
        self.value = normed(nn.Conv2d(channels, channels, 1, bias=False), spectral)
        self.scale = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Add to x (N, C, H, W) what each position gathers from all others."""
        query, key, value = (
            layer(x).flatten(2).transpose(1, 2)[:, None]  # (N, 1, H * W, channels)
            for layer in (self.query, self.key, self.value)
        )
        gathered = F.scaled_dot_product_attention(query, key, value)
        return x + self.scale * gathered[:, 0].transpose(1, 2).reshape(x.shape)
