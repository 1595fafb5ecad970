"""Lenses of glasses: what they mirror of the environment, of the lamp, and of one bright pane such as a window."""

from __future__ import annotations

from tools.render.shaders import LIGHT

LENS_FRAGMENT = (
    """
#version 330
in vec3 p; in vec3 n; in vec2 uv; in float shade;
out vec4 colour;
"""
    + LIGHT
    + """
uniform sampler2D environment; uniform mat3 to_world; uniform vec3 lens_colour; uniform float lens_alpha;
uniform float reflection;
uniform vec3 pane_centre; uniform vec3 pane_right; uniform vec3 pane_up; // pane_shape: half width, half height, edge, bar
uniform vec4 pane_shape;
uniform vec3 pane_light;
float pane(vec3 direction) {
  vec3 aside = direction - pane_centre;
  float across = abs(dot(aside, pane_right)) / pane_shape.x, high = abs(dot(aside, pane_up)) / pane_shape.y;
  float outer = 1.0 + pane_shape.z, inner = 1.0 - pane_shape.z;
  float inside = smoothstep(outer, inner, across) * smoothstep(outer, inner, high);
  return inside * (across < pane_shape.w ? 0.25 : 1.0);
}
void main() {
  vec3 nn = normalize(n); vec3 v = normalize(-p);
  if (dot(nn, v) < 0.0) nn = -nn;
  vec3 mirrored = reflect(-v, nn);
  vec3 r = to_world * mirrored;
  vec3 sky = textureLod(environment, vec2(atan(r.x, -r.z) * 0.15915494 + 0.5, acos(clamp(r.y, -1.0, 1.0)) * 0.31830989), 1.0).rgb;
  float fresnel = (0.04 + 0.7 * fifth(1.0 - max(dot(nn, v), 0.0))) * reflection;
  vec3 shine = min(sky, vec3(8.0)) * fresnel + highlights(p, nn, 1500.0, 1.0) * 0.03;
  // The pane's light is given as the camera shows it, whatever the exposure.
  shine += pane_light * pane(mirrored) / exposure;
  float alpha = mix(lens_alpha * mix(1.0, 0.75, uv.y), 1.0, clamp(dot(shine, vec3(0.33)) * exposure * 0.6, 0.0, 0.93));
  vec3 body = lens_colour * irradiance(nn) * 0.5 + shine / max(alpha, 0.15);
  colour = vec4(develop(body), alpha);
}
"""
)
