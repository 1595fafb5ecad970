// The rows with cues over time. A row draws itself into a frame, `height` pixels high from 0 down, and names its values.

import { palette } from "./palette.js";

// What all rows need to know of one redraw: a column is a device pixel, `edges` are the first samples of the columns.
export class Frame {
  constructor(context, view, times, width, ratio) {
    Object.assign(this, { context, view, times, width, ratio });
    const columns = Math.max(1, Math.round(width * ratio));
    this.edges = new Int32Array(columns + 1);
    for (let k = 0; k <= columns; k++) this.edges[k] = times.index(view.t0 + (k / columns) * view.span);
    this.dense = (this.edges[columns] - this.edges[0]) / columns > 1.5;
  }

  x(t) {
    return ((t - this.view.t0) / this.view.span) * this.width;
  }

  shows(t, end) {
    return end >= this.view.t0 && t <= this.view.t1;
  }
}

// The line of a channel. Unknown values and gaps in time interrupt it. With `base`, the area down to there is tinted.
export function drawLine(frame, channel, y, colour, base = null) {
  frame.context.fillStyle = colour;
  frame.context.strokeStyle = colour;
  if (frame.dense) drawDense(frame, channel, y, base);
  else drawSparse(frame, channel, y, base);
}

const tint = (base) => (base === null ? 0.3 : 0.18);

// Many samples a column: their mean, over a band from the least to the greatest, so that nothing is lost from sight.
// Rectangles on whole pixels: a path of so many corners takes several times as long to fill.
function drawDense(frame, channel, y, base) {
  const { context, edges, ratio } = frame;
  const wide = 1 / ratio;
  const whole = (value) => Math.round(value * ratio) / ratio;
  const means = [];
  context.globalAlpha = tint(base);
  for (let k = 0; k + 1 < edges.length; k++) {
    const range = channel.range(edges[k], edges[k + 1]);
    means.push(range && whole(y(range[2])));
    if (range === null) continue;
    const top = whole(y(range[1]));
    context.fillRect(k * wide, top, wide, Math.max(wide, whole(y(base ?? range[0])) - top));
  }
  context.globalAlpha = 1;
  means.forEach((mean, k) => {
    if (mean === null) return;
    const before = means[k - 1] ?? mean;
    context.fillRect(k * wide, Math.min(mean, before), wide, Math.max(1.5, Math.abs(mean - before)));
  });
}

// Few samples: a line through all of them.
function drawSparse(frame, channel, y, base) {
  const { context } = frame;
  const line = new Path2D();
  const area = new Path2D();
  const first = Math.max(0, frame.edges[0] - 1);
  const last = Math.min(frame.times.length, frame.edges[frame.edges.length - 1] + 1);
  let began = null;
  let x = 0;
  let lastT = -Infinity;
  const close = () => {
    if (began !== null && base !== null) {
      area.lineTo(x, y(base));
      area.lineTo(began, y(base));
      area.closePath();
    }
    began = null;
  };
  for (let i = first; i < last; i++) {
    const value = channel.value(i);
    const t = frame.times.at(i);
    if (value === null || t - lastT > frame.times.gap) close();
    lastT = t;
    if (value === null) continue;
    x = frame.x(t);
    if (began === null) {
      began = x;
      line.moveTo(x, y(value));
      line.lineTo(x + 0.01, y(value));
      area.moveTo(x, y(base ?? value));
    }
    line.lineTo(x, y(value));
    area.lineTo(x, y(value));
  }
  close();
  context.globalAlpha = tint(base);
  if (base !== null) context.fill(area);
  context.globalAlpha = 1;
  context.lineWidth = 1.4;
  context.lineJoin = "bevel";
  context.stroke(line);
}

function drawGrid(frame, y, ticks) {
  const { context, width } = frame;
  context.fillStyle = palette.grid;
  for (const tick of ticks) context.fillRect(0, Math.round(y(tick)), width, 1);
}

// The scale lies on the curves, each number on ground of its own: drawn last.
function drawScale(frame, height, y, ticks, tickText) {
  const { context } = frame;
  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const tick of ticks) {
    const text = tickText(tick);
    const at = Math.min(Math.max(y(tick), 6), height - 6);
    context.globalAlpha = 0.88;
    context.fillStyle = palette.panel;
    context.fillRect(0, at - 6, context.measureText(text).width + 6, 12);
    context.globalAlpha = 1;
    context.fillStyle = palette.muted;
    context.fillText(text, 3, at);
  }
}

// Something that happened, as a bar at the top of the row that it can be seen in.
function drawMarks(frame, events, colour, boxes) {
  const { context } = frame;
  context.fillStyle = colour;
  for (const event of events) {
    if (!frame.shows(event.t, event.end)) continue;
    const x = frame.x(event.t);
    const width = Math.max(3, frame.x(event.end) - x);
    context.fillRect(x, 0, width, 4);
    boxes.push({ x, y: 0, width, height: 8, item: { type: "event", event } });
  }
}

export class Track {
  // `lines`: {channel, colour, name}; `scale`: {low, high, ticks}; `text(...values)`: what to say of the values at the cursor.
  // `also` are channels that only the text speaks of; `ratings`, values that somebody gave for a while.
  constructor(options) {
    const usual = { tickText: String, also: [], marks: [], ratings: [], filled: false, threshold: null };
    Object.assign(this, usual, options);
  }

  draw(frame, boxes) {
    const { low, high, ticks } = this.scale;
    const inner = this.height - 8;
    const y = (value) => 4 + inner * (1 - (Math.min(Math.max(value, low), high) - low) / (high - low));
    drawGrid(frame, y, ticks);
    if (this.threshold !== null) this.#drawThreshold(frame, y(this.threshold));
    for (const { channel, colour } of this.lines) drawLine(frame, channel, y, palette[colour], this.filled ? low : null);
    drawMarks(frame, this.marks, palette[this.lines[0].colour], boxes);
    for (const rating of this.ratings) this.#drawRating(frame, rating, y(rating.value), boxes);
    drawScale(frame, this.height, y, ticks, this.tickText);
    this.y = y;
  }

  points(i) {
    return this.lines.map(({ channel, colour }) => ({ value: channel.value(i), colour }));
  }

  say(i) {
    const channels = [...this.lines.map(({ channel }) => channel), ...this.also];
    return this.text(...channels.map((channel) => (i === null ? null : channel.value(i))));
  }

  #drawRating(frame, rating, y, boxes) {
    if (!frame.shows(rating.t, rating.end)) return;
    const { context } = frame;
    const x = frame.x(rating.t);
    const width = Math.max(6, frame.x(rating.end) - x);
    context.fillStyle = palette.label;
    context.fillRect(x, y - 2.5, width, 5);
    boxes.push({ x, y: y - 5, width, height: 10, item: { type: "rating", rating } });
  }

  #drawThreshold(frame, y) {
    const { context } = frame;
    context.save();
    context.setLineDash([4, 4]);
    context.strokeStyle = palette.muted;
    context.beginPath();
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(frame.width, Math.round(y) + 0.5);
    context.stroke();
    context.restore();
  }
}
