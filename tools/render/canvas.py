"""The OpenGL side: one context, its programs and frame buffers, and drawing of meshes given in camera space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from tools.render import shaders
from tools.render.assets import Array, IntArray
from tools.render.lens_shader import LENS_FRAGMENT

ALPHA_TO_COVERAGE = 0x809E
EDGE_CM = 1.2  # neighbouring pixels that much apart in depth lie on a silhouette
DYNAMIC_BYTES = 4_000_000
SAMPLERS = (0x8B5E, 0x8DC1)  # GL_SAMPLER_2D, GL_SAMPLER_2D_ARRAY
# Blending leaves in the picture's alpha how much light still comes through what was laid over the last opaque surface.
OVERLAY = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE
VEILING = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE_MINUS_SRC_ALPHA
Uniforms = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Solid:
    """An opaque mesh with a colour per vertex, in camera space."""

    positions: Array  # (V, 3)
    normals: Array  # (V, 3)
    colours: Array  # (V, 4) linear RGB and gloss
    triangles: IntArray  # (T, 3)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A textured mesh with alpha, in camera space."""

    positions: Array
    normals: Array
    texture_coordinates: Array  # (V, 2)
    shade: Array  # (V,)
    triangles: IntArray


def create_context() -> moderngl.Context:
    """A headless OpenGL context; raises what moderngl raises where EGL or a driver is missing."""
    return moderngl.create_standalone_context(backend="egl")  # type: ignore[arg-type]  # its stub takes these for a dictionary


