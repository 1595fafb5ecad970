"""Draws people with all their parts into a picture and returns it with its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import moderngl
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dms.perception.head_geometry import direction_from_angles
from tools.render import assets
from tools.render.assets import Array, IntArray
from tools.render.before_face import make_wheel
from tools.render.body import bend_neck
from tools.render.camera import Camera, rotation_of_ray
from tools.render.canvas import Canvas, Sheet, Solid
from tools.render.cloth import PLAIN
from tools.render.expressions import ExpressionSampler, FaceState
from tools.render.eyes import Eyeball, gaze_frame, lash_strip, lash_textures
from tools.render.glasses import Pane, pane_uniforms
from tools.render.hair import Hairstyle, fit
from tools.render.heads import HEAD_VERTICES, MOUTH_END, HeadModel
from tools.render.lighting import Light, LightRoom, place_cuts, shadow_matrix
from tools.render.person import Person, make_person
from tools.render.shapes import moved
from tools.render.skin_maps import ambient_occlusion, brow_strips, build_skin_maps, noise_texture
from tools.render.truth import FaceTruth, measure

PIVOT = np.array([0.0, 1.0, 4.0], np.float32)  # the head's centre, head frame, cm
HELD_OUT_ENVIRONMENTS = (2, 6, 10)
HELD_OUT_HAIR = ("short03", "bob01")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a head is and how it is turned, in camera space."""

    rotation: Array  # (3, 3) head to camera
    position: Array  # (3,) head centre, cm
    torso: Array  # (3, 3)


