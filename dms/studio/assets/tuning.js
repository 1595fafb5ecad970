// The page of tuning: studies begun, watched, stopped, gone on with; the front, the history, what each number matters.

import { node } from "../report/words.js";
import { ask, notice, state } from "./asking.js";
import { lasting } from "./columns.js";
import { drawFront, drawHistory, signed } from "./tuning_charts.js";
import { Front } from "./tuning_front.js";

const BUSY_MS = 2000;
const QUIET_MS = 6000;
const HISTORY = [[1, "misses", " %"], [2, "false alarms", ""], [3, "latency", " s"]];
const HISTORY_WORDS = { misses: "labels missed", "false alarms": "false alarms an hour", latency: "latency" };
const element = (id) => document.getElementById(id);

class TuningPage {
  constructor() {
    this.name = new URLSearchParams(location.search).get("study") ?? "";
    this.front = new Front(() => this.#drawFront());
    this.drawn = "";
    this.#listen();
  }

  // Ask for all that is shown, draw it, and again after a while.
  async look() {
    clearTimeout(this.later);
    const number = (this.looks = (this.looks ?? 0) + 1);
    try {
      const all = await ask("/api/tuning");
      if (number !== this.looks) return;
      this.#list(all);
      if (number === 1) performance.mark("drawn"); // what a study has tried is read after that
      if (this.name) {
        const study = await ask(`/api/tuning/study?name=${encodeURIComponent(this.name)}`);
        if (number !== this.looks) return;
        this.#show(study);
      }
      notice(null);
    } catch (error) {
      if (number !== this.looks) return;
      notice(error.message);
      if (error.status === 404) element("look").hidden = true;
      performance.mark("drawn");
      if (error.status === undefined) throw error;
    } finally {
      if (number === this.looks) {
        element("waiting").hidden = true;
        const rest = this.study?.state === "at work" && !document.hidden ? BUSY_MS : QUIET_MS;
        this.later = setTimeout(() => this.look(), rest);
      }
    }
  }

  #list(all) {
    if (!this.all) this.#choices(all);
    this.all = all;
    this.name ||= all.studies[0]?.name ?? "";
    const rows = all.studies.map((one) => {
      const link = node("a", "", one.name);
      link.href = `/tuning?study=${encodeURIComponent(one.name)}`;
      if (one.name === this.name) link.setAttribute("aria-current", "true");
      return node("li", "", link, node("span", `state ${one.state.replace(" ", "-")}`, one.state), node("span", "muted", one.words));
    });
    const told = JSON.stringify([all.studies, this.name]);
    if (told !== this.listed) element("studies").replaceChildren(...rows);
    this.listed = told;
    element("no-studies").hidden = rows.length > 0;
    element("no-studies").textContent = `There is no study in ${all.folder}.`;
    const broken = all.broken.length ? `; without ${all.broken.length === 1 ? all.broken[0] : `the ${all.broken.length}`} that cannot be read` : "";
    element("new-words").textContent = `On all drives of this studio (${all.drives}${broken}). It runs on its own, in ${all.folder}: closing this page or the studio does not end it.`;
    if (rows.length === 0) element("new").open = true;
  }

