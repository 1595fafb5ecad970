// The cursor: a line through all rows, the values under it beside the rows' names, and what lies under the pointer in a box.

function node(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const spoken = (text) => text.replaceAll("_", " ");

function causeTable(cause) {
  const table = node("dl");
  for (const [name, value] of cause) table.append(node("dt", "", spoken(name)), node("dd", "", value));
  return table;
}

function sentence(t, end) {
  return `${clock(t)} – ${clock(end)} (${(end - t).toFixed(1)} s)`;
}

// What the camera saw within a second of a time, if that is known.
function pictureNear(pictures, t) {
  const near = pictures.filter((picture) => Math.abs(picture.t - t) <= 1).sort((a, b) => Math.abs(a.t - t) - Math.abs(b.t - t))[0];
  return near ? [pictureOf(near)] : [];
}

function pictureOf(picture) {
  const image = picture.image.cloneNode();
  image.alt = `The driver at ${clock(picture.t)}`;
  return image;
}

// What the box says of each thing that can be pointed at.
const TIPS = {
  alert({ episode, number }, data) {
    const pack = data.packs.length > 1 ? `${data.packs[number].name}: ` : "";
    const steps = episode.steps.map((step) =>
      node("li", "", `${clock(step.t)} ${step.phase} `, node("span", `level ${step.level}`, step.level), ` by ${spoken(step.rule)}`, causeTable(step.cause)),
    );
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
    const note = label.note ? [node("p", "note", label.note)] : [];
    return [node("h3", "", `Label ${label.kind}`), node("p", "", sentence(label.t, label.end)), ...note, ...verdicts];
  },
  held({ held }) {
    return [node("h3", "", `Held back: ${held.kind}`), node("p", "", `${clock(held.t)}, ${held.level}, rule ${spoken(held.rule)}`), causeTable(held.cause)];
  },
  event({ event }) {
    return [node("h3", "", spoken(event.kind)), node("p", "", sentence(event.t, event.end))];
  },
  span({ span }) {
    return [node("h3", "", `${span.kind}${span.kind === "degraded" ? `: ${spoken(span.text)}` : ""}`), node("p", "", sentence(span.t, span.end))];
  },
  input({ input }) {
    return [node("h3", "", `Driver: ${spoken(input.action)}`), node("p", "", clock(input.t)), ...(input.note ? [node("p", "note", input.note)] : [])];
  },
  rating({ rating }) {
    return [node("h3", "", `The driver's own rating: KSS ${rating.value}`), node("p", "", sentence(rating.t, rating.end)), ...(rating.note ? [node("p", "note", rating.note)] : [])];
  },
  zone({ zone, t, end }) {
    return [node("h3", "", `Gaze: ${zone}`), node("p", "", sentence(t, end))];
  },
  picture({ picture }) {
    return [node("h3", "", clock(picture.t)), pictureOf(picture)];
  },
};

class Hover {
  constructor(canvas, tip, live, page) {
    Object.assign(this, { canvas, tip, live, page });
    this.t = null;
    this.pinned = false;
  }

  // The pointer is at x, y of the rows, or nowhere.
  point(x, y) {
    this.t = this.page.view.t0 + (x / this.page.width) * this.page.view.span;
    this.draw();
    this.#show(this.page.itemAt(x, y), x, y);
  }

  // The cursor is at a time, put there by key.
  step(t) {
    this.t = t;
    this.hideTip();
    this.draw();
  }

  leave() {
    this.t = null;
    this.hideTip();
    this.draw();
  }

  hideTip() {
    this.tip.hidden = true;
  }

  say(text) {
    this.live.textContent = text;
  }

  // All values at the cursor, as a sentence for those who hear the page.
  sayValues() {
    const values = this.page.rows.filter((row) => row.say && row.output.textContent).map((row) => `${row.name} ${row.output.textContent}`);
    this.say(`${clock(this.t)}: ${values.join(", ")}`);
  }

  draw() {
    const { page, canvas } = this;
    const context = canvas.getContext("2d");
    context.setTransform(page.ratio, 0, 0, page.ratio, 0, 0);
    context.clearRect(0, 0, page.width, page.height);
    const sample = this.t === null ? null : page.times.nearest(this.t);
    for (const row of page.rows) if (row.say) row.output.textContent = this.t === null ? "" : row.say(sample, this.t);
    if (this.t === null) return;
    const x = Math.round(((this.t - page.view.t0) / page.view.span) * page.width) + 0.5;
    context.strokeStyle = palette.ink;
    context.globalAlpha = 0.55;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, page.height);
    context.stroke();
    context.globalAlpha = 1;
    this.#flag(context, x);
    for (const row of page.rows) if (row.points && sample !== null) this.#dots(context, row, sample, x);
  }

  #flag(context, x) {
    const text = clock(this.t, this.page.view.span < 120 ? 2 : 1);
    context.font = "600 11px system-ui, sans-serif";
    const wide = context.measureText(text).width + 10;
    const left = Math.min(Math.max(0, x - wide / 2), this.page.width - wide);
    context.fillStyle = palette.ink;
    context.fillRect(left, 2, wide, 17);
    context.fillStyle = palette.panel;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(text, left + 5, 11);
  }

  #dots(context, row, sample, x) {
    for (const { value, colour } of row.points(sample)) {
      if (value === null || !row.y) continue;
      context.fillStyle = palette[colour];
      context.strokeStyle = palette.panel;
      context.beginPath();
      context.arc(x, row.top + row.y(value), 3.5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  #show(item, x, y) {
    const { tip, page } = this;
    if (item === null) {
      this.hideTip();
      return;
    }
    tip.replaceChildren(...TIPS[item.type](item, page.data));
    tip.hidden = false;
    const left = x + 16 + tip.offsetWidth < page.width ? x + 16 : Math.max(0, x - 16 - tip.offsetWidth);
    const top = y + 16 + tip.offsetHeight < page.height ? y + 16 : Math.max(0, y - 16 - tip.offsetHeight);
    tip.style.transform = `translate(${page.gutter + left}px, ${top}px)`;
  }
}
