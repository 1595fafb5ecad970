"""Calibrates raw outputs: expected errors become standard errors, mouths read as wide as they are, neutral faces as neutral.

    python -m tools.calibrate --heldout DATA/heldout [--models models]

Everything is measured on rendered people kept from training, through crops jittered and degraded as the runtime's are (mouths
also through clean ones), with the weights that run (`onnx`, float32), and written into the manifest as `calibration`;
so is the openness from which an eye is rather open than shut, as a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
import yaml
from numpy.typing import NDArray

from dms.perception import crops, decode
from dms.perception.engines import Engine, load_network
from dms.perception.landmark_pose import angle_between_deg, pose_from_landmarks
from dms.perception.manifest import MANIFEST_NAME, models_directory
from dms.types import EXPRESSIONS
from tools.evaluation.measures import robust_slope
from tools.train.augment import photometric
from tools.train.face import STRENGTH, jittered_crop, outline
from tools.train.shards import Sample, Shards

FloatArray = NDArray[np.float64]

BINS = 6
SEED = 17
NEUTRAL = EXPRESSIONS.index("neutral")
OPEN_ENOUGH_TO_LOOK = 0.2
MOUTH_IN_SIGHT_DEG = 45.0
MOUTHS_APART = 0.2
"""Only pairs of mouths that differ by so much tell of a slope."""
SHUT_BELOW, OPEN_FROM = 0.1, 0.5
"""Between these nobody would call an eye shut or open."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Of many readings: what the network expected and how far off it was, in degrees."""

    expected_deg: FloatArray
    error_deg: FloatArray


@dataclass(frozen=True, slots=True)
class HeadReadings:
    """Of the same readings: head errors, by how much the pose from landmarks contradicts, mouths read and true: first each in a
    clean picture, then each in a degraded one. Of expressions the logarithm of the odds of neutral against the likeliest other,
    and the true one as its place in `EXPRESSIONS`, below 0 where it is not known."""

    head: Errors
    contradiction_deg: FloatArray
    mouth_read: FloatArray
    mouth_true: FloatArray
    neutral_odds: FloatArray
    expression_true: FloatArray


def read_heads(face: Engine, shards: Shards, most: int) -> HeadReadings:
    """Read up to `most` held-out faces once each, as a tracked frame is read, and their mouths also in a clean picture."""
    rng = np.random.default_rng(SEED)
    rows, clean, degraded = [], [], []
    for index in range(min(most, len(shards))):
        sample = shards.sample(index)
        picture = photometric(sample["image"], rng, STRENGTH, cover=0.1)
        crop = replace(jittered_crop(*outline(sample), rng), mirrored=False)
        reading = _read_face(face, picture, crop)
        pose = pose_from_landmarks(reading.landmarks, picture.shape[::-1], float(sample["field_of_view_deg"]))
        contradiction = angle_between_deg(pose.rotation, reading.rotation) if pose else np.nan
        off_deg = angle_between_deg(reading.rotation, sample["rotation"])
        rows.append((reading.rotation_sigma_deg, off_deg, contradiction, _neutral_odds(reading), float(sample["expression"])))
        if sample["mouth_visible"] and _turned_by_deg(sample) < MOUTH_IN_SIGHT_DEG:
            exact = crops.face_crop_from_landmarks(sample["landmarks"], crops.roll_of_landmarks(sample["landmarks"]))
            clean.append((_read_face(face, sample["image"], exact).mouth_open, float(sample["mouth_open"])))
            degraded.append((reading.mouth_open, float(sample["mouth_open"])))
    expected, error, contradiction, neutral, expression = np.array(rows).T
    read, true = np.array(clean + degraded).T
    return HeadReadings(Errors(expected, error), contradiction, read, true, neutral, expression)


def _neutral_odds(reading: decode.FaceReading) -> float:
    likely = np.log(np.maximum(reading.expression.astype(np.float64), 1e-9))
    return float(likely[NEUTRAL] - np.delete(likely, NEUTRAL).max())


def _read_face(face: Engine, picture: crops.Picture, crop: crops.Crop) -> decode.FaceReading:
    outputs = face.run({"image": crops.normalise(crops.cut(picture, crop, crops.FACE_SIZE)[None])})
    return decode.decode_face(outputs, crop)


@dataclass(frozen=True, slots=True)
class EyeReadings:
    """Of the eyes that can be seen: errors of the gaze of those that are open enough to look, and the openness read and true of
    all of them."""

    gaze: Errors
    open_read: FloatArray
    open_true: FloatArray


