// An observation, drawn over its picture: box, points, the head's axes, gaze, and how far eyes and mouth are open.

const COLOURS = { box: "#78dc78", point: "#50dcff", gaze: "#ffe63c", left: "#ff5050", up: "#50e650", forward: "#3c8cff", grey: "#969696", dark: "#1e1e1e" };
const NOSE_TIP = 30;
// Landmarks of the driver's left and right eye.
const EYES = [[42, 48], [36, 42]];
// A part with a lower probability of being visible is drawn in grey.
const READABLE = 0.5;
const radians = (degrees) => (degrees * Math.PI) / 180;

// The columns of the head's rotation as seen by the camera: its left, up and forward. Roll first, then pitch, then yaw.
function axesOf({ yaw, pitch, roll }) {
  const [a, b, c] = [yaw, pitch, roll].map(radians);
  const turned = ([x, y, z]) => {
    const [x1, y1] = [x * Math.cos(c) - y * Math.sin(c), x * Math.sin(c) + y * Math.cos(c)];
    const [y2, z2] = [y1 * Math.cos(b) + z * Math.sin(b), -y1 * Math.sin(b) + z * Math.cos(b)];
    return [x1 * Math.cos(a) + z2 * Math.sin(a), y2, -x1 * Math.sin(a) + z2 * Math.cos(a)];
  };
  return { left: turned([1, 0, 0]), up: turned([0, 1, 0]), forward: turned([0, 0, 1]) };
}

function stroke(context, from, to, colour, wide) {
  for (const [style, width] of [[COLOURS.dark, wide + 1.5], [colour, wide]]) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }
}

function drawAxes(context, head, [x, y], length, unit) {
  const axes = Object.entries(axesOf(head)).sort(([, a], [, b]) => a[2] - b[2]);
  for (const [name, [right, up]] of axes) stroke(context, [x, y], [x + right * length, y - up * length], COLOURS[name], 2.2 * unit);
}

function drawGaze(context, { yaw, pitch }, [x, y], length, unit) {
  const right = Math.sin(radians(yaw)) * Math.cos(radians(pitch)) * length;
  const up = Math.sin(radians(pitch)) * length;
  if (Math.hypot(right, up) < 0.12 * length) {
    context.strokeStyle = COLOURS.gaze;
    context.lineWidth = 1.6 * unit;
    context.beginPath();
    context.arc(x, y, 5 * unit, 0, 2 * Math.PI);
    context.stroke();
    return;
  }
  const tip = [x + right, y - up];
  stroke(context, [x, y], tip, COLOURS.gaze, 1.8 * unit);
  const angle = Math.atan2(-up, right);
  for (const side of [-0.5, 0.5]) {
    stroke(context, tip, [tip[0] - 8 * unit * Math.cos(angle + side), tip[1] - 8 * unit * Math.sin(angle + side)], COLOURS.gaze, 1.8 * unit);
  }
}

function eyeCentres({ eyes, landmarks, face }) {
  const [x, y, width, height] = face.box;
  return [eyes?.left, eyes?.right].flatMap((eye, index) => {
    if (!eye || eye.visible < READABLE) return [];
    if (!landmarks) return [[x + width * [0.7, 0.3][index], y + height * 0.2]];
    const points = landmarks.slice(...EYES[index]);
    return [[0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length)];
  });
}

function drawBars(context, { eyes, mouth }, height, unit) {
  const bars = [["R", eyes?.right], ["L", eyes?.left], ["M", mouth]];
  context.font = `${13 * unit}px system-ui, sans-serif`;
  context.textBaseline = "alphabetic";
  bars.forEach(([name, part], place) => {
    const [x, bottom, wide, high] = [(10 + 24 * place) * unit, height - 22 * unit, 15 * unit, 60 * unit];
    const colour = part && part.visible >= READABLE ? COLOURS.point : COLOURS.grey;
    context.fillStyle = COLOURS.dark;
    context.fillRect(x, bottom - high, wide, high);
    const filled = part ? Math.min(Math.max(part.open, 0), 1) * high : 0;
    context.fillStyle = colour;
    context.fillRect(x, bottom - filled, wide, filled);
    context.strokeStyle = colour;
    context.lineWidth = unit;
    context.strokeRect(x, bottom - high, wide, high);
    context.lineWidth = 3 * unit;
    context.strokeStyle = COLOURS.dark;
    context.strokeText(name, x + 3 * unit, bottom + 15 * unit);
    context.fillText(name, x + 3 * unit, bottom + 15 * unit);
  });
}

// Draws into a context whose units are the pixels of the camera's picture, `width` by `height` of them.
export function drawObservation(context, observation, width, height) {
  const unit = Math.max(Math.min(height / 480, width / 640), 0.4);
  const { face, head, gaze, landmarks } = observation;
  context.lineCap = "round";
  if (face) {
    const [x, y, wide, high] = face.box;
    const size = Math.max(wide, high);
    context.strokeStyle = COLOURS.box;
    context.lineWidth = 1.2 * unit;
    context.strokeRect(x, y, wide, high);
    context.fillStyle = COLOURS.point;
    for (const [px, py] of landmarks ?? []) {
      context.beginPath();
      context.arc(px, py, Math.min(1.6 * unit, size / 90), 0, 2 * Math.PI);
      context.fill();
    }
    if (head) drawAxes(context, head, landmarks?.[NOSE_TIP] ?? [x + wide / 2, y + high * 0.55], size * 0.45, unit);
    if (gaze) for (const eye of eyeCentres(observation)) drawGaze(context, gaze, eye, size * 0.55, unit);
  }
  drawBars(context, observation, height, unit);
}
