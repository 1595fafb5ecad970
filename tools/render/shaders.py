# ruff: noqa: E501  (GLSL reads better unwrapped)
"""GLSL of the renderer. All positions are centimetres in camera space: x right, y up, z towards the camera."""

LIGHT = """
uniform vec3 sh[9];
uniform vec3 sun_direction; uniform vec3 sun_colour;
uniform vec4 cut_a; uniform vec4 cut_b; uniform float cut_softness; uniform float cut_floor;
uniform vec3 lamp_position; uniform vec3 lamp_colour;
uniform sampler2D shadow_map; uniform mat4 shadow_matrix; uniform float shadow_on;
uniform float exposure;

vec3 irradiance(vec3 n) {
  return max(sh[0] + sh[1]*n.y + sh[2]*n.z + sh[3]*n.x + sh[4]*n.x*n.y + sh[5]*n.y*n.z
    + sh[6]*(3.0*n.z*n.z - 1.0) + sh[7]*n.x*n.z + sh[8]*(n.x*n.x - n.y*n.y), vec3(0.0));
}
vec3 sheen(vec3 n) { return max(sh[0] + sh[1]*n.y + sh[2]*n.z + sh[3]*n.x, vec3(0.0)); }
float sunlit(vec3 p, float slope) {
  if (sun_colour.r <= 0.0) return 0.0;
  float a = smoothstep(-cut_softness, cut_softness, dot(cut_a.xyz, p) + cut_a.w);
  float b = smoothstep(-cut_softness, cut_softness, dot(cut_b.xyz, p) + cut_b.w);
  float lit = max(max(a, b), cut_floor);
  if (shadow_on > 0.5) {
    vec4 s = shadow_matrix * vec4(p, 1.0);
    vec2 c = s.xy * 0.5 + 0.5;
    float here = s.z * 0.5 + 0.5 - 0.006 - 0.015 * slope;
    float d = 0.0;
    for (int k = 0; k < 4; k++) {
      // Four neighbouring depths compared and blended by the place between them, or the shadow's edge shows the map's grid.
      vec2 grid = c * 256.0 - 0.5 + vec2(k & 1, k >> 1);
      vec2 part = abs(1.0 - vec2(k & 1, k >> 1) - fract(c * 256.0 - 0.5));
      d += here < texelFetch(shadow_map, ivec2(floor(grid)), 0).r ? part.x * part.y : 0.0;
    }
    lit *= max(d, step(1.0, max(abs(s.x), abs(s.y))));
  }
  return lit;
}
vec3 highlights(vec3 p, vec3 n, float power, float lit) {
  vec3 v = normalize(-p);
  vec3 total = vec3(0.0);
  float scale = (power + 8.0) / 25.0;
  if (sun_colour.r > 0.0) {
    float s = exp2(power * log2(max(dot(n, normalize(v + sun_direction)), 1e-5))) * scale;
    total += sun_colour * (lit * s * max(dot(n, sun_direction), 0.0));
  }
  if (lamp_colour.r > 0.0) {
    vec3 l = lamp_position - p; float d2 = dot(l, l); l = l * inversesqrt(d2);
    float t = exp2(power * log2(max(dot(n, normalize(v + l)), 1e-5))) * scale;
    total += lamp_colour * (2500.0 / d2 * t * max(dot(n, l), 0.0));
  }
  return total;
}
vec3 lambert(vec3 p, vec3 n, vec3 bent, float ao, vec3 wrap, float lit) {
  vec3 total = irradiance(normalize(mix(n, bent, 0.55))) * ao;
  vec3 sd = vec3(dot(n, sun_direction));
  total += sun_colour * lit * max((sd + wrap) / (1.0 + wrap), vec3(0.0));
  if (lamp_colour.r > 0.0) {
    vec3 l = lamp_position - p; float d2 = dot(l, l); l = l * inversesqrt(d2);
    total += lamp_colour * (2500.0 / d2) * max((vec3(dot(n, l)) + wrap * 0.5) / (1.0 + wrap * 0.5), vec3(0.0)) * mix(1.0, ao, 0.4);
  }
  return total;
}
float fifth(float x) { float y = x * x; return y * y * x; }
vec3 develop(vec3 c) {
  c *= exposure;
  c = c * (1.0 + c * 0.08) / (1.0 + c * 0.45);
  return sqrt(clamp(c, 0.0, 1.0));
}
"""