def read_eyes(eye: Engine, shards: Shards, most: int) -> EyeReadings:
    """Read the visible eyes of up to `most` held-out faces, the head's rotation known."""
    rng = np.random.default_rng(SEED)
    gazes, lids = [], []
    for index in range(min(most, len(shards))):
        sample = shards.sample(index)
        picture = photometric(sample["image"], rng, STRENGTH, cover=0.0)
        pair = crops.eye_crops_from_landmarks(sample["landmarks"])
        images = crops.normalise(np.stack([crops.cut(picture, crop, crops.EYE_SIZE) for crop in pair]))
        heads = np.stack([decode.eye_head_input(sample["rotation"], crop) for crop in pair])
        outputs = eye.run({"image": images, "head": heads})
        for side, crop in enumerate(pair):
            if not sample["eye_visible"][side]:
                continue
            reading, is_open = decode.decode_eye(outputs, crop, side), float(sample["openness"][side])
            lids.append((reading.openness, is_open))
            if is_open > OPEN_ENOUGH_TO_LOOK:
                cosine = float(np.clip(reading.gaze @ sample["gaze"][side], -1, 1))
                gazes.append((reading.gaze_sigma_deg, float(np.degrees(np.arccos(cosine)))))
    expected, error = np.array(gazes).T
    read, true = np.array(lids).T
    return EyeReadings(Errors(expected, error), read, true)


def _halves(true: FloatArray, read: FloatArray) -> tuple[tuple[FloatArray, FloatArray], ...]:
    """Truth and reading of the mouths in clean pictures, then in degraded ones."""
    half = len(true) // 2
    return (true[:half], read[:half]), (true[half:], read[half:])


def _turned_by_deg(sample: Sample) -> float:
    """Angle between the face's direction and the ray to the camera."""
    return float(np.degrees(np.arccos(np.clip(sample["rotation"][2, 2], -1.0, 1.0))))


def fit_sigma(errors: Errors) -> tuple[float, float]:
    """Scale and power of sigma = scale * expected ** power under which the errors are likeliest as Gaussian ones in a plane:
    for a given power the best scale is in closed form, the power is searched in steps of a hundredth."""

    def scale_of(power: float) -> float:
        return float(np.sqrt(np.mean((errors.error_deg / errors.expected_deg**power) ** 2)))

    def surprise(power: float) -> float:
        return float(np.log(scale_of(power)) + power * np.mean(np.log(errors.expected_deg)))

    power = min(np.arange(0.0, 2.0, 0.01), key=lambda one: surprise(float(one)))
    return scale_of(float(power)), float(power)


def fit_disagreement(readings: HeadReadings, sigma_deg: FloatArray) -> tuple[float, float]:
    """Up to where the pose from landmarks may differ (its 90th percentile), and which share of more than that is error: such that
    the readings beyond have the standard error that they are given. 0 if they have no more than the others."""
    known = np.isfinite(readings.contradiction_deg)
    free_deg = float(np.percentile(readings.contradiction_deg[known], 90))
    beyond = known & (readings.contradiction_deg > free_deg)
    more = float(np.mean(readings.head.error_deg[beyond] ** 2) - np.mean(sigma_deg[beyond] ** 2))
    excess = float(np.mean((readings.contradiction_deg[beyond] - free_deg) ** 2))
    return free_deg, float(np.sqrt(max(more, 0.0) / excess))


def fit_mouth(read: FloatArray, true: FloatArray) -> tuple[float, float]:
    """Gain and offset under which readings of mouths rise with the truth at a slope of 1, and lie as often above the truth as
    below. The slope is that of Theil and Sen: a few mouths that are lost altogether do not stretch all others."""
    gain = 1.0 / robust_slope(true, read, MOUTHS_APART)
    return gain, float(np.median(true - gain * read))


def fit_neutral(odds: FloatArray, true: FloatArray) -> float:
    """The number to add to the logit of neutral under which the share of neutral faces that pass for an expression is that of
    expressions that pass for neutral, each expression counting the same however rare it is."""
    neutral = odds[true == NEUTRAL]
    others = [odds[true == one] for one in range(len(EXPRESSIONS)) if one != NEUTRAL and np.any(true == one)]

    def excess(lift: float) -> float:
        """How much more often a neutral face passes for an expression than the other way round."""
        taken_for_neutral = np.mean([np.mean(values > -lift) for values in others])
        return float(np.mean(neutral <= -lift) - taken_for_neutral)

    low, high = -10.0, 10.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def fit_open_threshold(read: FloatArray, true: FloatArray) -> float:
    """The openness from which an eye is rather open than shut: where as large a share of the shut eyes lies above it as of the
    open ones below."""
    shut, opened = read[true < SHUT_BELOW], read[true >= OPEN_FROM]
    steps = np.arange(0.0, 1.0, 0.01)
    excess = [float(np.mean(shut >= step) - np.mean(opened < step)) for step in steps]
    return float(steps[int(np.argmin(np.abs(excess)))])


def table(errors: Errors, sigma_deg: FloatArray) -> str:
    """Bins of equal size by what was expected: expected before, standard error given now, root mean square of the real errors."""
    order = np.argsort(errors.expected_deg)
    rows = ["    expected   given    real"]
    for part in np.array_split(order, BINS):
        real = np.sqrt(np.mean(errors.error_deg[part] ** 2))
        given = np.sqrt(np.mean(sigma_deg[part] ** 2))
        rows.append(f"    {errors.expected_deg[part].mean():7.2f}° {given:6.2f}° {real:6.2f}°")
    return "\n".join(rows)


