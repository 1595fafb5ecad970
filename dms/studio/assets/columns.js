// The columns of the table of drives: by what each sorts, and what stands in its cells.

import { LEVELS } from "../report/palette.js";
import { node } from "../report/words.js";

const STATES = { waiting: "waiting to be read", reading: "being read", broken: "cannot be read" };

export function lasting(seconds) {
  if (seconds === undefined) return "";
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

// The worst first: what was missed weighs more than what was false, then how high alerts went.
function wrongness(drive) {
  if (drive.state === "broken") return Infinity;
  if (drive.levels === undefined) return null;
  const alerts = LEVELS.reduce((sum, level, rank) => sum + (drive.levels[level] ?? 0) * 10 ** (rank - 6), 0);
  return (drive.missed ?? 0) * 2 + (drive.false ?? 0) + Math.min(alerts, 0.99);
}

function nameCell(drive) {
  const link = node("a", "", drive.name);
  link.href = `/drives/${drive.id}`;
  const notes = [...(drive.problem ? [drive.problem] : []), ...(drive.notes ?? [])];
  const told = notes.slice(0, 3).map((text) => node("small", drive.problem === text ? "problem" : "", text));
  const more = notes.length > 3 ? [node("small", "", `and ${notes.length - 3} more`)] : [];
  const waits = STATES[drive.state] && !drive.problem ? [node("small", "", STATES[drive.state])] : [];
  return [link, ...waits, ...told, ...more];
}

function wrongCell(number, verdict) {
  if (number === undefined) return [""];
  return [number ? node("span", `verdict ${verdict}`, String(number)) : "0"];
}

function levelCell(level) {
  return (drive) => {
    const number = drive.levels?.[level];
    return [number ? node("span", `level ${level}`, String(number)) : drive.levels ? node("span", "none", "0") : ""];
  };
}

export const COLUMNS = [
  { key: "wrong", name: "Wrong", title: "Misses and false alarms together, then alerts by level", descending: true, value: wrongness,
    className: "number", cell: (drive) => [drive.missed === undefined ? "–" : String(drive.missed + drive.false)] },
  { key: "name", name: "Drive", title: "By name", descending: false, value: (drive) => drive.name, cell: nameCell },
  { key: "driver", name: "Driver", title: "By driver", descending: false, value: (drive) => drive.driver, cell: (drive) => [drive.driver ?? ""] },
  { key: "length", name: "Length", title: "By length", descending: true, className: "number", value: (drive) => drive.length_s,
    cell: (drive) => [lasting(drive.length_s)] },
  { key: "missed", name: "Missed", title: "Labels that no alert answers", descending: true, className: "number",
    value: (drive) => drive.missed, cell: (drive) => wrongCell(drive.missed, "missed") },
  { key: "false", name: "False", title: "Alerts from warning up that no label asks for, of kinds that somebody labelled", descending: true,
    className: "number", value: (drive) => drive.false, cell: (drive) => wrongCell(drive.false, "false") },
  { key: "found", name: "Found", title: "Labels that an alert answers, of all labels", descending: true, className: "number",
    value: (drive) => drive.found, cell: (drive) => [drive.labels === undefined ? "" : drive.labels ? `${drive.found} of ${drive.labels}` : "no labels"] },
  ...[...LEVELS].reverse().map((level) => ({
    key: level, name: level, title: `Alerts that reached ${level}`, descending: true, className: "number level-of",
    value: (drive) => (drive.levels ? (drive.levels[level] ?? 0) : null), cell: levelCell(level),
  })),
  { key: "judged", name: "Judged", title: "Share of the time watched in which the driver could be judged in full", descending: false,
    className: "number", value: (drive) => drive.judged_share,
    cell: (drive) => [drive.judged_share === undefined || drive.judged_share === null ? "" : `${Math.round(drive.judged_share * 100)} %`] },
];

// The order that an address asks for: a column, with a minus to begin with the greatest.
export function columnOf(text) {
  const descending = text.startsWith("-");
  const column = COLUMNS.find((one) => one.key === text.replace(/^-/, "")) ?? COLUMNS[0];
  return { ...column, descending };
}