# The head's triangles are about a pixel each, and a software rasteriser shades whole blocks per triangle: so a cheap
# first pass stores what each pixel shows, and a second one shades every pixel once.
SKIN_VERTEX = """
#version 330
uniform mat4 projection; uniform mat3 head_rotation;
in vec3 in_position; in vec3 in_normal; in vec2 in_uv; in vec4 in_bent; in float in_scalp;
out vec4 place; out vec4 facing; out vec4 open_sky;
void main() {
  place = vec4(in_uv, in_position.z, in_scalp); facing = vec4(in_normal, in_bent.w); open_sky = vec4(head_rotation * in_bent.xyz, 1.0);
  gl_Position = projection * vec4(in_position, 1.0);
}
"""
SKIN_STORE = """
#version 330
in vec4 place; in vec4 facing; in vec4 open_sky;
layout(location = 0) out vec4 out_place; layout(location = 1) out vec4 out_facing; layout(location = 2) out vec4 out_sky;
void main() { out_place = place; out_facing = facing; out_sky = open_sky; }
"""
SKIN_SCREEN = """
#version 330
in vec2 in_place;
void main() { gl_Position = vec4(in_place, 0.0, 1.0); }
"""

SKIN_FRAGMENT = (
    """
#version 330
uniform sampler2D stored_place; uniform sampler2D stored_facing; uniform sampler2D stored_sky;
uniform mat4 projection; uniform vec2 picture_size;
out vec4 colour;
"""
    + LIGHT
    + """
uniform sampler2D regions; uniform sampler2D folds; uniform sampler2D tint; uniform sampler2D whiskers;
uniform sampler2D noise; uniform sampler2DArray brows;
uniform vec3 tone; uniform vec3 lip_colour; uniform vec3 hair_colour; uniform vec3 brow_colour; uniform vec3 shadow_colour;
uniform vec4 fold_weights; uniform float pores; uniform float blotches; uniform vec3 beard; uniform vec3 stubble; // moustache, chin, jaw and cheeks
uniform float scalp_hair; uniform float hair_edge; uniform vec4 brow_shape; // layer, density, scale across, shift across
uniform float brow_length; uniform float shadow_amount; uniform float liner; uniform float gloss; uniform float oil; uniform float lip_gloss;
uniform float redness; uniform vec2 noise_shift; uniform float freckles;
uniform vec4 mole_a; uniform float ao_power;
void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  vec4 place = texelFetch(stored_place, pixel, 0);
  if (place.z >= 0.0) discard;
  vec4 facing = texelFetch(stored_facing, pixel, 0);
  vec3 n = facing.xyz; float ao = facing.w; vec2 uv = place.xy; float scalp = place.w;
  vec3 bent = texelFetch(stored_sky, pixel, 0).xyz;
  vec2 ndc = gl_FragCoord.xy / picture_size * 2.0 - 1.0;
  vec3 p = vec3((ndc.x + projection[2][0]) * -place.z / projection[0][0], (ndc.y + projection[2][1]) * -place.z / projection[1][1], place.z);
  gl_FragDepth = 0.5 + 0.5 * (projection[2][2] * place.z + projection[3][2]) / -place.z;
  bool on_face = uv.x <= 1.0;
  vec2 c = fract(uv);
  vec4 fine = texture(noise, uv * 9.0 + noise_shift) - 0.5;
  vec4 pore = texture(noise, uv * 26.0 + noise_shift.yx) - 0.5;
  vec4 r = vec4(0.0), t = vec4(0.0), f = vec4(0.0); vec3 w = vec3(0.0); vec2 bc = vec2(9.0);
  if (on_face) {
    r = texture(regions, c); w = texture(whiskers, c).rgb; t = texture(tint, c); f = texture(folds, c) * 2.0 - 1.0;
    bc = t.zw * vec2(1.5, 3.0) - vec2(0.1, 1.5);
  }
  float height = (pore.r * 0.5 + fine.g * 0.22) * pores * 0.03 + dot(f, fold_weights) * 0.13 + r.x * pore.a * 0.02;
  vec4 broad = texture(noise, uv * 1.1 + noise_shift) - 0.5;
  vec3 albedo = tone * (1.0 + blotches * (0.75 * broad.b + 0.2 * fine.b) + 0.05 * pores * fine.g);
  albedo *= mix(vec3(1.0), vec3(1.10, 0.84, 0.82), clamp(redness * t.x * (0.8 + broad.b), 0.0, 1.0));
  albedo *= 1.0 - freckles * smoothstep(0.10, 0.22, fine.g + 0.4 * pore.g) * (0.4 + t.x);
  albedo *= 1.0 - 0.65 * smoothstep(mole_a.z, mole_a.z * 0.6, length(c - mole_a.xy)) * mole_a.w;
  albedo *= 1.0 - 0.15 * dot(max(-f, vec4(0.0)), fold_weights);
  albedo = mix(albedo, lip_colour * (1.0 + 0.35 * pore.a), r.x);
  albedo = mix(albedo, shadow_colour, r.z * shadow_amount * (0.8 + 0.5 * fine.g));
  float lash_line = r.w;
  albedo *= 1.0 - liner * lash_line;
  // Bristles: a streak of the noise is a hair where it rises above what the growth leaves bare.
  float hair_here = 0.5 + 0.9 * pore.a + 0.5 * fine.a + 0.35 * pore.r;
  float grow = dot(w, beard);
  float bristle = smoothstep(0.82 - 0.74 * grow, 1.20 - 0.74 * grow, hair_here) * smoothstep(0.02, 0.15, grow);
  albedo = mix(albedo, hair_colour * (0.25 + 1.5 * clamp(hair_here, 0.0, 1.2)), bristle);
  height += bristle * pore.a * 0.05;
  float shaved = dot(w, stubble);
  float shadow_hair = shaved * (0.35 + 0.8 * smoothstep(0.45, 0.75, 0.5 + 0.9 * pore.r + 0.5 * pore.a));
  albedo = mix(albedo, albedo * 0.5 + hair_colour * 0.3, clamp(shadow_hair, 0.0, 0.9) * (1.0 - bristle));
  float scalp_edge = smoothstep(-0.09, 0.09, max(scalp, t.y) - hair_edge + 0.20 * fine.a + 0.12 * pore.a + 0.22 * broad.a);
  float cap = scalp_edge * scalp_hair;
  albedo = mix(albedo, hair_colour * (0.40 + 1.4 * clamp(0.5 + fine.a * 1.2 + pore.a * 0.9, 0.0, 1.1)), cap);
  if (bc.x < 1.35) {
    float across = (bc.y * brow_shape.z + brow_shape.w) / 2.2 + 0.5;
    float along = (bc.x + 0.03) / brow_length;
    if (along > 0.0 && along < 1.0 && across > 0.0 && across < 1.0) {
      float a = texture(brows, vec3(along, across, brow_shape.x)).r;
      float hairs = 0.55 + 0.9 * smoothstep(0.25, 0.75, 0.5 + 0.9 * pore.a + 0.7 * pore.r);
      albedo = mix(albedo, brow_colour, clamp(a * brow_shape.y * hairs, 0.0, 0.93));
      height += a * 0.01 * fine.a;
    }
  }
  vec3 nn = normalize(n);
  vec3 dx = dFdx(p), dy = dFdy(p);
  vec3 r1 = cross(dy, nn), r2 = cross(nn, dx);
  float det = dot(dx, r1);
  vec3 g = sign(det) * (dFdx(height) * r1 + dFdy(height) * r2);
  if (abs(det) > 1e-12) nn = normalize(abs(det) * nn - clamp(g, -abs(det) * 1.5, abs(det) * 1.5));
  float shine = gloss * (1.0 - 0.9 * bristle) * (1.0 - cap);
  float lit = sunlit(p, clamp(1.0 - dot(n, sun_direction), 0.0, 1.0));
  vec3 wrap = vec3(0.32, 0.16, 0.10);
  float shade_ao = mix(1.0, ao, ao_power);
  vec3 light = lambert(p, nn, bent, shade_ao, wrap, lit);
  vec3 shown = albedo * light;
  vec3 v = normalize(-p);
  float fresnel = 0.03 + 0.22 * fifth(1.0 - max(dot(nn, v), 0.0));
  float wet = mix(shine, lip_gloss, r.x);
  shown += highlights(p, nn, mix(14.0, 40.0, oil), lit) * wet * 0.10;
  vec3 mirrored = reflect(-v, nn);
  float open_way = clamp(0.35 + 0.9 * dot(mirrored, normalize(bent + vec3(0.0, 0.0, 1e-4))), 0.0, 1.0);
  shown += sheen(mirrored) * fresnel * shade_ao * open_way * (0.25 + wet) * 0.55;
  colour = vec4(develop(shown), 1.0);
}
"""
)

