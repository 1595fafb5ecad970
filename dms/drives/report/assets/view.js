// The part of the drive that is shown.

export const LEAST_SPAN_S = 1;

export class View {
  constructor(start, end) {
    const margin = (end - start) * 0.004;
    this.start = start - margin;
    this.end = end + margin;
    this.t0 = this.start;
    this.t1 = this.end;
    this.changed = () => {};
    this.flight = 0;
  }

  get span() {
    return this.t1 - this.t0;
  }

  get isWhole() {
    return this.span >= (this.end - this.start) * 0.9999;
  }

  show(t0, t1) {
    cancelAnimationFrame(this.flight);
    this.#set(t0, t1);
  }

  move(seconds) {
    this.show(this.t0 + seconds, this.t1 + seconds);
  }

  zoom(factor, around = (this.t0 + this.t1) / 2) {
    const span = Math.max(this.span * factor, LEAST_SPAN_S);
    const left = (around - this.t0) / this.span;
    this.show(around - left * span, around + (1 - left) * span);
  }

  // Go there in a moment, so that the eye can follow.
  fly(t0, t1) {
    cancelAnimationFrame(this.flight);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#set(t0, t1);
      return;
    }
    const from = [this.t0, this.t1];
    const begun = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, now - begun) / 220);
      const eased = 1 - (1 - share) ** 3;
      this.#set(from[0] + (t0 - from[0]) * eased, from[1] + (t1 - from[1]) * eased);
      if (share < 1) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
  }

  // Show something that lasts from `t` to `end`, with room around it.
  flyTo(t, end) {
    const span = Math.min(Math.max(20, (end - t) * 2.5), Math.max(this.span, 20));
    const shown = Math.max(span, (end - t) * 1.2);
    const middle = (t + end) / 2;
    this.fly(middle - shown / 2, middle + shown / 2);
  }

  #set(t0, t1) {
    const span = Math.min(Math.max(t1 - t0, LEAST_SPAN_S), this.end - this.start);
    const first = Math.min(Math.max(t0, this.start), this.end - span);
    if (first === this.t0 && first + span === this.t1) return;
    this.t0 = first;
    this.t1 = first + span;
    this.changed();
  }
}
