// A running service: what it says now, drawn as it comes. What is known no longer is said to be so.

import { clock } from "../report/series.js";
import { node, spoken } from "../report/words.js";
import { ask, notice, state } from "./asking.js";
import { keysOn } from "./keys.js";
import { AlertRows, alertOf } from "./live_alerts.js";
import { Charts } from "./live_charts.js";
import { showHealth } from "./live_health.js";
import { drawObservation } from "./overlay.js";

const TRY_AGAIN_MS = 3000;
const USUAL = [640, 480];
const UNKNOWN = { t: null, cues: {}, active: [], sounding: null };
const at = (id) => document.getElementById(id);

class Live {
  constructor({ charted }) {
    this.charts = new Charts(at("charts"), charted);
    this.alerts = new AlertRows(at("alerts"), at("quiet"), at("held"));
    this.size = USUAL;
    this.told = 0;
    at("live").hidden = false;
    this.#marks();
    keysOn(document.body, {
      m: () => this.mark(),
      n: () => at("note").focus(),
      h: () => at("held").click(),
    });
    new ResizeObserver(() => this.#draw()).observe(at("picture"));
    // A hidden window would keep one of the browser's few connections.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#leave() : this.#listen()));
    for (const event of ["beforeprint", "afterprint"]) {
      addEventListener(event, () => {
        document.documentElement.classList.toggle("printing", event === "beforeprint");
        this.charts.draw();
      });
    }
    if (!document.hidden) this.#listen();
  }

  #listen() {
    this.#leave();
    this.source = new EventSource("/api/live/events");
    this.source.addEventListener("message", (event) => this.#take(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.#lost());
  }

  #leave() {
    clearTimeout(this.again);
    this.source?.close();
  }

  // The browser tries again by itself unless it was refused: then it does not say why, so we ask.
  async #lost() {
    at("live").classList.add("stale");
    const refused = this.source.readyState === EventSource.CLOSED;
    if (refused) this.again = setTimeout(() => this.#listen(), TRY_AGAIN_MS);
    try {
      await ask("/api/live");
      if (refused) notice("Too many windows watch: close one of them.");
    } catch (error) {
      notice(error.message);
      state("");
    }
  }

