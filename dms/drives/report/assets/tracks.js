// The rows with cues over time. A row draws itself into a frame, `height` pixels high from 0 down, and names its values.

// What all rows need to know of one redraw: a column is a device pixel, `edges` are the first samples of the columns.
class Frame {
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
function drawLine(frame, channel, y, colour, base = null) {
  const { context } = frame;
  const line = new Path2D();
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.globalAlpha = base === null ? 0.3 : 0.18;
  if (frame.dense) denseLine(frame, channel, y, line, base);
  else sparseLine(frame, channel, y, line, base);
  context.globalAlpha = 1;
  context.lineWidth = 1.4;
  context.lineJoin = "bevel";
  context.stroke(line);
}

// Many samples a column: their mean, over a band from the least to the greatest, so that nothing is lost from sight.
function denseLine(frame, channel, y, line, base) {
  const { context, edges } = frame;
  const wide = 1 / frame.ratio;
  let known = false;
  for (let k = 0; k + 1 < edges.length; k++) {
    const range = channel.range(edges[k], edges[k + 1]);
    if (range !== null) {
      const [least, greatest, mean] = range;
      const top = y(greatest);
      context.fillRect(k * wide, top, wide, Math.max(1, y(base === null ? least : base) - top));
      if (!known) line.moveTo(k * wide, y(mean));
      line.lineTo((k + 0.5) * wide, y(mean));
    }
    known = range !== null;
  }
}

// Few samples: a line through all of them.
function sparseLine(frame, channel, y, line, base) {
  const area = new Path2D();
  const first = Math.max(0, frame.edges[0] - 1);
  const last = Math.min(frame.times.length, frame.edges[frame.edges.length - 1] + 1);
  let began = null;
  let x = 0;
  let lastT = -Infinity;
  const close = () => {
    if (began === null) return;
    if (base !== null) {
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
  if (base !== null) frame.context.fill(area);
}

function drawGrid(frame, y, ticks) {
  const { context, width } = frame;
  context.fillStyle = palette.grid;
  for (const tick of ticks) context.fillRect(0, Math.round(y(tick)), width, 1);
}

function drawScale(frame, height, y, ticks, tickText) {
  const { context } = frame;
  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = palette.panel;
  context.fillStyle = palette.muted;
  for (const tick of ticks) {
    const text = tickText(tick);
    const at = Math.min(Math.max(y(tick), 6), height - 6);
    context.strokeText(text, 3, at);
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

class Track {
  // `lines`: {channel, colour, name}; `scale(frame)`: {low, high, ticks}; `text(values)`: what to say of the values at the cursor.
  // `also` are channels that only the text speaks of; `ratings`, values that somebody gave for a while.
  constructor({ name, height, lines, scale, tickText = String, text, also = [], marks = [], ratings = [], filled = false, threshold = null }) {
    Object.assign(this, { name, height, lines, scale, tickText, text, also, marks, ratings, filled, threshold });
  }

  draw(frame, boxes) {
    const { low, high, ticks } = this.scale;
    const inner = this.height - 8;
    const y = (value) => 4 + inner * (1 - (Math.min(Math.max(value, low), high) - low) / (high - low));
    drawGrid(frame, y, ticks);
    if (this.threshold !== null) this.#drawThreshold(frame, y(this.threshold));
    for (const { channel, colour } of this.lines) drawLine(frame, channel, y, palette[colour], this.filled ? low : null);
    drawScale(frame, this.height, y, ticks, this.tickText);
    drawMarks(frame, this.marks, palette[this.lines[0].colour], boxes);
    for (const rating of this.ratings) this.#drawRating(frame, rating, y(rating.value), boxes);
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

// Where the driver looks. Far out, a column is filled as far as the eyes were off the road, in the colour of where they were most.
class ZoneTrack {
  constructor({ names, unknown, numbers }, times) {
    this.name = "Gaze zone";
    this.height = 38;
    this.names = names;
    this.unknown = unknown;
    this.numbers = unpack(numbers, "B");
    this.times = times;
    this.road = names.indexOf("road");
    this.colours = [];
  }

  draw(frame) {
    this.colours = this.names.map(zoneColour);
    if (frame.dense) this.#drawShares(frame);
    else this.#drawRuns(frame);
  }

  say(i) {
    const zone = i === null || this.numbers[i] === this.unknown ? null : this.names[this.numbers[i]];
    return zone === null ? "unknown" : zone.replaceAll("_", " ");
  }

  // When the look that goes on at sample `i` began and ended.
  run(i) {
    let first = i;
    let last = i;
    const same = (j) => this.numbers[j] === this.numbers[i];
    while (first > 0 && same(first - 1) && this.times.at(first) - this.times.at(first - 1) <= this.times.gap) first--;
    while (last + 1 < this.times.length && same(last + 1) && this.times.at(last + 1) - this.times.at(last) <= this.times.gap) last++;
    return [this.times.at(first), this.times.at(Math.min(last + 1, this.times.length - 1))];
  }

  #drawShares(frame) {
    const { context, edges, ratio } = frame;
    const counts = new Uint32Array(256);
    const top = 3;
    const high = this.height - 6;
    for (let k = 0; k + 1 < edges.length; k++) {
      counts.fill(0);
      let known = 0;
      for (let i = edges[k]; i < edges[k + 1]; i++) {
        if (this.numbers[i] === this.unknown) continue;
        counts[this.numbers[i]]++;
        known++;
      }
      if (known === 0) continue;
      let most = -1;
      for (let zone = 0; zone < this.names.length; zone++) {
        if (zone !== this.road && counts[zone] > 0 && (most < 0 || counts[zone] > counts[most])) most = zone;
      }
      const away = known - (this.road < 0 ? 0 : counts[this.road]);
      context.fillStyle = palette.road;
      context.fillRect(k / ratio, top, 1 / ratio, high);
      if (away === 0) continue;
      context.fillStyle = this.colours[most];
      const part = Math.max(1, (high * away) / known);
      context.fillRect(k / ratio, top + high - part, 1 / ratio, part);
    }
  }

  #drawRuns(frame) {
    const { context, times, edges } = frame;
    const last = Math.min(times.length, edges[edges.length - 1] + 1);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (let i = Math.max(0, edges[0] - 1); i < last; ) {
      const zone = this.numbers[i];
      let next = i + 1;
      while (next < last && this.numbers[next] === zone && times.at(next) - times.at(next - 1) <= times.gap) next++;
      if (zone !== this.unknown) {
        const isBroken = next >= times.length || times.at(next) - times.at(next - 1) > times.gap;
        const x = frame.x(times.at(i));
        const width = frame.x(times.at(isBroken ? next - 1 : next)) - x;
        context.fillStyle = this.colours[zone];
        context.fillRect(x, 3, Math.max(1, width), this.height - 6);
        this.#write(context, this.names[zone].replaceAll("_", " "), Math.max(x, 0) + 5, x + width);
      }
      i = next;
    }
  }

  #write(context, text, x, right) {
    if (context.measureText(text).width + 6 > right - x) return;
    context.fillStyle = palette.ink;
    context.fillText(text, x, this.height / 2 + 0.5);
  }
}

// What kept the driver from being judged in full.
class SpanTrack {
  constructor(spans) {
    this.name = "Judged";
    this.height = 38;
    const order = ["learning", "paused", "degraded"];
    this.spans = [...spans].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  }

  draw(frame, boxes) {
    const { context } = frame;
    const colours = { degraded: palette.gap, paused: palette.muted, learning: palette.line };
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    // What was lost is drawn last, over the learning that goes on below it.
    for (const span of this.spans) {
      if (!frame.shows(span.t, span.end)) continue;
      const low = 10;
      const high = 18;
      const x = frame.x(span.t);
      const width = Math.max(2, frame.x(span.end) - x);
      context.fillStyle = span.kind === "degraded" ? hatch(context, colours.degraded) : colours[span.kind];
      context.fillRect(x, low, width, high);
      boxes.push({ x, y: low, width, height: high, item: { type: "span", span } });
      const text = span.text.replaceAll("_", " ");
      const wide = context.measureText(text).width;
      if (wide + 10 > width) continue;
      const left = Math.max(x, 0) + 4;
      if (span.kind === "degraded") {
        context.fillStyle = palette.panel;
        context.fillRect(left - 2, low + 1, wide + 4, high - 2);
      }
      context.fillStyle = palette.ink;
      context.fillText(text, left, low + high / 2 + 0.5);
    }
  }

  say(i, t) {
    const now = this.spans.filter((span) => span.kind !== "learning" && span.t <= t && t <= span.end);
    return now.length ? now[0].text.replaceAll("_", " ") : "in full";
  }
}

// What the driver did: acknowledged an alert, paused the monitoring, marked a moment.
class InputTrack {
  constructor(inputs) {
    this.name = "Driver";
    this.height = 26;
    this.inputs = inputs;
  }

  draw(frame, boxes, selected) {
    const { context } = frame;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    let right = -Infinity;
    for (const input of this.inputs) {
      if (!frame.shows(input.t, input.t)) continue;
      const x = frame.x(input.t);
      context.fillStyle = input.id === selected ? palette.accent : palette.ink;
      context.fillRect(x - 0.75, 4, 1.5, 18);
      context.beginPath();
      context.moveTo(x, 4);
      context.lineTo(x + 8, 8);
      context.lineTo(x, 12);
      context.fill();
      boxes.push({ x: x - 3, y: 0, width: 14, height: 26, item: { type: "input", input } });
      const text = spoken(input.action);
      if (x < right) continue;
      context.fillText(text, x + 11, 13);
      right = x + 18 + context.measureText(text).width;
    }
  }
}

// What the camera saw. Pictures that would lie on another one are left out; which ones depends on the zoom alone.
class PictureTrack {
  constructor(pictures, changed) {
    this.name = "Pictures";
    this.height = 70;
    this.pictures = pictures;
    for (const picture of pictures) {
      picture.image = new Image();
      picture.image.onload = changed;
      picture.image.src = `data:image/jpeg;base64,${picture.jpeg}`;
    }
  }

  draw(frame, boxes) {
    const { context } = frame;
    const high = this.height - 12;
    let right = -Infinity;
    for (const picture of this.pictures) {
      const width = (picture.width / picture.height) * high;
      const middle = frame.x(picture.t);
      const x = middle - width / 2;
      if (x < right + 3) continue;
      right = x + width;
      if (right < 0 || x > frame.width || !picture.image.complete) continue;
      context.drawImage(picture.image, x, 2, width, high);
      context.fillStyle = palette.muted;
      context.beginPath();
      context.moveTo(middle - 4, high + 3);
      context.lineTo(middle + 4, high + 3);
      context.lineTo(middle, high + 9);
      context.fill();
      boxes.push({ x, y: 2, width, height: high, item: { type: "picture", picture } });
    }
  }
}
