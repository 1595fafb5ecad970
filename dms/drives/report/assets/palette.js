// Colours come from the style sheet, so that light, dark and print need no word in the script.

const COLOURS = [
  "panel", "ink", "muted", "line", "grid", "accent", "label", "gap",
  "yaw", "pitch", "eyes", "perclos", "mouth", "speed", "kss",
  "info", "advisory", "warning", "urgent", "emergency",
  "found", "missed", "related", "false", "uncovered",
  "road", "mirror", "display", "low", "side", "elsewhere",
];

export let palette = {};
const hatches = new Map();

export function readPalette() {
  hatches.clear();
  const style = getComputedStyle(document.documentElement);
  palette = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export const LEVELS = ["info", "advisory", "warning", "urgent", "emergency"];

export function zoneColour(name) {
  if (name === "road") return palette.road;
  if (name.startsWith("mirror")) return palette.mirror;
  if (["cluster", "centre_display", "dashboard"].includes(name)) return palette.display;
  if (["lap", "footwell", "glovebox", "door"].includes(name)) return palette.low;
  if (name.startsWith("window") || name.startsWith("passenger")) return palette.side;
  return palette.elsewhere;
}

export function hatch(context, colour, pixels = 6) {
  const key = `${colour} ${pixels}`;
  if (!hatches.has(key)) hatches.set(key, makeHatch(context, colour, pixels));
  return hatches.get(key);
}

function makeHatch(context, colour, pixels) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = pixels;
  const brush = tile.getContext("2d");
  brush.strokeStyle = colour;
  brush.lineWidth = pixels / 3;
  brush.beginPath();
  for (const shift of [-pixels, 0, pixels]) {
    brush.moveTo(shift - 1, pixels + 1);
    brush.lineTo(shift + pixels + 1, -1);
  }
  brush.stroke();
  return context.createPattern(tile, "repeat");
}
