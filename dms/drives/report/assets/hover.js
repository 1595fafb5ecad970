// The cursor: a line through all rows, the values under it beside the rows' names, and what lies under the pointer in a box.

class Hover {
  constructor(canvas, tip, live, page) {
    Object.assign(this, { canvas, tip, live, page });
    this.t = null;
    this.pinned = false;
  }

  // The pointer is at x, y of the rows, or nowhere.
  point(x, y, reach) {
    this.t = this.page.view.t0 + (x / this.page.width) * this.page.view.span;
    this.draw();
    this.#show(this.page.itemAt(x, y, reach), x, y);
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
    const known = this.page.rows.filter((row) => row.say && row.output.textContent);
    const values = known.map((row) => `${row.name} ${row.output.textContent}`);
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