EYE_VERTEX = """
#version 330
uniform mat4 projection;
in vec3 in_position; in vec3 in_normal; in vec3 in_local;
out vec3 p; out vec3 n; out vec3 local;
void main() { p = in_position; n = in_normal; local = in_local; gl_Position = projection * vec4(p, 1.0); }
"""

EYE_FRAGMENT = (
    """
#version 330
in vec3 p; in vec3 n; in vec3 local;
out vec4 colour;
"""
    + LIGHT
    + """
uniform sampler2D noise; uniform sampler2D environment; uniform mat3 to_world;
uniform vec3 iris_colour; uniform vec3 iris_inner; uniform vec3 white_colour; uniform float pupil; uniform float iris_size; uniform float limbus;
uniform float retina; uniform vec4 lid_plane_upper; uniform vec4 lid_plane_lower; uniform float veins; uniform float reflection; uniform float lid_shade;
void main() {
  vec3 q = normalize(local);
  float angle = acos(clamp(q.z, -1.0, 1.0)) / iris_size;
  float turn = atan(q.y, q.x);
  vec3 white = white_colour;
  vec4 k = texture(noise, vec2(turn * 0.9, angle * 0.35));
  white *= 1.0 - veins * vec3(0.05, 0.5, 0.45) * smoothstep(0.62, 0.8, k.a) * smoothstep(1.2, 2.6, angle);
  white *= mix(vec3(1.0), vec3(0.78, 0.60, 0.54), smoothstep(1.5, 3.2, angle));
  float fibre = texture(noise, vec2(turn * 1.6, angle * 0.12)).a;
  vec3 iris = mix(iris_inner, iris_colour, smoothstep(pupil, 0.75, angle)) * (0.62 + 0.8 * fibre);
  iris *= 1.0 - 0.75 * limbus * smoothstep(0.70, 1.0, angle);
  vec3 hole = mix(vec3(0.006), vec3(0.9), retina);
  vec3 eye = mix(hole, iris, smoothstep(pupil - 0.06, pupil + 0.06, angle));
  eye = mix(eye, white, smoothstep(0.92, 1.12, angle));
  vec3 nn = normalize(n);
  float upper = -(dot(lid_plane_upper.xyz, p) + lid_plane_upper.w);
  float lower = dot(lid_plane_lower.xyz, p) + lid_plane_lower.w;
  float ao = mix(1.0, 0.30 + 0.70 * smoothstep(-0.05, 0.42, upper), lid_shade) * (0.62 + 0.38 * smoothstep(-0.08, 0.25, lower));
  float lit = sunlit(p, 0.0) * smoothstep(0.0, 0.2, upper);
  vec3 flat_n = normalize(mix(nn, normalize(-p), 0.25));
  vec3 shown = eye * lambert(p, flat_n, flat_n, ao, vec3(0.15), lit);
  if (retina > 0.0) shown += hole * lamp_colour * 2500.0 / dot(p, p) * retina * (1.0 - smoothstep(pupil - 0.06, pupil + 0.04, angle)) * 0.35;
  vec3 v = normalize(-p);
  vec3 r = to_world * reflect(-v, nn);
  float on_cornea = 1.0 - 0.75 * smoothstep(1.0, 1.35, angle);
  vec3 sky = textureLod(environment, vec2(atan(r.x, -r.z) * 0.15915494 + 0.5, acos(clamp(r.y, -1.0, 1.0)) * 0.31830989), 1.5).rgb;
  float fresnel = 0.03 + 0.6 * fifth(1.0 - max(dot(nn, v), 0.0));
  shown += min(sky, vec3(12.0)) * fresnel * reflection * on_cornea * smoothstep(0.0, 0.35, upper);
  shown += highlights(p, nn, 900.0, lit) * 0.05 * on_cornea;
  colour = vec4(develop(shown), 1.0);
}
"""
)

