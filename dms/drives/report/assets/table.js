// The table of events: a row leads to its place in the timeline, and a band to its row.

export class Table {
  constructor(root, jump) {
    this.root = root;
    this.jump = jump;
    this.buttons = [...root.querySelectorAll("[data-show]")];
    this.names = this.buttons.map((button) => button.textContent);
    for (const button of this.buttons) button.addEventListener("click", () => this.show(button.dataset.show));
    this.which = "main";
    this.renew();
  }

  // The rows of the page are others now.
  renew() {
    this.rows = [...this.root.querySelectorAll("tr[data-t]")];
    this.events = this.rows.filter((row) => row.closest("#events"));
    for (const row of this.rows) {
      row.addEventListener("click", () => this.jump(Number(row.dataset.t), Number(row.dataset.end), row));
    }
    this.#count();
    const isOffered = this.buttons.some((button) => button.dataset.show === this.which && !button.hidden);
    this.show(isOffered ? this.which : "main");
  }

  show(which) {
    this.which = which;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.show === which));
    for (const row of this.events) {
      row.hidden = which === "wrong" ? !row.dataset.wrong : which === "main" && row.dataset.sort === "held";
    }
  }

  // How many more rows each choice would show, so that nobody has to try; a choice without any is no choice.
  #count() {
    const counts = {
      wrong: this.events.filter((row) => row.dataset.wrong).length,
      all: this.events.filter((row) => row.dataset.sort === "held").length,
    };
    this.buttons.forEach((button, index) => {
      const count = counts[button.dataset.show];
      button.textContent = `${this.names[index]}${count === undefined ? "" : ` (${count})`}`;
      button.hidden = count === 0;
    });
  }

  // Mark the row of an alert or label, and bring it into sight within the table, leaving the page where it is.
  mark(id) {
    for (const row of this.rows) row.classList.toggle("selected", row.id === `row-${id}`);
    const row = document.getElementById(`row-${id}`);
    const box = row?.closest(".rows");
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const at = row.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (at < 40 || at > box.clientHeight - 60) box.scrollTop += at - box.clientHeight / 3;
  }

  // The next or previous row that is shown, seen from a time or from the row that is marked.
  neighbour(direction, t) {
    const shown = this.events.filter((row) => !row.hidden);
    const marked = shown.findIndex((row) => row.classList.contains("selected"));
    if (marked >= 0) return shown[marked + direction] ?? null;
    const after = shown.findIndex((row) => Number(row.dataset.t) > t);
    if (direction > 0) return after < 0 ? null : shown[after];
    return shown[(after < 0 ? shown.length : after) - 1] ?? null;
  }
}
