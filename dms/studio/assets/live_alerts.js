// Alerts as the bus tells them: those that hold, and all that came, the newest first.

import { LEVELS } from "../report/palette.js";
import { clock } from "../report/series.js";
import { node, spoken } from "../report/words.js";

const MOST_ROWS = 200;
const badge = (level) => node("span", `level ${LEVELS.includes(level) ? level : "held"}`, level);
const when = (t) => (t === null ? "?" : clock(t));
const timeOfDay = (utc) => {
  const date = new Date(utc ?? "");
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString();
};

// An alert that holds; `sounds`: it is the one that is heard.
export function alertOf({ level, kind, onset, rule, why }, sounds) {
  const head = node("p", sounds ? "sounds" : "", badge(level), " ", node("strong", "", kind), sounds ? " sounds" : "");
  const since = node("p", "muted", `since ${when(onset)}${rule ? `, rule ${spoken(rule)}` : ""}`);
  return node("div", "cause", head, since, node("p", "", why));
}

export class AlertRows {
  constructor(body, quiet, held) {
    Object.assign(this, { body, quiet, held });
    held.addEventListener("change", () => this.#show());
    this.clear();
  }

  clear() {
    this.body.replaceChildren();
    this.#show();
  }

  add(alerts) {
    if (!alerts.length) return;
    this.body.prepend(...alerts.map(rowOf).reverse());
    while (this.body.rows.length > MOST_ROWS) this.body.lastElementChild.remove();
    this.#show();
  }

  #show() {
    let shown = 0;
    for (const row of this.body.rows) {
      row.hidden = row.dataset.phase === "suppress" && !this.held.checked;
      shown += row.hidden ? 0 : 1;
    }
    this.quiet.hidden = shown > 0;
    this.quiet.textContent = this.body.rows.length ? "None but those that were held back." : "No alert yet.";
  }
}

function rowOf({ t, utc, level, kind, phase, rule, why }) {
  const what = [badge(level), " ", node("strong", "", kind), ` ${PHASES[phase] ?? phase}`];
  const small = node("small", "", [why, rule ? `rule ${spoken(rule)}` : ""].filter(Boolean).join("; "));
  const row = node("tr", "", node("td", "", when(t), node("small", "", timeOfDay(utc))), node("td", "", ...what, small));
  row.dataset.phase = phase;
  return row;
}

const PHASES = { raise: "raised", escalate: "escalated", suppress: "held back", acknowledge: "acknowledged", clear: "cleared" };
