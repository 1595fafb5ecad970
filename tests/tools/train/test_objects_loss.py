"""What the objects network is taught of things that a picture does not show: nothing."""

from __future__ import annotations

import pytest
import torch

from tools.render.seen import CANNOT_BE_SEEN
from tools.train.objects import ObjectsTask

PHONE = [0, 1, 2, 0, 1, CANNOT_BE_SEEN]
SMOKING = [0, 0, 1, 1, 0, CANNOT_BE_SEEN]
DRINKING = [1, 0, 0, 0, 0, CANNOT_BE_SEEN]


def lesson(seed: int, hidden_says: float) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The loss of six samples, the last of which hides everything; of it the network says `hidden_says`."""
    generator = torch.Generator().manual_seed(seed)
    outputs = {
        "phone": torch.randn(6, 3, generator=generator),
        "smoking": torch.randn(6, 1, generator=generator),
        "drinking": torch.randn(6, 1, generator=generator),
        "where": torch.randn(6, 3, 6, 6, generator=generator),
    }
    for values in outputs.values():
        values[-1] = hidden_says
    outputs["phone"][-1, 1] = -hidden_says
    batch = {
        "phone": torch.tensor(PHONE), "smoking": torch.tensor(SMOKING), "drinking": torch.tensor(DRINKING),
        "where": torch.zeros(6, 3, 6, 6),
    }  # fmt: skip
    return ObjectsTask().loss(outputs, batch)


@pytest.mark.parametrize("hidden_says", [-9.0, 0.5, 9.0])
def test_what_is_said_of_hidden_things_costs_nothing(hidden_says: float) -> None:
    loss, parts = lesson(1, hidden_says)
    reference, expected = lesson(1, 0.0)
    assert loss.item() == pytest.approx(reference.item(), abs=1e-5)
    assert parts["phone_right%"].item() == pytest.approx(expected["phone_right%"].item())


def test_a_batch_in_which_all_is_hidden_has_a_loss_that_can_be_trained_on() -> None:
    network = torch.zeros(4, 3, requires_grad=True)
    hidden = torch.full((4,), CANNOT_BE_SEEN)
    batch = {"phone": hidden, "smoking": hidden, "drinking": hidden, "where": torch.zeros(4, 3, 6, 6)}
    outputs = {"phone": network, "smoking": network[:, :1], "drinking": network[:, 1:2], "where": torch.zeros(4, 3, 6, 6)}
    loss, _ = ObjectsTask().loss(outputs, batch)
    loss.backward()
    assert torch.isfinite(loss)
    assert network.grad is not None
    assert torch.isfinite(network.grad).all()