class Studio:
    """Everything loaded once: head model, textures, hair, light; draws heads into canvases it keeps per size."""

    def __init__(self, folder: Path, context: moderngl.Context) -> None:
        self.context = context
        data = assets.load_head(folder)
        self.model = HeadModel(data)
        self.sampler = ExpressionSampler(data.expression_names)
        self.maps = build_skin_maps(context, self.model)
        self.bent = ambient_occlusion(context, self.model)
        alphas = assets.load_eyebrow_alphas(folder)
        self.brows = brow_strips(alphas)
        self.styles = [fit(mesh, self.model) for mesh in assets.load_hair(folder)]
        self.environments = assets.load_environments(folder)
        self.light_room = LightRoom(self.environments)
        self.lashes = lash_textures()
        self.eyeball = Eyeball()
        self._noise = noise_texture()
        self._canvases: dict[tuple[int, int], Canvas] = {}
        uv = np.clip((self.model.uv[:9409] * 1024).astype(int), 0, 1023)
        self.beard_zones = np.zeros((HEAD_VERTICES, 3), np.float32)
        self.beard_zones[:9409] = self.maps.whiskers[uv[:, 1], uv[:, 0], :3] / 255.0
        self._mouth_colours = self._paint_mouth()
        self._mouth_shapes = np.array([name.startswith(("mouth", "jaw")) for name in data.expression_names])

    def _paint_mouth(self) -> Array:
        colours = np.zeros((MOUTH_END - HEAD_VERTICES, 4), np.float32)
        depth = np.clip((self.model.neutral[HEAD_VERTICES:, 2] - 4.0) / 6.0, 0.04, 1) ** 1.6
        colours[:2977] = [0.30, 0.07, 0.07, 0.5]
        colours[2977:] = [0.62, 0.56, 0.46, 0.6]
        colours[:, :3] *= depth[:, None]
        return colours

    def environment_choices(self, held_out: bool) -> list[int]:
        """Indices of the environment maps of the training or the held-out side."""
        return [i for i in range(len(self.environments)) if (i in HELD_OUT_ENVIRONMENTS) == held_out]

    def hair_choices(self, held_out: bool) -> list[Hairstyle]:
        """Hair meshes of the training or the held-out side."""
        return [style for style in self.styles if (style.name in HELD_OUT_HAIR) == held_out]

    def person(self, seed: int, generator: Generator, infrared: bool, held_out: bool, close_up: bool = False) -> Person:
        """Draw a person from seeds."""
        return make_person(
            seed, generator, self.model, self.hair_choices(held_out), self.maps.vertex_scalp, self.beard_zones, len(self.brows),
            infrared, close_up,
        )  # fmt: skip

    def canvas(self, width: int, height: int) -> Canvas:
        """The canvas of this size with all textures uploaded."""
        if (width, height) not in self._canvases:
            canvas = Canvas(self.context, width, height)
            canvas.set_skin(self.model.skin_triangles, self.model.uv[:HEAD_VERTICES], self.bent, self.maps.vertex_scalp)
            canvas.texture("regions", self.maps.regions)
            canvas.texture("folds", self.maps.folds)
            canvas.texture("tint", self.maps.tint)
            canvas.texture("whiskers", self.maps.whiskers)
            canvas.texture("noise", self._noise, repeat=True)
            canvas.texture_layers("brows", self.brows)
            for k, strip in enumerate(self.lashes):
                canvas.texture(f"lash{k}", strip)
            for style in self.styles:
                canvas.texture(f"hair_{style.name}", style.texture, repeat=True)
            for k, picture in enumerate(self.environments):
                canvas.texture(f"environment{k}", np.minimum(picture, 30).astype(np.float16), repeat=True)
            self._canvases[width, height] = canvas
        return self._canvases[width, height]

    def begin(self, canvas: Canvas, camera: Camera, backdrop: NDArray[np.uint8], light: Light, centre: Array, environment: int,
              exposure: float, cloth: Mapping[str, object] = PLAIN) -> None:  # fmt: skip
        """Start a picture; `cloth` is what garments and seats look like close up."""
        canvas._textures["environment"] = canvas._textures[f"environment{environment}"]
        cut_a, cut_b = place_cuts(light, centre)
        shared = {
            "sh": light.harmonics, "sun_direction": light.sun_direction, "sun_colour": light.sun_colour, "cut_a": cut_a,
            "cut_b": cut_b, "cut_softness": light.cut_softness, "cut_floor": light.cut_floor,
            "lamp_position": light.lamp_position, "lamp_colour": light.lamp_colour, "exposure": exposure,
            "shadow_on": float(light.self_shadow), "to_world": light.to_world.T,
            "shadow_matrix": shadow_matrix(light.sun_direction, centre, 17.0).T, **cloth,
        }  # fmt: skip
        canvas.begin(backdrop, shared, camera.matrix(canvas.near, canvas.far))

    def draw_person(
        self,
        canvas: Canvas,
        camera: Camera,
        light: Light,
        person: Person,
        state: FaceState,
        place: Placement,
        gaze_head: Array,
        extras: list[Solid],
        detail: bool = True,
        torso: bool = True,
        pane: Pane | None = None,
    ) -> tuple[object, Array]:
        """Draw one person; returns the pose and its bare vertices in camera space, which `truth` needs after reading depth."""
        model, scale = self.model, person.size
        wanted = state.weights
        if person.mouth_masked:
            wanted = np.where(self._mouth_shapes, wanted * 0.2, wanted)
        weights = model.solve_lids(person.identity, wanted, state.openness)
        pose = model.pose(person.identity, weights, gaze_head, person.inflate)

        def to_camera(points: Array) -> Array:
            return np.asarray(scale * bend_neck(points, place.rotation, place.torso, PIVOT) + place.position, np.float32)

        def rigid(mesh: Solid) -> Solid:
            return Solid(
                to_camera(mesh.positions), (mesh.normals @ place.rotation.T).astype(np.float32), mesh.colours, mesh.triangles
            )

        surface = to_camera(pose.surface[:HEAD_VERTICES])
        bare = np.zeros((MOUTH_END, 3), np.float32)
        bare[model.truth_vertices] = to_camera(pose.vertices[model.truth_vertices])
        canvas.load_skin(surface, pose.normals @ place.rotation.T)
        if light.self_shadow:
            canvas.cast_shadow(shadow_matrix(light.sun_direction, place.position, 17.0))
            canvas.resume()
        if torso:
            body = moved(person.torso, place.torso, place.position - scale * (place.torso @ PIVOT))
            canvas.draw_solid(Solid(body.positions, body.normals, body.colours, body.triangles))
        folds = self._folds(weights, person)
        pixels = camera.project(surface[:HEAD_VERTICES:7])
        skin = {k: v for k, v in person.skin.items() if k != "wrinkles"}
        canvas.draw_skin({**skin, "fold_weights": folds, "head_rotation": place.rotation.T}, pixels.min(0), pixels.max(0))
        if pose.mouth_open > 0.05 and not person.mouth_masked:
            self._draw_mouth(canvas, person, pose.mouth_open, to_camera(pose.vertices[HEAD_VERTICES:]), place)
        self._draw_eyes(canvas, person, pose, place, gaze_head, to_camera)
        if person.hairstyle is not None and detail:
            style = person.hairstyle
            normals = (style.normals * style.cover[:, None]) @ place.rotation.T
            sheet = Sheet(
                to_camera(style.positions), normals.astype(np.float32), style.texture_coordinates, style.shade, style.triangles
            )
            canvas.draw_hair(sheet, {**person.hair, "texture_mean": style.texture_mean}, f"hair_{style.name}")
        for mesh in (*person.worn, *extras):
            canvas.draw_solid(rigid(mesh))
        if person.glasses is not None:
            glasses = person.glasses
            canvas.draw_solid(rigid(glasses.frame))
            lens = glasses.lenses
            sheet = Sheet(
                to_camera(lens.positions), (lens.normals @ place.rotation.T).astype(np.float32), lens.texture_coordinates,
                lens.shade, lens.triangles,
            )  # fmt: skip
            uniforms = {"lens_colour": glasses.lens_colour, "lens_alpha": glasses.lens_alpha, "reflection": glasses.reflection}
            canvas.draw_sheet("lens", sheet, {**uniforms, **pane_uniforms(pane, sheet)}, blend=True, veils=True)
        return pose, bare

    def _folds(self, weights: Array, person: Person) -> Array:
        """How deep the four groups of wrinkles are: age plus what the muscles do."""
        value = dict(zip(self.model.names, weights, strict=True))

        def both(name: str) -> float:
            return float(value[f"{name}_L"] + value[f"{name}_R"]) / 2

        age = float(person.skin["wrinkles"])  # type: ignore[arg-type]
        forehead = 0.30 * age + 0.55 * (both("browInnerUp") + both("browOuterUp")) / 2
        eyes = 0.45 * age + 0.55 * max(both("cheekSquint"), both("eyeSquint"))
        mouth = 0.35 * age + 0.55 * both("mouthSmile") + 0.4 * both("noseSneer")
        frown = 0.25 * age + 0.7 * both("browDown") + 0.3 * both("noseSneer")
        scale = 0.35 if "child" in person.flags else 1.0
        return np.asarray(np.clip(np.array([forehead, eyes, mouth, frown], np.float32) * scale, 0, 1.4))

    def _draw_mouth(self, canvas: Canvas, person: Person, opening: float, inside: Array, place: Placement) -> None:
        colours = self._mouth_colours.copy()
        colours[2977:, :3] *= person.teeth / 0.6
        if person.infrared:
            colours[:, :3] = colours[:, :3].mean(1, keepdims=True) * 1.2
        light_inside = 0.35 + 0.65 * np.clip(opening / 0.7, 0, 1)
        colours[:, :3] *= light_inside
        triangles = self.model.mouth_triangles - HEAD_VERTICES
        normals = (self.model.mouth_normals @ place.rotation.T).astype(np.float32)
        canvas.draw_solid(Solid(inside, normals, colours, triangles))

    def _draw_eyes(
        self, canvas: Canvas, person: Person, pose: object, place: Placement, gaze_head: Array, to_camera: object
    ) -> None:
        from tools.render.heads import Pose

        assert isinstance(pose, Pose)
        assert callable(to_camera)
        up = place.rotation[:, 1]
        for side in (0, 1):
            radius, centre = person.identity.eye_radii[side], person.identity.eye_centres[side]
            frame = gaze_frame(gaze_head[side])
            if pose.openness[side] > 0.0:
                positions = to_camera(self.eyeball.local * radius @ frame.T + centre)
                normals = (self.eyeball.normals @ frame.T @ place.rotation.T).astype(np.float32)
                margins = [to_camera(pose.vertices[m[side]]) for m in (self.model.upper_margin, self.model.lower_margin)]
                middle = [m[len(m) // 4 : -len(m) // 4].mean(0) for m in margins]
                planes = [np.array([*up, -float(up @ m)], np.float32) for m in middle]
                canvas.draw_eye(
                    positions, normals, self.eyeball.local, self.eyeball.triangles,
                    {**person.eyes, "lid_plane_upper": planes[0], "lid_plane_lower": planes[1]},
                )  # fmt: skip
        lashes = person.lashes
        rows: list[tuple[Array, Array, Array, Array, IntArray]] = []
        for side in (0, 1):
            for upper, length in ((True, lashes.length_upper), (False, lashes.length_lower)):
                points, normals, uv, shade, triangles = lash_strip(
                    self.model, person.identity, pose.vertices, side, upper, length, lashes.curl, float(pose.openness[side])
                )
                offset = sum(len(row[0]) for row in rows)
                rows.append((points, normals, uv, shade * (1.0 if upper else 0.55), triangles + offset))
        points, normals, uv, shade, triangles = (np.concatenate(part) for part in zip(*rows, strict=True))
        sheet = Sheet(to_camera(points), (normals @ place.rotation.T).astype(np.float32), uv, shade, triangles)
        uniforms = {"lash_colour": lashes.colour, "lash_density": lashes.density}
        canvas.draw_sheet("lash", sheet, uniforms, f"lash{lashes.layer}", blend=True)

    def truth(
        self,
        person: Person,
        pose: object,
        bare: Array,
        camera: Camera,
        place: Placement,
        gaze_head: Array,
        depth: Array,
        clear: Array,
    ) -> FaceTruth:
        """The truth of a person drawn before, once the picture's depth has been read; `clear` (H, W) is the share of light that
        reaches the camera through lenses, strands and glare."""
        return measure(
            self.model,
            pose,  # type: ignore[arg-type]
            bare,
            camera,
            place.rotation,
            place.position,
            gaze_head,
            depth,
            clear,
            person.mouth_masked,
            person.brow_height_cm,
        )


def gaze_vectors(state: FaceState) -> Array:
    """Unit gaze (2, 3) in the head's frame with a little vergence."""
    yaw, pitch = state.gaze_deg
    return np.stack([direction_from_angles(yaw + turn, pitch) for turn in (-0.8, 0.8)]).astype(np.float32)


def place_head(position: Array, relative: Array, generator: Generator) -> Placement:
    """A head at `position` turned by `relative` to the ray from the camera; the torso follows a part of the turn."""
    from dms.perception.head_geometry import angles_from_rotation, rotation_from_angles

    ray = rotation_of_ray(position)
    rotation = (ray @ relative).astype(np.float32)
    yaw, pitch, roll = angles_from_rotation(rotation)
    follow = generator.uniform(0.2, 0.8)
    lean = generator.normal(0, 6)
    torso = rotation_from_angles(np.clip(yaw * follow, -50, 50), np.clip(pitch * 0.35, -20, 20) + lean, roll * 0.5)
    return Placement(rotation, position.astype(np.float32), torso.astype(np.float32))


def wheel_before(generator: Generator, place: Placement) -> Solid:
    """A steering wheel rim between camera and chin, given in the head's frame so that it is drawn like the rest."""
    towards = -place.position / np.linalg.norm(place.position)
    height = -5.0 + (float(generator.uniform(4, 16)) if generator.random() < 0.3 else 0.0)
    return make_wheel(
        generator, place.position + towards * generator.uniform(12, 28) + np.array([generator.normal(0, 6), height, 0.0])
    )
