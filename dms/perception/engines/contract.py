"""What is read from each network, held against weights as they are loaded: those of another network are found out before the
first frame, not in the middle of a drive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dms.errors import one_line
from dms.perception import crops
from dms.perception.engines.base import Engine, NetworkName
from dms.perception.manifest import ModelError

Shapes = Mapping[str, tuple[int, ...]]

TAKES: Mapping[NetworkName, Shapes] = {
    "detector": {"image": (1, 32, 48)},
    "face": {"image": (1, crops.FACE_SIZE, crops.FACE_SIZE)},
    "eye": {"image": (1, crops.EYE_SIZE, crops.EYE_SIZE), "head": (6,)},
    "objects": {"image": (1, crops.OBJECTS_SIZE, crops.OBJECTS_SIZE)},
}
"""Of one picture. The detector takes any multiples of 16."""
READ: Mapping[NetworkName, Shapes] = {
    "detector": {"heatmap": (1, 8, 12), "box": (4, 8, 12)},
    "face": {
        "landmarks": (68, 2), "landmark_log_sigma": (68,), "rotation": (6,), "rotation_log_sigma": (1,), "state": (6,),
        "expression": (8,),
    },
    "eye": {"state": (2,), "lids": (6, 2), "lids_log_sigma": (1,), "gaze": (3,), "gaze_log_sigma": (1,)},
    "objects": {"phone": (3,), "smoking": (1,), "drinking": (1,)},
}  # fmt: skip
"""What `decode` reads of one picture; a network may say more."""


def hold_to_contract(engine: Engine, network: NetworkName, file: Path) -> None:
    """Run two empty pictures through a network that was loaded from `file`.

    Raises:
        ModelError: it does not take what such a network is given, or does not give what is read from it.
    """
    inputs = {name: np.zeros((2, *shape), np.float32) for name, shape in TAKES[network].items()}
    try:
        outputs = engine.run(inputs)
    except Exception as error:  # each engine raises classes of its own
        raise ModelError(f"{file}: does not take what the {network} network is given: {one_line(str(error))}") from error
    for name, shape in READ[network].items():
        if name not in outputs:
            raise ModelError(
                f"{file}: not the {network} network: gives {', '.join(sorted(outputs))}, and {name} is not among them"
            )
        if len(outputs[name]) != 2:
            raise ModelError(f"{file}: not the {network} network: {name} is of {len(outputs[name])} picture, not of 2")
        if outputs[name].shape != (2, *shape):
            got = " x ".join(map(str, outputs[name].shape[1:]))
            raise ModelError(f"{file}: not the {network} network: {name} is {got}, not {' x '.join(map(str, shape))}")
