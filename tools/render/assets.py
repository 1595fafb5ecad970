"""Reads the ingredients of the renderer from the assets folder: head model, meshes, textures, environment maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.picture_files import read_unchanged

Array = NDArray[np.floating[Any]]
IntArray = NDArray[np.int32]


class AssetsMissingError(RuntimeError):
    """The assets folder, or a file that must be in it, is not there."""


@dataclass(frozen=True, slots=True)
class HeadData:
    """The morphable head as stored: centimetres, x to the head's left, y up, z out of the face."""

    neutral: Array  # (V, 3)
    identity_shapes: Array  # (100, V * 3)
    expression_shapes: Array  # (53, V * 3)
    expression_names: tuple[str, ...]
    faces: IntArray  # (T, 3)
    face_uv: IntArray  # (T, 3) indices into texture_coordinates
    material: NDArray[np.int8]  # (T,)
    material_names: tuple[str, ...]
    texture_coordinates: Array  # (U, 2)
    landmarks: IntArray  # (68,) vertex indices


@dataclass(frozen=True, slots=True)
class TexturedMesh:
    """A mesh from an OBJ file with one texture coordinate per vertex, in the file's own frame."""

    name: str
    positions: Array  # (V, 3)
    texture_coordinates: Array  # (V, 2)
    triangles: IntArray  # (T, 3)
    texture: NDArray[np.uint8] | None  # (H, W, 4) RGBA


def require_assets(folder: Path) -> Path:
    """The folder itself, or AssetsMissingError naming what is not there."""
    for part in ("ict_facekit/ict_facekit_light.npz", "makehuman_cc0", "hdri"):
        if not (folder / part).exists():
            raise AssetsMissingError(f"{folder / part}: not found; give the assets folder with --assets")
    return folder


def load_head(folder: Path) -> HeadData:
    """Load the morphable head; float16 offsets become float32 once here."""
    stored = np.load(require_assets(folder) / "ict_facekit" / "ict_facekit_light.npz")
    return HeadData(
        neutral=stored["neutral"].astype(np.float32),
        identity_shapes=stored["ident"].astype(np.float32).reshape(len(stored["ident"]), -1),
        expression_shapes=stored["expr"].astype(np.float32).reshape(len(stored["expr"]), -1),
        expression_names=tuple(str(name) for name in stored["expr_names"]),
        faces=stored["faces"].astype(np.int32),
        face_uv=stored["fuv"].astype(np.int32),
        material=stored["mat"],
        material_names=tuple(str(name) for name in stored["mats"]),
        texture_coordinates=stored["vt"].astype(np.float32),
        landmarks=stored["lm68"].astype(np.int32),
    )


def load_obj(path: Path) -> TexturedMesh:
    """Read an OBJ mesh; faces are triangulated and vertices split where texture coordinates differ."""
    positions: list[list[float]] = []
    coordinates: list[list[float]] = []
    corners: dict[tuple[int, int], int] = {}
    triangles: list[list[int]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        word, _, rest = line.partition(" ")
        if word == "v":
            positions.append([float(value) for value in rest.split()[:3]])
        elif word == "vt":
            coordinates.append([float(value) for value in rest.split()[:2]])
        elif word == "f":
            polygon = []
            for corner in rest.split():
                fields = corner.split("/")
                key = (int(fields[0]) - 1, int(fields[1]) - 1 if len(fields) > 1 and fields[1] else -1)
                polygon.append(corners.setdefault(key, len(corners)))
            triangles.extend([polygon[0], polygon[i], polygon[i + 1]] for i in range(1, len(polygon) - 1))
    keys = list(corners)
    return TexturedMesh(
        name=path.stem,
        positions=np.array([positions[vertex] for vertex, _ in keys], np.float32),
        texture_coordinates=np.array([coordinates[uv] if uv >= 0 else [0.0, 0.0] for _, uv in keys], np.float32),
        triangles=np.array(triangles, np.int32),
        texture=_read_texture(path.with_name(f"{path.stem}_diffuse.png")),
    )


def _read_texture(path: Path) -> NDArray[np.uint8] | None:
    if not path.exists():
        return None
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise AssetsMissingError(f"{path}: not a readable picture")
    return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA)).astype(np.uint8)


def load_hair(folder: Path) -> list[TexturedMesh]:
    """All hair meshes, in name order."""
    return [load_obj(path) for path in sorted((folder / "makehuman_cc0" / "hair").glob("*/*.obj"))]


def load_eyebrow_alphas(folder: Path) -> list[NDArray[np.uint8]]:
    """Alpha channel of each eyebrow texture, in name order; each shows the two brows one above the other."""
    paths = sorted((folder / "makehuman_cc0" / "eyebrows").glob("*/*.png"))
    return [np.asarray(read_unchanged(path)[..., 3], np.uint8) for path in paths]


def load_environments(folder: Path) -> list[Array]:
    """Environment maps (256, 512, 3) linear RGB, scaled to a median luminance of 0.2, in name order.

    The sun is clipped at 200 times that: it is drawn as a lamp of its own.
    """
    maps = []
    for path in sorted((folder / "hdri").glob("*.hdr")):
        bgr = read_unchanged(path)
        picture = cv2.resize(bgr[..., ::-1].astype(np.float32), (512, 256), interpolation=cv2.INTER_AREA)
        scale = 0.2 / max(float(np.mean(np.minimum(picture, np.percentile(picture, 95)))), 1e-6)
        maps.append(np.ascontiguousarray(np.clip(picture * scale, 0, 40.0)))
    return maps
