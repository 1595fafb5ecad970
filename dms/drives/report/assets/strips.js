// The rows that are no curves: where the driver looks, what could not be judged, what the driver did, and pictures.

import { hatch, palette, zoneColour } from "./palette.js";
import { unpack } from "./series.js";
import { spoken } from "./words.js";

// Where the driver looks. Far out, a column is filled for the share of time off the road, in the colour of where that was most.
export class ZoneTrack {
  // `packs`: the looks that each excused are marked at the top.
  constructor({ names, unknown, numbers }, times, packs) {
    this.name = "Gaze zone";
    this.height = 38;
    this.names = names;
    this.unknown = unknown;
    this.numbers = unpack(numbers, "B");
    this.times = times;
    this.road = names.indexOf("road");
    this.colours = [];
    this.excused = packs.flatMap((pack) => pack.excused.map((glance) => ({ glance, pack })));
  }

  draw(frame, boxes, selected) {
    this.colours = this.names.map(zoneColour);
    if (frame.dense) this.#drawShares(frame);
    else this.#drawRuns(frame);
    for (const item of this.excused) if (frame.shows(item.glance.t, item.glance.end)) this.#drawExcused(frame, item, boxes, selected);
  }

  #drawExcused(frame, { glance, pack }, boxes, selected) {
    const { context } = frame;
    const x = frame.x(glance.t);
    const width = Math.max(4, frame.x(glance.end) - x);
    context.fillStyle = palette.panel;
    context.fillRect(x, 0, width, 6);
    context.fillStyle = glance.id === selected ? palette.accent : hatch(context, palette.ink, 4);
    context.fillRect(x, 0, width, 5);
    boxes.push({ x, y: 0, width, height: this.height, item: { type: "excused", glance, pack } });
  }

  say(i) {
    const zone = i === null || this.numbers[i] === this.unknown ? null : this.names[this.numbers[i]];
    return zone === null ? "unknown" : zone.replaceAll("_", " ");
  }

  // When the look that goes on at sample `i` began and ended.
  run(i) {
    let first = i;
    let last = i;
    const goesOn = (j) =>
      this.numbers[j] === this.numbers[j + 1] && this.times.at(j + 1) - this.times.at(j) <= this.times.gap;
    while (first > 0 && goesOn(first - 1)) first--;
    while (last + 1 < this.times.length && goesOn(last)) last++;
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
export class SpanTrack {
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
export class InputTrack {
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
export class PictureTrack {
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