  #choices(all) {
    const options = (list) => list.map(({ id, name, shipped }) => new Option(shipped === false ? `${name} (yours)` : name, id));
    element("begin-pack").replaceChildren(...options(all.packs));
    element("begin-pack").value = all.used;
    element("begin-space").replaceChildren(...all.spaces.map(({ id, name, tunes }) => new Option(`${name} (for ${tunes})`, id)));
    this.all = all;
    this.#propose();
  }

  // The space that was written for the pack, and a name that is free.
  #propose() {
    const pack = this.all.packs.find((one) => one.id === element("begin-pack").value);
    const space = this.all.spaces.find((one) => one.tunes === pack?.name);
    if (space) element("begin-space").value = space.id;
    const taken = new Set(this.all.studies.map((one) => one.name));
    const base = `tune-${pack?.name ?? "pack"}`;
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
    element("begin-name").value = name;
  }

  #show(study) {
    this.study = study;
    document.title = `${study.name}: ${study.state} · dms studio`;
    element("look").hidden = false;
    this.#standing(study);
    const { name, tried, front, is_final: isFinal, unchanged, pack, taken } = study;
    const told = JSON.stringify([name, tried.length, isFinal, front, unchanged, pack, taken]);
    if (told === this.drawn) return;
    this.drawn = told;
    this.front.show(study);
    this.#drawFront();
    this.#history(study);
    this.#importance(study);
  }

  #standing(study) {
    element("study-heading").textContent = study.name;
    const left = study.left_s === null ? "" : `, about ${lasting(study.left_s)} left`;
    element("standing").textContent = `${study.words}${left}`;
    state(study.state === "at work" && study.share !== null ? `${Math.floor(100 * study.share)} % of this phase${left}` : study.state);
    element("progress").hidden = study.share === null;
    element("progress").value = study.share ?? 0;
    element("problems").hidden = study.problems.length === 0;
    const words = study.problems.join("\n\n");
    if (this.problems !== words) element("problems").replaceChildren(...study.problems.map((text) => node("li", "", text)));
    this.problems = words;
    element("stop").hidden = !study.can_stop;
    element("go-on").hidden = !study.can_go_on;
    const field = element("go-on-trials");
    if (this.proposed !== `${study.name} ${study.state} ${study.trials}`) {
      this.proposed = `${study.name} ${study.state} ${study.trials}`;
      field.value = String(study.state === "done" ? 2 * study.trials : (study.trials ?? 200));
    }
    element("heading").textContent = study.heading.join("\n");
  }

  #drawFront() {
    const { study } = this;
    drawFront(element("front-chart"), study, this.front.picked, (trial) => this.front.pick(trial));
    const full = study.tried.length - study.given_up;
    const refused = study.refused ? `; ${study.refused} draws broke the pack's schema and did not count` : "";
    const counts = `${study.tried.length} packs tried, ${full} of them on all drives to tune on${refused}.`;
    const whence = study.is_final
      ? `Figures of every frame. ${study.taken === null ? `The pack stays as it is: ${study.reason}` : `Taken: ${study.taken}, ${study.reason}`}.`
      : "Figures of the quick trials; on the drives to tune on.";
    element("front-words").textContent = study.front.length ? `${counts} ${whence} The ring is the pack as it is.` : counts;
  }

  #history(study) {
    this.wide = Math.min(420, element("history").clientWidth || 420);
    const shown = study.tried.some((one) => one.length > 1);
    element("history-words").textContent = shown ? "Each dot a pack, in the order of trying; the line is the best so far." : "Nothing has been tried to the end yet.";
    const figures = HISTORY.filter(([, name]) => shown && study.objectives.includes(name)).map(([column, name, unit]) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.dataset.high = "220";
      svg.setAttribute("class", "chart");
      svg.setAttribute("role", "img");
      const best = drawHistory(svg, study.tried, column, "packs tried", unit, this.wide);
      const words = Number.isFinite(best) ? `${HISTORY_WORDS[name]}, ${signed(Number(best.toFixed(2)))}${unit} at best` : HISTORY_WORDS[name];
      svg.setAttribute("aria-label", words);
      return node("figure", "", node("figcaption", "", words), svg);
    });
    element("history").replaceChildren(...figures);
  }

  #importance(study) {
    const { importance, objectives } = study;
    const known = importance.some((one) => one !== null);
    element("importance-words").textContent = known
      ? "The share of each number in what moves a goal among the better packs (PED-ANOVA); a large share says that it matters, not which way."
      : "Too few packs have been tried to the end to say.";
    const names = [...new Set(importance.flatMap((one) => Object.keys(one ?? {})))];
    const weight = (name) => importance.reduce((sum, one) => sum + (one?.[name] ?? 0), 0);
    names.sort((a, b) => weight(b) - weight(a));
    const head = (words, scope) => Object.assign(node("th", "", words), { scope });
    const cell = (share, name, goal) => {
      if (share === undefined) return node("td", "", "–");
      const bar = Object.assign(node("meter", ""), { min: 0, max: 1, value: share });
      bar.setAttribute("aria-label", `${name}, ${goal}`);
      return node("td", "", bar, ` ${Math.round(100 * share)} %`);
    };
    const rows = names.map((name) => node("tr", "", head(name, "row"), ...importance.map((one, goal) => cell(one?.[name], name, objectives[goal]))));
    const heads = node("tr", "", ...["number", ...objectives].map((words) => head(words, "col")));
    element("importance").replaceChildren(...(known ? [node("thead", "", heads), node("tbody", "", ...rows)] : []));
  }

  async #begin() {
    const value = (id) => element(id).value;
    const asked = {
      name: value("begin-name"), pack: value("begin-pack"), space: value("begin-space"), trials: Number(value("begin-trials")), seed: Number(value("begin-seed")),
      sampler: value("begin-sampler"), choose: value("begin-choose"), holdout: value("begin-holdout") === "" ? null : Number(value("begin-holdout")),
    };
    element("begin-refused").textContent = "";
    try {
      await ask("/api/tuning/begin", asked);
    } catch (error) {
      element("begin-refused").textContent = error.message;
      return;
    }
    this.name = asked.name;
    history.replaceState(null, "", `/tuning?study=${encodeURIComponent(this.name)}`);
    element("new").open = false;
    element("study-heading").tabIndex = -1;
    await this.look();
    element("study-heading").focus();
    this.#propose();
  }

  async #ask(path, body) {
    element("asked").textContent = "";
    try {
      await ask(path, body);
    } catch (error) {
      element("asked").textContent = error.message;
    }
    await this.look();
  }

  #listen() {
    element("begin-pack").addEventListener("change", () => this.#propose());
    element("begin").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
    element("stop").addEventListener("click", () => this.#ask("/api/tuning/stop", { name: this.name }));
    element("go-on").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask("/api/tuning/go-on", { name: this.name, trials: Number(element("go-on-trials").value) });
    });
    addEventListener("resize", () => {
      if (!this.study) return;
      this.#drawFront();
      this.#history(this.study);
    });
    document.addEventListener("visibilitychange", () => !document.hidden && this.look());
  }
}

window.dmsTuning = new TuningPage();
window.dmsTuning.look();
