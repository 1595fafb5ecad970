// What is said of each thing that can be pointed at.

import { clock } from "./series.js";
import { node, spoken } from "./words.js";

function causeTable(cause) {
  const table = node("dl");
  for (const [name, value] of cause) table.append(node("dt", "", spoken(name)), node("dd", "", value));
  return table;
}

function sentence(t, end) {
  return `${clock(t)} – ${clock(end)} (${(end - t).toFixed(1)} s)`;
}

const noteOf = (item) => (item.note ? [node("p", "note", item.note)] : []);

// What the camera saw within a second of a time, if that is known.
function pictureNear(pictures, t) {
  const away = (picture) => Math.abs(picture.t - t);
  const near = pictures.filter((picture) => away(picture) <= 1).sort((a, b) => away(a) - away(b));
  return near.slice(0, 1).map(pictureOf);
}

function pictureOf(picture) {
  const image = picture.image.cloneNode();
  image.alt = `The driver at ${clock(picture.t)}`;
  return image;
}

export const TIPS = {
  alert({ episode, number }, data) {
    const pack = data.packs.length > 1 ? `${data.packs[number].name}: ` : "";
    const steps = episode.steps.map((step) => {
      const level = node("span", `level ${step.level}`, step.level);
      const by = ` by ${spoken(step.rule)}`;
      return node("li", "", `${clock(step.t)} ${step.phase} `, level, by, node("p", "", step.why), causeTable(step.cause));
    });
    return [
      node("h3", "", `${pack}${episode.kind}`),
      ...pictureNear(data.pictures, episode.t),
      node("p", "", `since ${clock(episode.onset)}, raised ${sentence(episode.t, episode.end)}`),
      ...(episode.says ? [node("p", `verdict ${episode.verdict}`, episode.says)] : []),
      node("ol", "", ...steps),
    ];
  },
  label({ label }, data) {
    const verdicts = label.verdicts.map((verdict, number) =>
      node("p", `verdict ${verdict}`, data.packs.length > 1 ? `${data.packs[number].name}: ` : "", label.says[number]),
    );
    return [node("h3", "", `Label ${label.kind}`), node("p", "", sentence(label.t, label.end)), ...noteOf(label), ...verdicts];
  },
  held({ held }) {
    const line = `${clock(held.t)}, ${held.level}, rule ${spoken(held.rule)}`;
    return [node("h3", "", `Held back: ${held.kind}`), node("p", "", line), node("p", "", held.why), causeTable(held.cause)];
  },
  excused({ glance, pack }, data) {
    const by = data.packs.length > 1 ? `${pack.name}: ` : "";
    const why = glance.why.map((reason) => node("li", "", reason));
    return [node("h3", "", `${by}Excused: ${glance.place}`), node("p", "", sentence(glance.t, glance.end)), node("ul", "", ...why)];
  },
  event({ event }) {
    return [node("h3", "", spoken(event.kind)), node("p", "", sentence(event.t, event.end))];
  },
  span({ span }) {
    const what = span.kind === "degraded" ? `Degraded: ${spoken(span.text)}` : span.text;
    return [node("h3", "", what), node("p", "", sentence(span.t, span.end))];
  },
  input({ input }) {
    return [node("h3", "", `Driver: ${spoken(input.action)}`), node("p", "", clock(input.t)), ...noteOf(input)];
  },
  rating({ rating }) {
    const title = node("h3", "", `The driver's own rating: KSS ${rating.value}`);
    return [title, node("p", "", sentence(rating.t, rating.end)), ...noteOf(rating)];
  },
  zone({ zone, t, end }) {
    return [node("h3", "", `Gaze: ${zone}`), node("p", "", sentence(t, end))];
  },
  picture({ picture }) {
    return [node("h3", "", clock(picture.t)), pictureOf(picture)];
  },
};