def _report(head: HeadReadings, gaze: Errors, face: dict[str, float], eye: dict[str, float]) -> str:
    sigma = face["rotation_sigma_scale"] * head.head.expected_deg ** face["rotation_sigma_power"]
    clean, degraded = (robust_slope(*half, MOUTHS_APART) for half in _halves(head.mouth_true, head.mouth_read))
    contradicted = head.contradiction_deg > face["disagreement_free_deg"]
    off, other = head.head.error_deg[contradicted].mean(), head.head.error_deg[~contradicted].mean()
    usual = np.nanmedian(head.contradiction_deg)
    gaze_sigma = eye["gaze_sigma_scale"] * gaze.expected_deg ** eye["gaze_sigma_power"]
    parts = ["head rotation", table(head.head, sigma), "gaze", table(gaze, gaze_sigma)]
    gain = face["mouth_gain"]
    parts.append(f"mouth: slope of reading against truth {clean:.3f} in clean pictures, {degraded:.3f} in degraded ones;")
    parts.append(f"by a gain of {gain:.3f} {gain * clean:.3f} and {gain * degraded:.3f}")
    parts.append(
        f"pose from landmarks: differs by {usual:.1f}° in the median; where it differs most, in a tenth of the readings, the"
    )
    parts.append(f"regression is off by {off:.1f}°, elsewhere by {other:.1f}°")
    before, after = (_passing(head, lift) for lift in (0.0, face["neutral_lift"]))
    parts.append(f"neutral faces taken for an expression, and expressions for neutral: {before}; with a lift of")
    parts.append(f"{face['neutral_lift']:.2f} {after}")
    return "\n".join(parts)


def _passing(head: HeadReadings, lift: float) -> str:
    is_neutral, said = head.expression_true == NEUTRAL, head.neutral_odds + lift > 0
    return f"{100 * np.mean(~said[is_neutral]):.1f} and {100 * np.mean(said[~is_neutral & (head.expression_true >= 0)]):.1f} %"


def main(
    heldout: Annotated[Path, typer.Option(help="Held-out rendered shards.", exists=True, file_okay=False)],
    models: Annotated[Path | None, typer.Option(help="Weights and manifest; the shipped ones by default.")] = None,
    most: Annotated[int, typer.Option(min=100, help="Faces to read.")] = 1_500,
) -> None:
    """Fit the calibration on held-out renders, print it, and write it into the manifest."""
    cv2.setNumThreads(1)
    folder = models or models_directory()
    shards = Shards(heldout, "face")
    if not len(shards):
        raise typer.BadParameter(f"{heldout}: no face-*.npz")
    head = read_heads(load_network("face", directory=folder), shards, most)
    eyes = read_eyes(load_network("eye", directory=folder), shards, most)
    scale, power = fit_sigma(head.head)
    free_deg, share = fit_disagreement(head, scale * head.head.expected_deg**power)
    gain, offset = fit_mouth(head.mouth_read, head.mouth_true)
    face = {
        "rotation_sigma_scale": scale, "rotation_sigma_power": power, "disagreement_free_deg": free_deg,
        "disagreement_share": share, "mouth_gain": gain, "mouth_offset": offset,
        "neutral_lift": fit_neutral(head.neutral_odds, head.expression_true),
    }  # fmt: skip
    eye = dict(zip(("gaze_sigma_scale", "gaze_sigma_power"), fit_sigma(eyes.gaze), strict=True))
    opened = fit_open_threshold(eyes.open_read, eyes.open_true)
    _write(folder / MANIFEST_NAME, {"face": face, "eye": eye}, {"eye": {"open": opened}})
    typer.echo(_report(head, eyes.gaze, face, eye))
    typer.echo(f"an eye is rather open than shut from {opened:.2f}: {_mistaken(eyes, opened)}")


def _mistaken(eyes: EyeReadings, opened: float) -> str:
    shut, wide = eyes.open_read[eyes.open_true < SHUT_BELOW], eyes.open_read[eyes.open_true >= OPEN_FROM]
    above, below = 100 * np.mean(shut >= opened), 100 * np.mean(wide < opened)
    return f"{above:.1f} % of {len(shut)} shut eyes and {below:.1f} % of {len(wide)} open ones lie on the other side"


def _write(path: Path, calibrations: dict[str, dict[str, float]], thresholds: dict[str, dict[str, float]]) -> None:
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for network, limits in thresholds.items():
        manifest["networks"][network].setdefault("thresholds", {}).update(
            {name: round(value, 4) for name, value in limits.items()}
        )
    for network, numbers in calibrations.items():
        manifest["networks"][network]["calibration"] = {name: round(value, 4) for name, value in numbers.items()}
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, width=120), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