  #take(news) {
    notice(null);
    if (news.whole || news.run) this.#forget();
    if (news.whole) this.alerts.clear();
    this.#tellLine(news.line);
    this.alerts.add(news.alerts ?? []);
    this.charts.add(news.points ?? []);
    if (news.state) this.#tellState(news.state);
    if (news.health) showHealth(news.health);
    if (news.health) this.#tellCalibration(news.health);
    if (news.observation) this.observation = news.observation;
    if (news.remarks) this.#remark(news.remarks, news.whole);
    this.#draw();
    if (this.told++ === 0) performance.mark("drawn");
  }

  // What an earlier run of the service said is not said of this one.
  #forget() {
    this.charts.clear();
    this.observation = null;
    this.#tellState(UNKNOWN);
  }

  #tellLine({ endpoint, state: now, quiet_s: quiet, why, strange }) {
    const since = new Date(Date.now() - quiet * 1000).toLocaleTimeString();
    const because = why ? `: ${why}` : "";
    const words = {
      alive: `The service at ${endpoint} is there.`,
      waiting: `Waiting for a service at ${endpoint}, for ${Math.round(quiet)} s${because}. Start it with dms run: it is found by itself.`,
      gone: `The service at ${endpoint} is gone since ${since}${because}. It is shown again as soon as it is back.`,
      stopped: `The service at ${endpoint} was stopped at ${since}. It is shown again as soon as it is started.`,
    }[now];
    const odd = strange ? ` ${strange} messages could not be read.` : "";
    const line = at("line");
    if (line.textContent !== words + odd) line.textContent = words + odd;
    line.className = `line ${now === "alive" ? "alive" : "lost"}`;
    at("live").classList.toggle("stale", now !== "alive");
    this.alive = now === "alive";
    state({ alive: "live", waiting: "no service yet", gone: `gone since ${since}`, stopped: "stopped" }[now]);
    if (!this.alive) this.#tellActive([], null);
  }

  #tellState(told) {
    at("clock").textContent = told.t === null ? "–" : clock(told.t);
    const lacking = told.lacking ? `cannot be judged in full: ${spoken(told.lacking)}` : null;
    const looks = told.looks_at ? `looks at ${told.looks_at}` : null;
    at("looks").textContent = (told.paused ? ["monitoring is paused"] : [looks, lacking]).filter(Boolean).join("; ");
    at("cues").replaceChildren(...Object.entries(told.cues).flatMap(([name, value]) => [node("dt", "", name), node("dd", "", value)]));
    this.charts.name(told);
    at("learning").textContent = told.learning ?? "";
    this.isKnown = told.t !== null;
    if (this.alive) this.#tellActive(told.active, told.sounding);
  }

  #tellActive(active, sounding) {
    const isKnown = this.alive && this.isKnown;
    const shown = JSON.stringify([active.map(({ kind, level, t }) => [kind, level, t]), sounding, isKnown]);
    if (shown === this.active) return;
    this.active = shown;
    const none = isKnown ? "No alert holds." : "Nothing is known of the driver now.";
    at("active").replaceChildren(...(active.length ? active.map((alert) => alertOf(alert, alert.kind === sounding)) : [node("p", "muted", none)]));
  }

  #tellCalibration({ calibration }) {
    at("percent").textContent = calibration.percent === null ? "" : `${calibration.percent} %`;
    at("learned").value = calibration.percent ?? 0;
    at("learned").title = calibration.says ?? "";
  }

  #remark(remarks, whole) {
    const list = at("remarks");
    if (whole) list.replaceChildren();
    const when = whole ? "" : `${new Date().toLocaleTimeString()} `;
    list.prepend(...remarks.reverse().map((remark) => node("li", "", `${when}${remark}`)));
    while (list.children.length > 8) list.lastElementChild.remove();
  }

  #draw() {
    this.charts.draw();
    const canvas = at("overlay");
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.parentElement.clientWidth * ratio), Math.round(canvas.parentElement.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.observation || !this.alive) return;
    const [x, y, wide, high] = this.observation.face?.box ?? [0, 0, 0, 0];
    this.size = [Math.max(this.size[0], x + wide), Math.max(this.size[1], y + high)];
    const scale = Math.min(width / this.size[0], height / this.size[1]);
    context.setTransform(scale, 0, 0, scale, (width - this.size[0] * scale) / 2, (height - this.size[1] * scale) / 2);
    drawObservation(context, this.observation, ...this.size);
  }

  #marks() {
    at("mark").addEventListener("submit", (event) => {
      event.preventDefault();
      this.mark();
    });
  }

  async mark() {
    if (this.marking) return;
    this.marking = true;
    const [said, button] = [at("marked"), at("mark").querySelector("button")];
    said.className = "muted";
    said.textContent = "Marking …";
    button.disabled = true;
    try {
      const answer = await ask("/api/live/mark", { note: at("note").value });
      const link = node("a", "", "open the drive there");
      if (answer.drive) link.href = `/drives/${answer.drive}#t=${answer.t.toFixed(2)}`;
      said.replaceChildren(`${answer.says}; kept: ${answer.files.join(", ")}`, ...(answer.drive ? [" (", link, ")"] : []));
      at("note").value = "";
    } catch (error) {
      said.className = "refused";
      said.textContent = `Not marked: ${error.message}`;
    }
    button.disabled = false;
    this.marking = false;
  }
}

try {
  const about = await ask("/api/live");
  if (about.endpoint === null) {
    at("nothing").hidden = false;
    at("line").textContent = "";
    document.querySelector("p.keys").hidden = true;
    performance.mark("drawn");
  } else {
    window.dmsLive = new Live(about);
  }
} catch (error) {
  notice(error.message);
}
