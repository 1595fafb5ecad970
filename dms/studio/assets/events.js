// What happened, as rows of the table beside the timeline: labels, alerts, what was held back or excused, what the driver did.

import { clock } from "../report/series.js";
import { node, spoken } from "../report/words.js";

const SIGNS = { found: "✓", missed: "✗", related: "=", false: "!", uncovered: "○" };
const WRONG = new Set(["missed", "false"]);

const verdictOf = (verdict, says) => (says ? [node("div", "", node("span", `verdict ${verdict}`, `${SIGNS[verdict] ?? ""} ${says}`))] : []);
const level = (name, words = name) => node("span", `level ${name}`, words);
const strong = (words) => node("strong", "", words);
const small = (words) => node("small", "", words);

export function eventsOf({ labels, ratings, packs }, inputs) {
  const pack = packs[0];
  const rows = [
    ...labels.map((label) => ({
      id: label.id, sort: "label", t: label.t, end: label.end, wrong: WRONG.has(label.verdicts[0]),
      cells: [level("label"), " ", strong(label.kind), ...verdictOf(label.verdicts[0], label.says[0]), small(`for ${(label.end - label.t).toFixed(1)} s${label.note ? `: ${label.note}` : ""}`)],
    })),
    ...ratings.map((rating, index) => ({
      id: `rating-${index}`, sort: "label", t: rating.t, end: rating.end,
      cells: [level("label", "rating"), " ", strong(`KSS ${rating.value}`), ...(rating.note ? [small(rating.note)] : [])],
    })),
    ...pack.episodes.map((episode) => ({
      id: episode.id, sort: "alert", t: episode.t, end: episode.end, wrong: WRONG.has(episode.verdict),
      cells: [level(episode.level), " ", strong(episode.kind), ...verdictOf(episode.verdict, episode.says),
        small(`for ${(episode.end - episode.t).toFixed(1)} s, rule ${spoken(episode.steps[0].rule)}: ${episode.steps[0].why}`)],
    })),
    ...pack.held.map((held, index) => ({
      id: `held-0-${index}`, sort: "held", t: held.t, end: held.t,
      cells: [level("held", "held back"), " ", held.kind, small(`${held.level}, rule ${spoken(held.rule)}: ${held.why}`)],
    })),
    ...pack.excused.map((glance) => ({
      id: glance.id, sort: "held", t: glance.t, end: glance.end,
      cells: [level("held", "excused"), " a look at ", strong(glance.place), small(`for ${(glance.end - glance.t).toFixed(1)} s: ${glance.why.join("; ")}`)],
    })),
    ...inputs.map((input) => ({
      id: input.id, sort: "driver", t: input.t, end: input.t,
      cells: [level("held", "driver"), " ", strong(spoken(input.action)), ...(input.note ? [small(input.note)] : [])],
    })),
  ];
  return rows.sort((a, b) => a.t - b.t);
}

export function rowOf({ id, sort, t, end, wrong, cells }) {
  const jump = node("button", "jump", clock(t));
  jump.type = "button";
  const row = node("tr", "", node("td", "", jump), node("td", "", ...cells));
  row.id = `row-${id}`;
  Object.assign(row.dataset, { t, end, sort, ...(wrong ? { wrong: "yes" } : {}) });
  return row;
}

// The next time beyond `t` in a direction at which alerts and labels disagree; null if there is none.
export function disagreement(events, t, direction) {
  const wrong = events.filter((event) => event.wrong && (event.t - t) * direction > 0.001);
  return (direction > 0 ? wrong[0] : wrong.at(-1)) ?? null;
}