class Canvas:
    """Draws into a multisampled picture of one size and reads colour and depth back."""

    def __init__(self, context: moderngl.Context, width: int, height: int) -> None:
        self.context, self.width, self.height = context, width, height
        self._samples = 0
        self._many = context.framebuffer(
            [context.renderbuffer((width, height), 4, samples=self._samples)],
            context.depth_renderbuffer((width, height), samples=self._samples),
        )
        self._depth = context.depth_texture((width, height))
        self._single = context.framebuffer([context.renderbuffer((width, height), 4)], self._depth)
        self._shadow = context.depth_texture((256, 256))
        self._shadow.compare_func = ""
        self._shadow_target = context.framebuffer([], self._shadow)
        pairs = {
            "store": (shaders.SKIN_VERTEX, shaders.SKIN_STORE),
            "skin": (shaders.SKIN_SCREEN, shaders.SKIN_FRAGMENT),
            "eye": (shaders.EYE_VERTEX, shaders.EYE_FRAGMENT),
            "solid": (shaders.SOLID_VERTEX, shaders.SOLID_FRAGMENT),
            "hair": (shaders.HAIR_VERTEX, shaders.HAIR_FRAGMENT),
            "lash": (shaders.HAIR_VERTEX, shaders.LASH_FRAGMENT),
            "lens": (shaders.HAIR_VERTEX, LENS_FRAGMENT),
            "backdrop": (shaders.BACKDROP_VERTEX, shaders.BACKDROP_FRAGMENT),
            "depth": (shaders.DEPTH_VERTEX, shaders.DEPTH_FRAGMENT),
        }
        self.programs = {name: context.program(vertex_shader=v, fragment_shader=f) for name, (v, f) in pairs.items()}
        self._units: dict[str, int] = {}
        self._textures: dict[str, moderngl.Texture | moderngl.TextureArray] = {}
        self._dynamic = context.buffer(reserve=DYNAMIC_BYTES)
        self._indices = context.buffer(reserve=DYNAMIC_BYTES)
        self._generic = {
            "solid": [(self._dynamic, "3f 3f 4f", "in_position", "in_normal", "in_colour")],
            "eye": [(self._dynamic, "3f 3f 3f", "in_position", "in_normal", "in_local")],
            "hair": [(self._dynamic, "3f 3f 2f 1f", "in_position", "in_normal", "in_uv", "in_shade")],
        }
        self._generic_arrays = {
            key: context.vertex_array(
                self.programs[key], self._generic["hair" if key in ("lash", "lens") else key], self._indices
            )
            for key in ("solid", "eye", "hair", "lash", "lens")
            if key not in ("lash", "lens")
        }
        for key in ("lash", "lens"):
            names = [name for name in ("in_position", "in_normal", "in_uv", "in_shade") if name in self.programs[key]]
            layout = " ".join(
                size if name in names else f"{size[0]}x4"
                for name, size in zip(("in_position", "in_normal", "in_uv", "in_shade"), ("3f", "3f", "2f", "1f"), strict=True)
            )
            self._generic_arrays[key] = context.vertex_array(self.programs[key], [(self._dynamic, layout, *names)], self._indices)
        self._textures.update({
            "stored_place": context.texture((width, height), 4, dtype="f4"),
            "stored_facing": context.texture((width, height), 4, dtype="f2"),
            "stored_sky": context.texture((width, height), 4, dtype="f2"),
        })  # fmt: skip
        self._store = context.framebuffer(
            [self._textures[name] for name in ("stored_place", "stored_facing", "stored_sky")],
            context.depth_renderbuffer((width, height)),
        )
        place = context.buffer(np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], "f4").tobytes())
        self._backdrop_array = context.vertex_array(self.programs["backdrop"], [(place, "2f", "in_place")])
        self._screen_array = context.vertex_array(self.programs["skin"], [(place, "2f", "in_place")])
        self._backdrop = context.texture((width, height), 3)
        self._backdrop.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._skin_array: moderngl.VertexArray | None = None
        self._depth_array: moderngl.VertexArray | None = None
        self.near, self.far = 2.0, 600.0

    def texture(self, name: str, pixels: NDArray[np.generic], mipmaps: bool = True, repeat: bool = False) -> None:
        """Upload (H, W, C) uint8, float16 or float32 pixels under the name of the sampler that reads them."""
        kind = {np.dtype(np.uint8): "f1", np.dtype(np.float16): "f2", np.dtype(np.float32): "f4"}[pixels.dtype]
        channels = pixels.shape[2] if pixels.ndim == 3 else 1
        made = self.context.texture(pixels.shape[1::-1], channels, np.ascontiguousarray(pixels).tobytes(), dtype=kind)
        if mipmaps:
            made.build_mipmaps()
        made.filter = (moderngl.LINEAR_MIPMAP_NEAREST if mipmaps else moderngl.LINEAR, moderngl.LINEAR)
        made.repeat_x = made.repeat_y = repeat
        self._textures[name] = made

    def texture_layers(self, name: str, layers: NDArray[np.uint8]) -> None:
        """Upload (N, H, W) uint8 layers of one channel."""
        made = self.context.texture_array(
            (layers.shape[2], layers.shape[1], layers.shape[0]), 1, np.ascontiguousarray(layers).tobytes()
        )
        made.build_mipmaps()
        made.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        made.repeat_x = made.repeat_y = False
        self._textures[name] = made

    def set_skin(self, triangles: IntArray, uv: Array, bent: Array, scalp: Array) -> None:
        """Fix the head's topology and per-vertex constants; positions and normals come with each drawing."""
        count = len(uv)
        self._skin_positions = self.context.buffer(reserve=count * 24)
        constants = np.hstack([uv, bent, scalp[:, None]]).astype("f4")
        self._skin_indices = self.context.buffer(triangles.astype("i4").tobytes())
        self._skin_array = self.context.vertex_array(
            self.programs["store"],
            [
                (self._skin_positions, "3f 3f", "in_position", "in_normal"),
                (self.context.buffer(constants.tobytes()), "2f 4f 1f", "in_uv", "in_bent", "in_scalp"),
            ],
            self._skin_indices,
        )
        self._depth_array = self.context.vertex_array(
            self.programs["depth"], [(self._skin_positions, "3f 3x4", "in_position")], self._skin_indices
        )

    def load_skin(self, positions: Array, normals: Array) -> None:
        """Positions and normals of the head for the drawings that follow."""
        self._skin_positions.write(np.hstack([positions, normals]).astype("f4").tobytes())

    def _apply(self, program: str, uniforms: Uniforms) -> None:
        target = self.programs[program]
        for name, value in uniforms.items():
            if name not in target:
                continue
            member = target[name]
            if isinstance(value, np.ndarray):
                member.write(np.ascontiguousarray(value, "f4").tobytes())  # type: ignore[union-attr]
            else:
                member.value = value  # type: ignore[union-attr]

    def _bind(self, program: str, overrides: Mapping[str, str] | None = None) -> None:
        unit = 0
        target = self.programs[program]
        for name in target:
            member = target[name]
            if not isinstance(member, moderngl.Uniform) or member.gl_type not in SAMPLERS:  # type: ignore[attr-defined]
                continue
            texture = self._shadow if name == "shadow_map" else self._textures[(overrides or {}).get(name, name)]
            texture.use(unit)
            member.value = unit
            unit += 1

    def begin(self, backdrop: NDArray[np.uint8], shared: Uniforms, projection: Array) -> None:
        """Start a picture: fill it with the backdrop (H, W, 3) and set light and camera for all programs."""
        self.context.disable(moderngl.BLEND)
        for name in self.programs:
            if name not in ("backdrop", "depth"):
                self._apply(name, {**shared, "projection": projection.T})
        # What is drawn before the first head must not lie in the shadow of the picture before.
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self._many.use()
        self._many.clear(depth=1.0)
        self.context.disable(moderngl.DEPTH_TEST)
        self._backdrop.write(np.ascontiguousarray(backdrop).tobytes())
        self._backdrop.use(0)
        self.programs["backdrop"]["picture"].value = 0  # type: ignore[union-attr]
        self._backdrop_array.render(moderngl.TRIANGLE_STRIP)
        self.context.enable(moderngl.DEPTH_TEST)

    def cast_shadow(self, matrix: Array) -> None:
        """Draw the head from the sun into the shadow map."""
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self.context.enable(moderngl.DEPTH_TEST)
        self._apply("depth", {"projection": matrix.T})
        assert self._depth_array is not None
        self._depth_array.render(moderngl.TRIANGLES)

    def draw_skin(self, uniforms: Uniforms, low: Array, high: Array) -> None:
        """Draw the loaded head, which lies between two corners given in pixels from the top left."""
        left, top = (int(np.clip(v - 2, 0, size - 1)) for v, size in zip(low, (self.width, self.height), strict=True))
        right, bottom = (int(np.clip(v + 3, 1, size)) for v, size in zip(high, (self.width, self.height), strict=True))
        area = (left, self.height - bottom, max(right - left, 1), max(bottom - top, 1))
        self._apply("store", uniforms)
        self._store.use()
        self._store.clear(depth=1.0)
        self.context.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        assert self._skin_array is not None
        self._skin_array.render(moderngl.TRIANGLES)
        self.context.disable(moderngl.CULL_FACE)
        self._many.use()
        self._many.scissor = area
        self._apply("skin", {**uniforms, "picture_size": (float(self.width), float(self.height))})
        self._bind("skin")
        self._screen_array.render(moderngl.TRIANGLE_STRIP)
        self._many.scissor = None  # type: ignore[assignment]

    def _draw_generic(self, program: str, data: Array, triangles: IntArray) -> None:
        self._dynamic.write(data.astype("f4").tobytes())
        self._indices.write(np.ascontiguousarray(triangles, "i4").tobytes())
        self._generic_arrays[program].render(moderngl.TRIANGLES, vertices=triangles.size)

    def draw_solid(self, mesh: Solid) -> None:
        """Draw an opaque mesh."""
        self._bind("solid")
        self._draw_generic("solid", np.hstack([mesh.positions, mesh.normals, mesh.colours]), mesh.triangles)

    def draw_eye(self, positions: Array, normals: Array, local: Array, triangles: IntArray, uniforms: Uniforms) -> None:
        """Draw an eyeball; `local` are its vertices in the eye's own frame, z along the gaze."""
        self._apply("eye", uniforms)
        self._bind("eye")
        self._draw_generic("eye", np.hstack([positions, normals, local]), triangles)

    def draw_sheet(
        self, program: str, sheet: Sheet, uniforms: Uniforms, picture: str = "", blend: bool = False, veils: bool = False
    ) -> None:
        """Draw a mesh with alpha: by coverage, or blended over what is there without writing depth. What `veils` counts in
        `light_through`."""
        self._apply(program, uniforms)
        self._bind(program, {"picture": picture} if picture else None)
        if blend:
            self.context.enable(moderngl.BLEND)
            self.context.blend_func = VEILING if veils else OVERLAY  # type: ignore[assignment]
            self._many.depth_mask = False
        else:
            self.context.enable_direct(ALPHA_TO_COVERAGE)
        data = np.hstack([sheet.positions, sheet.normals, sheet.texture_coordinates, sheet.shade[:, None]])
        self._draw_generic(program, data, sheet.triangles)
        if blend:
            self.context.disable(moderngl.BLEND)
            self._many.depth_mask = True
        else:
            self.context.disable_direct(ALPHA_TO_COVERAGE)

    def draw_hair(self, sheet: Sheet, uniforms: Uniforms, picture: str) -> None:
        """Draw hair: its dense part opaque, then the thin strands at its edges blended over what is behind them."""
        self._apply("hair", uniforms)
        self._bind("hair", {"picture": picture})
        data = np.hstack([sheet.positions, sheet.normals, sheet.texture_coordinates, sheet.shade[:, None]])
        self._apply("hair", {"least": 0.75, "most": 2.0})
        self._draw_generic("hair", data, sheet.triangles)
        self._apply("hair", {"least": 0.06, "most": 0.75})
        self.context.enable(moderngl.BLEND)
        self.context.blend_func = VEILING  # type: ignore[assignment]
        self._many.depth_mask = False
        self._generic_arrays["hair"].render(moderngl.TRIANGLES, vertices=sheet.triangles.size)
        self.context.disable(moderngl.BLEND)
        self._many.depth_mask = True

    def resume(self) -> None:
        """Draw into the picture again after a shadow pass."""
        self._many.use()
        self.context.enable(moderngl.DEPTH_TEST)

    def read(self) -> tuple[NDArray[np.uint8], Array]:
        """Colour (H, W, 3) with soft silhouettes and distance along the optical axis in centimetres (H, W), top row first."""
        self.context.copy_framebuffer(self._single, self._many)
        colour = np.frombuffer(self._single.read(components=3), np.uint8).reshape(self.height, self.width, 3)[::-1]
        raw = np.frombuffer(self._depth.read(), np.float32).reshape(self.height, self.width)[::-1]
        clip = raw * 2 - 1
        distance = 2 * self.near * self.far / (self.far + self.near - clip * (self.far - self.near))
        return soften_silhouettes(colour, distance), distance

    def light_through(self) -> Array:
        """After `read`: the share of light (H, W) that comes through lenses and strands from the last opaque surface."""
        alpha = np.frombuffer(self._single.read(components=4), np.uint8).reshape(self.height, self.width, 4)[::-1, :, 3]
        return np.asarray(alpha, np.float32) / 255.0


def soften_silhouettes(colour: NDArray[np.uint8], distance: Array) -> NDArray[np.uint8]:
    """The picture with its edges in depth blurred over a pixel, which takes the steps from them at a hundredth of the cost of
    drawing several samples a pixel."""
    near = cv2.erode(distance, np.ones((3, 3), np.uint8))
    edge = (distance - near > EDGE_CM).astype(np.uint8)
    edge = np.asarray(cv2.dilate(edge, np.ones((2, 2), np.uint8), anchor=(1, 1)), np.uint8)
    soft = cv2.GaussianBlur(colour, (3, 3), 0.8)
    return np.where(edge[..., None] > 0, soft, colour)
