"""How alike two places of a photo are, learned: where a hint should go.

Without it hints spread by the principal parts of what the decoder sees, and those were made to tell
colours, not things: two coats of different people look alike, a wall in shade and in light do not.
Here a linear map and a small network make points of the same maps, in which a distance of 1 counts
as near. It was trained through the very spreading (recipe `likeness`), so that with a few true
colours given a photo comes nearest to its own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HIDDEN = 64
_NEAR = 0.75  # as `hints.spreading` scales what was not learned: the start of the training
_LIFT = 6.0  # brings features, whose mean square over all channels is 1/2, to about 1


class Likeness(nn.Module):
    """Maps to points that lie near each other where one thing is seen.

    Args:
        inputs: channels of the maps.
        outputs: of the points.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Conv2d(inputs, outputs, 1, bias=False)
        nn.init.orthogonal_(self.linear.weight)
        with torch.no_grad():
            self.linear.weight *= (inputs / outputs) ** 0.5 / _NEAR
        self.hidden = nn.Conv2d(inputs + 3, HIDDEN, 1)
        self.bent = nn.Conv2d(HIDDEN, outputs, 1)
        nn.init.zeros_(self.bent.weight)
        nn.init.zeros_(self.bent.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor, lightness: Tensor, ab: Tensor) -> Tensor:
        """Return points (N, D, h, w).

        Args:
            features: (N, C, h, w), of any scale: each photo's own mean and extent are taken out.
            lightness: L* (N, 1, h, w).
            ab: (N, 2, h, w), the model's answer in CIE units.
        """
        centred = features - features.mean((2, 3), keepdim=True)
        extent = (2 * centred.square().sum(1, keepdim=True).mean((2, 3), keepdim=True)).sqrt()
        own = centred / extent.clamp(min=1e-6)
        seen = torch.cat((own * _LIFT, (lightness - 50) / 25, ab / 20), dim=1)
        points: Tensor = self.linear(own) + self.bent(torch.relu(self.hidden(seen)))
        return points
