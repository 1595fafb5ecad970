// What goes for the cursor's time: the clock, what was seen, and every alert that holds with its cause in words.

import { clock } from "../report/series.js";
import { node, spoken } from "../report/words.js";

const degrees = (value) => `${value.toFixed(0)}°`.replace("-", "−");
const share = (part) => (part ? (part.visible < 0.5 ? "not to be read" : `${Math.round(part.open * 100)} %`) : "unknown");

export class Now {
  constructor(player) {
    this.player = player;
    [this.clock, this.values, this.causes] = ["clock", "values", "causes"].map((id) => document.getElementById(id));
    this.told = "";
    this.shown = "";
  }

  draw(judged, observation, zone) {
    const { t } = this.player;
    this.clock.textContent = clock(t, 2);
    this.#tellCauses(judged, t);
    this.#tellValues(observation, zone);
  }

  #tellCauses({ packs: [pack], labels }, t) {
    const alerts = pack.episodes.filter((episode) => episode.onset <= t && t <= episode.end);
    const here = labels.filter((label) => label.t <= t && t <= label.end);
    const steps = alerts.map((episode) => episode.steps.findLast((step) => step.t <= t));
    const told = JSON.stringify([alerts.map((one) => one.id), steps.map((step) => step?.t), here.map((one) => one.id)]);
    if (told === this.told) return;
    this.told = told;
    this.causes.replaceChildren(...alerts.map((episode, index) => alertOf(episode, steps[index])), ...here.map(labelOf));
  }

  #tellValues(observation, zone) {
    const looks = zone === null ? [] : [["looks at", zone]];
    const values = [...looks, ...(observation === null ? [] : valuesOf(observation))];
    const shown = JSON.stringify(values);
    if (shown === this.shown) return;
    this.shown = shown;
    this.values.replaceChildren(...values.flatMap(([name, value]) => [node("dt", "", name), node("dd", "", value)]));
  }
}

function valuesOf({ camera, face, head, eyes, gaze, mouth, phone, smoking, drinking }) {
  const known = [
    ["camera", camera === undefined || camera === "ok" ? null : camera],
    ["face", face ? null : "not found"],
    ["head", head ? `${degrees(head.yaw)}, ${degrees(head.pitch)}, ${degrees(head.roll)}` : null],
    ["gaze", gaze ? `${degrees(gaze.yaw)}, ${degrees(gaze.pitch)}` : null],
    ["eyes open", eyes ? `${share(eyes.left)} left, ${share(eyes.right)} right` : null],
    ["mouth", mouth ? mouth.open.toFixed(2) : null],
    ["phone", phone ? spoken(phone) : null],
    ["smoking", smoking ? "yes" : null],
    ["drinking", drinking ? "yes" : null],
  ];
  return known.filter(([, value]) => value !== null);
}

function alertOf(episode, step) {
  const head = node("p", "", node("span", `level ${step?.level ?? "held"}`, step?.level ?? "building up"), " ", node("strong", "", episode.kind));
  const said = step ?? episode.steps[0];
  const when = step ? `since ${clock(step.t)}, rule ${spoken(step.rule)}` : `to be raised at ${clock(episode.t)}`;
  const verdict = episode.says ? [node("p", `verdict ${episode.verdict}`, episode.says)] : [];
  return node("div", "cause", head, node("p", "muted", when), node("p", "", said.why), ...verdict);
}

function labelOf(label) {
  const verdict = label.says[0] ? [node("p", `verdict ${label.verdicts[0]}`, label.says[0])] : [];
  const note = label.note ? [node("p", "muted", label.note)] : [];
  return node("div", "cause", node("p", "", node("span", "level label", "label"), " ", node("strong", "", label.kind)), ...note, ...verdict);
}
