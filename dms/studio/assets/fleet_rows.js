// A row of the fleet: figures with a line from one end of their interval to the other, on one scale for a whole column.

import { node } from "../report/words.js";
import { lasting } from "./columns.js";

const SVG = "http://www.w3.org/2000/svg";
const LETTERS = ["A", "B"];
// Longer intervals than so many of that of all drives are cut off: those of a few minutes would squeeze all others.
const MOST_OF_WHOLE = 4;
const rate = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const percent = (value) => `${(value * 100).toFixed(1)} %`;
const day = (text) => new Date(`${text}T00:00:00Z`).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

// What stands in an address; what is usual does not.
const USUAL = { by: "driver", level: "advisory", sort: "name" };
export const usual = (name) => USUAL[name] ?? "";
export function addressOf(chosen) {
  const query = new URLSearchParams(Object.entries(chosen).filter(([name, value]) => value && value !== usual(name)));
  return query.size ? `?${query}` : location.pathname;
}

// The columns: by what each sorts, the worst first.
export const COLUMNS = [
  { key: "name", title: (chosen) => (chosen.by === "week" ? "Week" : "Driver") },
  { key: "hours", title: () => "Drives", of: (row) => -row.hours },
  { key: "alerts", title: (chosen) => `Alerts an hour, from ${chosen.level}`, of: (row) => negated(row.sides[0].alerts.per_hour) },
  { key: "false", title: () => "False an hour", of: (row) => negated(row.sides[0].false.per_hour) },
  { key: "availability", title: () => "Availability", of: (row) => row.availability.share },
  { key: "attention", title: () => "Eyes on the road", of: (row) => row.attention.share },
];
const negated = (value) => (value === null ? null : -value);

// Rows come by name, weeks from the newest on; what is unknown stands last.
export function sorted(rows, key) {
  const { of } = COLUMNS.find((column) => column.key === key) ?? COLUMNS[0];
  return of ? [...rows].sort((a, b) => (of(a) ?? Infinity) - (of(b) ?? Infinity)) : rows;
}

export function headsOf(chosen) {
  return COLUMNS.map(({ key, title }) => {
    const button = node("button", "", title(chosen));
    button.type = "button";
    button.dataset.sort = key;
    const head = node("th", "", button);
    head.scope = "col";
    if (key === chosen.sort) head.setAttribute("aria-sort", ["name", "availability", "attention"].includes(key) ? "ascending" : "descending");
    return head;
  });
}

// How far each column reaches.
export function scalesOf(rows, whole) {
  const ends = (of) => (row) => row.sides.map((side) => of(side).sure?.[1] ?? 0);
  const reach = (of) => Math.max(1e-6, Math.min(Math.max(0, ...rows.flatMap(ends(of))), MOST_OF_WHOLE * Math.max(...whole.flatMap(ends(of)))));
  return { alerts: reach((side) => side.alerts), false: reach((side) => side.false) };
}

export function rowOf(row, chosen, scales) {
  const link = node("a", "", row.name);
  const inner = chosen.by === "driver" ? { ...chosen, by: "week", driver: row.name } : { ...chosen, by: "driver", week: row.name };
  link.href = addressOf(inner);
  link.dataset.name = row.name;
  link.title = chosen.by === "driver" ? "This driver, week by week" : "This week, driver by driver";
  const when = row.from_day ? [node("small", "", `${day(row.from_day)} to ${day(row.to_day)}`)] : [];
  const made = node("tr", "", headOf(link, ...when, ...worstOf(row)), ...cellsOf(row, scales));
  made.dataset.name = row.name;
  return made;
}

export function footOf(row, scales) {
  return node("tr", "", headOf(row.name), ...cellsOf(row, scales));
}

function headOf(...parts) {
  const head = node("th", "", ...parts);
  head.scope = "row";
  return head;
}

function worstOf({ worst }) {
  if (!worst.length) return [];
  const last = (name) => name.split("/").at(-1);
  const areAlike = new Set(worst.map(({ name }) => last(name))).size < worst.length;
  const links = worst.flatMap(({ id, name, alerts }, index) => {
    const link = node("a", "", areAlike ? name : last(name));
    link.href = `/drives/${id}`;
    link.title = name;
    return [index ? ", " : "", link, ` (${alerts})`];
  });
  return [node("small", "muted", "most alerts: ", ...links)];
}

function cellsOf({ drives, hours, availability, attention, sides }, scales) {
  const isTwo = sides.length > 1;
  const known = isTwo && sides[1].drives < drives ? [node("small", "", `B: ${sides[1].drives} of them`)] : [];
  const each = (draw) => sides.map((side, index) => sided(draw(side), isTwo ? index : null, index > 0 && side.drives === 0));
  return [
    cell("Drives", "", String(drives), node("small", "", lasting(hours * 3600)), ...known),
    cell("Alerts an hour", "measure", ...each(({ alerts }) => measured(alerts.per_hour, alerts.sure, rate, scales.alerts, told(alerts)))),
    cell("False an hour", "measure", ...each((side) => falseOf(side.false, scales.false))),
    cell("Availability", "measure", measured(availability.share, availability.sure, percent, 1, sureOf(availability, percent))),
    cell("Eyes on the road", "measure", measured(attention.share, attention.sure, percent, 1, sureOf(attention, percent))),
  ];
}

// What one pack came to, with its letter if there are two.
function sided(parts, index, isUnknown) {
  if (index === null) return parts;
  const letter = node("span", `pack pack-${index}`, LETTERS[index]);
  return node("div", `side-${index} sided`, letter, isUnknown ? node("span", "muted", "not tried yet") : parts);
}

function cell(head, className, ...parts) {
  const made = node("td", className, ...parts);
  made.dataset.head = head;
  return made;
}

const told = ({ events, hours, sure }) => `${events} in ${lasting(hours * 3600)}${sure ? `, ${rate(sure[0])} to ${rate(sure[1])} an hour` : ""}`;
const sureOf = ({ share, sure }, words) => (share === null ? "" : sure ? `${words(sure[0])} to ${words(sure[1])}` : "one drive: no interval");

function falseOf(one, scale) {
  if (one.hours === 0) return node("div", "muted", "no labels");
  return measured(one.per_hour, one.sure, rate, scale, told(one));
}

// A figure, its interval drawn and in words. `reach`: where the scale ends.
function measured(value, sure, words, reach, says) {
  if (value === null) return node("div", "muted", "unknown");
  const figure = node("div", "told", node("b", "", words(value)), ...(sure ? [drawn(value, sure, reach)] : []));
  return node("div", "", figure, node("small", "muted", says));
}

function drawn(value, [low, high], reach) {
  const x = (at) => Math.min(at / reach, 1) * 100;
  const svg = shape("svg", { viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" });
  svg.append(
    shape("line", { class: "scale", x1: 0, x2: 100, y1: 7, y2: 7 }),
    shape("line", { x1: x(low), x2: x(high), y1: 7, y2: 7 }),
    shape("line", { x1: x(value), x2: x(value), y1: 2, y2: 12 }),
  );
  return svg;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, text] of Object.entries(attributes)) made.setAttribute(key, String(text));
  return made;
}
