// A row for each kind of alert: its labels on top, and below them what each pack raised.

import { LEVELS, hatch, palette } from "./palette.js";

const LABEL_HIGH = 11;
const PACK_HIGH = 16;
const SIGN_WIDE = 13;

// Verdicts as signs in a disc, drawn rather than written: fonts differ.
function drawSign(context, verdict, x, y) {
  const r = 5.5;
  context.save();
  context.translate(x, y);
  context.fillStyle = palette[verdict];
  context.strokeStyle = palette.panel;
  context.lineWidth = 1.5;
  context.beginPath();
  if (verdict === "false") {
    context.moveTo(0, -r - 1);
    context.lineTo(r + 1, r);
    context.lineTo(-r - 1, r);
    context.closePath();
  } else {
    context.arc(0, 0, r, 0, 2 * Math.PI);
  }
  context.stroke();
  context.fill();
  context.lineCap = "round";
  context.lineWidth = 1.7;
  context.beginPath();
  if (verdict === "found") {
    context.moveTo(-2.6, 0.2);
    context.lineTo(-0.6, 2.2);
    context.lineTo(2.8, -2);
  } else if (verdict === "missed") {
    context.moveTo(-2.2, -2.2);
    context.lineTo(2.2, 2.2);
    context.moveTo(2.2, -2.2);
    context.lineTo(-2.2, 2.2);
  } else if (verdict === "related") {
    context.moveTo(-2.6, -1.3);
    context.lineTo(2.6, -1.3);
    context.moveTo(-2.6, 1.5);
    context.lineTo(2.6, 1.5);
  } else if (verdict === "false") {
    context.moveTo(0, -2.6);
    context.lineTo(0, 1);
    context.moveTo(0, 3.4);
    context.lineTo(0, 3.4);
  } else {
    context.arc(0, 0, 2.2, 0, 2 * Math.PI);
  }
  context.stroke();
  context.restore();
}

export class Lane {
  constructor(kind, labels, packs) {
    this.kind = kind;
    this.labels = labels.filter((label) => label.kind === kind);
    this.packs = packs.map((pack) => ({
      episodes: pack.episodes.filter((episode) => episode.kind === kind),
      held: pack.held.filter((held) => held.kind === kind),
    }));
    this.room = labels.length ? LABEL_HIGH + 4 : 2;
    this.height = this.room + packs.length * (PACK_HIGH + 2) + 4;
  }

  draw(frame, boxes, selected) {
    this.signs = [];
    for (const label of this.labels) if (frame.shows(label.t, label.end)) this.#drawLabel(frame, label, boxes, selected);
    this.packs.forEach((pack, number) => {
      const bottom = this.room + (number + 1) * (PACK_HIGH + 2) - 2;
      for (const episode of pack.episodes) {
        if (frame.shows(episode.onset, episode.end)) this.#drawEpisode(frame, episode, number, bottom, boxes, selected);
      }
      for (const held of pack.held) if (frame.shows(held.t, held.t)) this.#drawHeld(frame, held, bottom, boxes);
    });
    // What went wrong is drawn last, on top.
    const order = ["uncovered", "found", "related", "false", "missed"];
    this.signs.sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
    for (const sign of this.signs) drawSign(frame.context, sign.verdict, sign.x, sign.y);
  }

  #drawLabel(frame, label, boxes, selected) {
    const { context } = frame;
    const x = frame.x(label.t);
    const width = Math.max(3, frame.x(label.end) - x);
    const missed = label.verdicts.includes("missed");
    const uncovered = label.verdicts.every((verdict) => verdict === "uncovered");
    context.save();
    if (missed || uncovered) {
      const colour = missed ? palette.missed : palette.uncovered;
      context.fillStyle = hatch(context, colour, 5);
      context.globalAlpha = 0.45;
      context.fillRect(x, 2, width, LABEL_HIGH);
      context.globalAlpha = 1;
      context.strokeStyle = colour;
      context.setLineDash([3, 2]);
      context.strokeRect(x + 0.5, 2.5, Math.max(1, width - 1), LABEL_HIGH - 1);
    } else {
      context.fillStyle = palette.label;
      context.fillRect(x, 2, width, LABEL_HIGH);
    }
    context.restore();
    this.#outline(frame, label, x, 2, width, LABEL_HIGH, selected);
    // Where the packs agree, one sign speaks for both.
    const verdicts = new Set(label.verdicts).size > 1 ? label.verdicts : label.verdicts.slice(0, 1);
    verdicts.forEach((verdict, number) => this.#sign(frame, verdict, x, width, 2 + LABEL_HIGH / 2, number));
    boxes.push({ x, y: 0, width, height: LABEL_HIGH + 3, item: { type: "label", label } });
  }

  #drawEpisode(frame, episode, number, bottom, boxes, selected) {
    const { context } = frame;
    const x = frame.x(episode.t);
    const right = Math.max(x + 3, frame.x(episode.end));
    const onset = frame.x(episode.onset);
    context.fillStyle = palette[episode.level];
    context.fillRect(onset, bottom - 2, x - onset, 2);
    context.globalAlpha = episode.verdict === "related" ? 0.6 : 1;
    const steps = episode.steps.filter((step) => step.phase === "raise" || step.phase === "escalate");
    steps.forEach((step, index) => {
      const from = index ? frame.x(step.t) : x;
      const to = index + 1 < steps.length ? frame.x(steps[index + 1].t) : right;
      const high = PACK_HIGH * (0.52 + 0.12 * LEVELS.indexOf(step.level));
      const wide = Math.max(to - from, index + 1 < steps.length ? 0 : 3);
      context.fillStyle = palette[step.level];
      context.fillRect(from, bottom - high, wide, high);
      if (episode.verdict === "false") {
        context.fillStyle = hatch(context, palette.panel, 6);
        context.fillRect(from, bottom - high, wide, high);
      }
      if (index > 0) {
        context.fillStyle = palette.panel;
        context.fillRect(from, bottom - high, 1, high);
      }
    });
    context.globalAlpha = 1;
    this.#outline(frame, episode, x, bottom - PACK_HIGH, right - x, PACK_HIGH, selected);
    if (episode.verdict !== "unjudged") this.#sign(frame, episode.verdict, x, right - x, bottom - PACK_HIGH / 2 + 1, 0);
    const item = { type: "alert", episode, number };
    boxes.push({ x: onset, y: bottom - PACK_HIGH, width: right - onset, height: PACK_HIGH + 2, item });
  }

  #drawHeld(frame, held, bottom, boxes) {
    const { context } = frame;
    const x = frame.x(held.t);
    const y = bottom - 5;
    context.beginPath();
    context.moveTo(x, y - 4);
    context.lineTo(x + 4, y);
    context.lineTo(x, y + 4);
    context.lineTo(x - 4, y);
    context.closePath();
    context.fillStyle = palette.panel;
    context.strokeStyle = palette.ink;
    context.lineWidth = 1;
    context.fill();
    context.stroke();
    boxes.push({ x: x - 5, y: y - 5, width: 10, height: 10, item: { type: "held", held } });
  }

  // Inside a band that has room, else behind it.
  #sign(frame, verdict, x, width, y, number) {
    const left = Math.max(x, 0);
    const inside = x + width - left > SIGN_WIDE * (number + 1) + 4;
    this.signs.push({ verdict, x: (inside ? left + 8 : x + width + 8) + number * SIGN_WIDE, y });
  }

  #outline(frame, item, x, y, width, height, selected) {
    if (item.id !== selected) return;
    const { context } = frame;
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect(x - 2, y - 2, width + 4, height + 4);
  }
}
