// Which rows there are, from top to bottom: a lane for each kind of alert, then the cues.

import { Lane } from "./lanes.js";
import { InputTrack, PictureTrack, SpanTrack, ZoneTrack } from "./strips.js";
import { Track } from "./tracks.js";

const number = (value, digits, unit) => (value === null ? "unknown" : `${value.toFixed(digits)}${unit}`.replace("-", "−"));
const percent = (value, digits) => number(value === null ? null : value * 100, digits, " %");
const percentTick = (tick) => (tick ? `${Math.round(tick * 100)} %` : "0");
const degreeTick = (tick) => `${tick}°`.replace("-", "−");

export function rowsOf(data, channels, times, changed) {
  const cues = cueRows(data, channels, times);
  return [...lanesOf(data), ...pictureRows(data, changed), ...cues, ...inputRows(data), new SpanTrack(data.spans)];
}

function lanesOf(data) {
  const kinds = new Set(data.labels.map((label) => label.kind));
  for (const pack of data.packs) for (const item of [...pack.episodes, ...pack.held]) kinds.add(item.kind);
  return [...kinds].sort().map((kind) => new Lane(kind, data.labels, data.packs));
}

function pictureRows(data, changed) {
  return data.pictures.length ? [new PictureTrack(data.pictures, changed)] : [];
}

function inputRows(data) {
  return data.inputs.length ? [new InputTrack(data.inputs)] : [];
}

// The smallest of some limits that all values of a channel keep, whatever their sign.
function limitOf(channel, limits) {
  const range = channel.range(0, channel.numbers.length);
  const greatest = range ? Math.max(Math.abs(range[0]), Math.abs(range[1])) : 0;
  return limits.find((limit) => greatest <= limit) ?? limits.at(-1);
}

function cueRows(data, channels, times) {
  const turns = [30, 45, 60, 90];
  const turn = Math.max(limitOf(channels.head_yaw_deg, turns), limitOf(channels.head_pitch_deg, turns));
  const perclos = limitOf(channels.perclos_60s, [0.2, 0.4, 0.6, 1]);
  const speed = limitOf(channels.speed_kph, [60, 120, 180, 240, 300]);
  const marks = (...kinds) => data.events.filter((event) => kinds.includes(event.kind));
  const line = (cue, colour, name) => ({ channel: channels[cue], colour, name });
  return [
    new Track({
      name: "Head",
      height: 76,
      lines: [line("head_yaw_deg", "yaw", "Head yaw"), line("head_pitch_deg", "pitch", "pitch")],
      scale: { low: -turn, high: turn, ticks: [(-turn * 2) / 3, 0, (turn * 2) / 3] },
      tickText: degreeTick,
      marks: marks("nod"),
      text: (yaw, pitch) => (yaw === null && pitch === null ? "unknown" : `${number(yaw, 1, "°")}, ${number(pitch, 1, "°")}`),
    }),
    new ZoneTrack(data.zones, times, data.packs),
    new Track({
      name: "Eyes open",
      height: 56,
      lines: [line("openness", "eyes")],
      scale: { low: 0, high: 1.2, ticks: [0, 1] },
      tickText: percentTick,
      marks: marks("closure", "long_blink"),
      threshold: data.closedBelow,
      text: (open) => percent(open, 0),
    }),
    new Track({
      name: "PERCLOS",
      height: 56,
      lines: [line("perclos_60s", "perclos")],
      filled: true,
      scale: { low: 0, high: perclos, ticks: [0, perclos / 2] },
      tickText: percentTick,
      text: (share) => percent(share, 1),
    }),
    new Track({
      name: "Mouth",
      height: 48,
      lines: [line("mouth_openness", "mouth")],
      scale: { low: 0, high: 1, ticks: [0, 0.5] },
      marks: marks("yawn"),
      text: (open) => number(open, 2, ""),
    }),
    new Track({
      name: "Speed",
      height: 48,
      lines: [line("speed_kph", "speed")],
      filled: true,
      scale: { low: 0, high: speed, ticks: [0, speed / 2] },
      text: (kph) => number(kph, 0, " km/h"),
    }),
    new Track({
      name: "KSS estimate",
      height: 48,
      lines: [line("kss", "kss")],
      also: [channels.kss_sigma],
      ratings: data.ratings,
      scale: { low: 1, high: 9, ticks: [3, 7] },
      text: (kss, sigma) => number(kss, 1, sigma === null ? "" : ` ± ${sigma.toFixed(1)}`),
    }),
  ];
}
