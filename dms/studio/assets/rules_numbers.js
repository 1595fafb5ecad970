// The number of a pack as a slider and a field, with its bounds and its source.

import { node } from "../report/words.js";

export const shown = (value) => String(Number(value.toPrecision(9)));

let made = 0;

export class NumberField {
  // `about` as the studio tells it; `moved(name, value)` hears of every move, null when it goes back to what is in the file.
  constructor(about, owner, moved) {
    this.about = about;
    this.moved = moved;
    const id = `number-${(made += 1)}`;
    this.label = node("label", "", about.label);
    Object.assign(this.label, { id: `${id}-label`, htmlFor: id });
    this.slider = this.#input("range", { min: about.low, max: about.high, step: about.step });
    this.slider.setAttribute("aria-label", `${about.label}, ${owner}: slider`);
    this.field = this.#input("number", { step: "any" });
    this.field.id = id;
    this.field.setAttribute("aria-describedby", `${id}-told`);
    this.back = node("button", "back", `back to ${shown(about.value)}`);
    this.back.type = "button";
    this.back.hidden = true;
    const told = node("small", "", ...this.#told());
    told.id = `${id}-told`;
    this.refused = node("p", "refused");
    this.refused.setAttribute("role", "alert");
    this.refused.hidden = true;
    const unit = node("span", "unit", about.unit);
    this.element = node("div", "number", this.label, this.slider, node("span", "", this.field, " ", unit, this.back), told, this.refused);
    this.element.dataset.name = about.name;
    this.#listen();
    this.show(about.value);
  }

  // What the field says now: moved by somebody, by a number that takes it along, or put back after a refusal.
  show(value) {
    this.value = value;
    if (Number(this.slider.value) !== value) this.slider.value = value;
    if (this.field !== document.activeElement || Number(this.field.value) !== value) this.field.value = shown(value);
    this.slider.setAttribute("aria-valuetext", `${shown(value)} ${this.about.unit}`.trim());
    const isMoved = value !== this.about.value;
    this.element.classList.toggle("moved", isMoved);
    this.back.hidden = !isMoved;
  }

  refuse(words) {
    this.refused.hidden = !words;
    this.refused.textContent = words ?? "";
  }

  focus() {
    this.slider.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  #told() {
    const { opened, bounds, source, about, line } = this.about;
    const parts = [opened, bounds && `the schema allows ${bounds}`, source, about].filter(Boolean);
    return [[...parts, `line ${line}`].join(" · ")];
  }

  #input(type, settings) {
    const input = document.createElement("input");
    return Object.assign(input, { type, autocomplete: "off", ...settings });
  }

  #listen() {
    this.slider.addEventListener("input", () => this.#move(Number(this.slider.value)));
    this.field.addEventListener("input", () => {
      if (this.field.value !== "" && Number.isFinite(this.field.valueAsNumber)) this.#move(this.field.valueAsNumber);
    });
    this.field.addEventListener("blur", () => (this.field.value = shown(this.value)));
    this.back.addEventListener("click", () => {
      this.#move(this.about.value);
      this.slider.focus();
    });
  }

  #move(value) {
    this.show(value);
    this.moved(this.about.name, value);
  }
}
