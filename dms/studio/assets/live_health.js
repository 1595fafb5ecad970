// How the service gets on: why it is degraded, its parts, its threads, and whether it can be marked.

import { node } from "../report/words.js";

const at = (id) => document.getElementById(id);
const LEVEL_OF = { ok: "held", starting: "info", degraded: "warning", stopping: "advisory" };

export function showHealth({ status, degraded, rows, threads, unmarkable, mark }) {
  const badge = at("status");
  badge.className = `level ${LEVEL_OF[status] ?? "held"}`;
  badge.textContent = status;
  at("degraded").replaceChildren(...degraded.map((reason) => node("li", "", reason)));
  const marked = mark ? [["last mark", mark]] : [];
  at("health").replaceChildren(...[...rows, ...marked].flatMap(([name, value]) => [node("dt", "", name), node("dd", "", value)]));
  at("threads").replaceChildren(...threads.map(rowOf));
  at("threads").closest("details").hidden = threads.length === 0;
  const button = at("mark").querySelector("button");
  button.title = unmarkable ?? "Mark this moment (M)";
  const said = at("marked");
  if (unmarkable && said.textContent !== unmarkable) said.textContent = unmarkable;
  if (!unmarkable && said.dataset.refused) said.textContent = "";
  said.dataset.refused = unmarkable ? "yes" : "";
}

function rowOf({ name, state, doing, lag_s: lag, restarts }) {
  const lagging = lag === null || lag < 0.05 ? "" : `${lag.toFixed(1)} s`;
  const head = node("th", "", name);
  head.scope = "row";
  const cells = [state, doing ?? "", lagging, restarts ? String(restarts) : ""].map((text) => node("td", "", text));
  return node("tr", state, head, ...cells);
}