SOLID_VERTEX = """
#version 330
uniform mat4 projection;
in vec3 in_position; in vec3 in_normal; in vec4 in_colour;
out vec3 p; out vec3 n; out vec4 paint;
void main() { p = in_position; n = in_normal; paint = in_colour; gl_Position = projection * vec4(p, 1.0); }
"""

# Alpha of the vertex colour is the gloss, 0 matt .. 1 polished; negative it is that of a garment, below -1 that of upholstery, below
# -2 that of a trim.
SOLID_FRAGMENT = (
    """
#version 330
in vec3 p; in vec3 n; in vec4 paint;
out vec4 colour;
"""
    + LIGHT
    + """
uniform sampler2D noise; uniform sampler2D environment;
uniform float paper_strength; uniform mat3 paper_turn; uniform vec4 paper_place; // turns/cm across and along, shift
uniform float cloth_on; uniform mat3 cloth_turn; uniform vec2 cloth_shift; uniform vec3 cloth_pattern; uniform vec3 cloth_second;
uniform vec3 cloth_scale; uniform float cloth_folds; // stripes across and along in rad/cm, print in turns/cm
void main() {
  vec3 nn = normalize(n);
  if (dot(nn, p) > 0.0) nn = -nn;
  vec3 albedo = paint.rgb;
  float gloss = paint.a >= 0.0 ? paint.a : paint.a > -1.0 ? -paint.a : paint.a > -2.0 ? -1.0 - paint.a : -2.0 - paint.a;
  if (paper_strength > 0.0 && paint.a < -1.0) {
    vec3 lit_place = texture(environment, (paper_turn * p).xy * paper_place.xy + paper_place.zw).rgb;
    float tone = dot(lit_place, vec3(0.3, 0.5, 0.2));
    albedo *= mix(1.0, 0.15 + 3.2 * smoothstep(0.15, 0.85, tone / (tone + 0.4)), paper_strength);
  }
  if (cloth_on > 0.5 && paint.a < 0.0 && paint.a > -2.0) {
    vec3 q = cloth_turn * p;
    vec2 stripes = smoothstep(vec2(-0.2), vec2(0.2), sin(q.xy * cloth_scale.xy));
    float print = smoothstep(0.50, 0.58, texture(noise, q.xy * cloth_scale.z + cloth_shift).b);
    float pattern = dot(cloth_pattern, vec3(stripes.x, 0.5 * (stripes.x + stripes.y), print));
    if (paint.a > -1.0) albedo *= mix(vec3(1.0), cloth_second, pattern);
    albedo *= 1.0 + 0.3 * (texture(noise, q.xy * 0.04 + cloth_shift.yx).g - 0.5);
    float height = cloth_folds * (2.2 * texture(noise, q.xy * 0.016 + cloth_shift).b + 0.25 * texture(noise, q.yx * 0.009 + cloth_shift).a);
    vec3 dx = dFdx(p), dy = dFdy(p);
    vec3 r1 = cross(dy, nn), r2 = cross(nn, dx);
    float det = dot(dx, r1);
    vec3 g = sign(det) * (dFdx(height) * r1 + dFdy(height) * r2);
    if (abs(det) > 1e-12) nn = normalize(abs(det) * nn - clamp(g, -abs(det) * 1.2, abs(det) * 1.2));
  }
  float lit = sunlit(p, 0.0);
  vec3 shown = albedo * lambert(p, nn, nn, 0.85, vec3(0.05), lit);
  shown += highlights(p, nn, 8.0 + 90.0 * gloss, lit) * gloss * 0.25;
  shown += sheen(reflect(normalize(p), nn)) * gloss * 0.06;
  colour = vec4(develop(shown), 1.0);
}
"""
)

HAIR_VERTEX = """
#version 330
uniform mat4 projection;
in vec3 in_position; in vec3 in_normal; in vec2 in_uv; in float in_shade;
out vec3 p; out vec3 n; out vec2 uv; out float shade;
void main() { p = in_position; n = in_normal; uv = in_uv; shade = in_shade; gl_Position = projection * vec4(p, 1.0); }
"""

HAIR_FRAGMENT = (
    """
#version 330
in vec3 p; in vec3 n; in vec2 uv; in float shade;
out vec4 colour;
"""
    + LIGHT
    + """
uniform sampler2D picture; uniform sampler2D noise; uniform vec3 hair_colour; uniform float strand_scale; uniform float hair_gloss; uniform float texture_mean;
uniform float least; uniform float most;
void main() {
  vec4 t = texture(picture, uv);
  vec4 strands = texture(noise, uv * strand_scale);
  vec4 locks = texture(noise, uv * strand_scale * 0.35 + 0.37);
  // The normal's length is how much hair there is: towards 0, strand by strand is left out.
  float cover = smoothstep(0.0, 0.5, length(n) * 1.7 - 0.15 - 1.3 * (1.0 - strands.a) * (1.0 - 0.6 * locks.a) * (1.0 - length(n)));
  float alpha = smoothstep(0.1, 0.6, t.a) * cover;
  if (alpha < least || alpha >= most) discard;
  float value = dot(t.rgb, vec3(0.3, 0.5, 0.2)) / texture_mean;
  vec3 albedo = hair_colour * mix(1.0, value, 0.8) * (0.25 + 1.0 * strands.a + 0.55 * locks.a);
  vec3 nn = normalize(n + vec3(0.0, 0.0, 1e-5));
  if (dot(nn, p) > 0.0) nn = -nn;
  float lit = sunlit(p, 0.0);
  vec3 shown = albedo * lambert(p, nn, nn, shade, vec3(0.25), lit) * 1.15;
  shown += highlights(p, normalize(nn + 0.5 * (strands.aga - 0.5)), 22.0, lit) * hair_gloss * 0.035 * (0.3 + strands.a) * mix(vec3(1.0), albedo * 4.0, 0.5);
  colour = vec4(develop(shown), alpha > 0.75 ? 1.0 : alpha);
}
"""
)

LASH_FRAGMENT = (
    """
#version 330
in vec3 p; in vec3 n; in vec2 uv; in float shade;
out vec4 colour;
"""
    + LIGHT
    + """
uniform sampler2D picture; uniform vec3 lash_colour; uniform float lash_density;
void main() {
  float a = texture(picture, uv).r * lash_density * shade;
  if (a < 0.02) discard;
  vec3 shown = lash_colour * irradiance(normalize(n));
  colour = vec4(develop(shown), min(a, 1.0));
}
"""
)

BACKDROP_VERTEX = """
#version 330
in vec2 in_place; out vec2 uv;
void main() { uv = in_place * vec2(0.5, -0.5) + 0.5; gl_Position = vec4(in_place, 0.9999, 1.0); }
"""
BACKDROP_FRAGMENT = """
#version 330
uniform sampler2D picture; in vec2 uv; out vec4 colour;
void main() { colour = vec4(texture(picture, uv).rgb, 1.0); }
"""
DEPTH_VERTEX = """
#version 330
uniform mat4 projection; in vec3 in_position;
void main() { gl_Position = projection * vec4(in_position, 1.0); }
"""
DEPTH_FRAGMENT = """
#version 330
void main() { }
"""
