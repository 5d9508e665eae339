// SPDX-License-Identifier: Apache-2.0
// Sparklines and the timeline with its brush.
import { fit, keepDrawn, token } from "./dom.js";
import { clock } from "./format.js";

/** A small line without axes. */
export function sparkline(canvas, values) {
  keepDrawn(canvas, () => {
    const { context: pen, width, height } = fit(canvas);
    pen.clearRect(0, 0, width, height);
    const top = Math.max(...values, 0) * 1.08 || 1;
    const x = (i) => (i / Math.max(1, values.length - 1)) * (width - 2);
    const y = (value) => height - 1.5 - (value / top) * (height - 4);
    pen.beginPath();
    values.forEach((value, i) => (i ? pen.lineTo(x(i), y(value)) : pen.moveTo(x(i), y(value))));
    pen.strokeStyle = token("--text-3");
    pen.lineWidth = 1.4;
    pen.lineJoin = "round";
    pen.stroke();
    pen.lineTo(x(values.length - 1), height);
    pen.lineTo(0, height);
    pen.globalAlpha = 0.1;
    pen.fillStyle = token("--text-3");
    pen.fill();
    pen.globalAlpha = 1;
  });
}

const LEFT = 78;
const BOTTOM = 20;
const TOP = 8;

/** Values over time with an axis; dragging over it chooses a range. */
export class Timeline {
  constructor(canvas, chosen) {
    Object.assign(this, { canvas, chosen, points: [], range: { start: 0, end: 1 }, label: String, brush: null });
    keepDrawn(canvas, () => this.draw());
    canvas.addEventListener("pointerdown", (e) => { this.brush = [e.offsetX, e.offsetX]; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointermove", (e) => { if (this.brush) { this.brush[1] = e.offsetX; this.draw(); } });
    canvas.addEventListener("pointerup", () => this.finish());
  }

  show(points, range, label) {
    Object.assign(this, { points, range, label });
    this.draw();
  }

  time(x) {
    const part = Math.min(1, Math.max(0, (x - LEFT) / (this.width - LEFT - 2)));
    return Math.round(this.range.start + part * (this.range.end - this.range.start));
  }

  finish() {
    const [from, to] = (this.brush ?? [0, 0]).toSorted((a, b) => a - b);
    this.brush = null;
    this.draw();
    if (to - from > 4) this.chosen({ start: this.time(from), end: this.time(to) });
  }

  draw() {
    const { context: pen, width, height } = fit(this.canvas);
    this.width = width;
    pen.clearRect(0, 0, width, height);
    pen.font = `400 11px ${token("--font")}`;
    pen.textBaseline = "middle";
    const { start, end } = this.range;
    const tall = height - BOTTOM - TOP;
    const top = Math.max(...this.points.map((p) => p.value), 0) * 1.05 || 1;
    const x = (t) => LEFT + ((t - start) / (end - start || 1)) * (width - LEFT - 2);
    const y = (value) => TOP + tall - (value / top) * tall;
    pen.strokeStyle = token("--line");
    pen.fillStyle = token("--text-3");
    pen.textAlign = "right";
    for (let i = 0; i <= 3; i++) {
      const value = (top * i) / 3;
      const line = Math.round(y(value)) + 0.5;
      pen.beginPath();
      pen.moveTo(LEFT, line);
      pen.lineTo(width, line);
      pen.stroke();
      pen.fillText(i === 0 ? "0" : this.label(value), LEFT - 8, line);
    }
    this.drawTicks(pen, x, width, height);
    this.drawArea(pen, x, y);
    if (this.brush) {
      pen.fillStyle = token("--brush");
      pen.fillRect(Math.min(...this.brush), TOP, Math.abs(this.brush[1] - this.brush[0]), tall);
    }
  }

  drawTicks(pen, x, width, height) {
    const { start, end } = this.range;
    const long = end - start > 36 * 3.6e6;
    pen.textAlign = "center";
    for (let i = 1; i < 7; i++) {
      const t = start + ((end - start) * i) / 7;
      const at = x(t);
      if (at > LEFT + 14 && at < width - 20) pen.fillText(clock(t, long), at, height - 7);
    }
  }

  drawArea(pen, x, y) {
    if (!this.points.length) return;
    const colour = token("--chart-1");
    pen.beginPath();
    if (this.points.length === 1) {
      const { t, value } = this.points[0];
      pen.rect(x(t) - 2, y(value), 4, y(0) - y(value));
    } else {
      for (const { t, value } of this.points) pen.lineTo(x(t), y(value));
      pen.strokeStyle = colour;
      pen.lineWidth = 1.4;
      pen.lineJoin = "round";
      pen.stroke();
      pen.lineTo(x(this.points.at(-1).t), y(0));
      pen.lineTo(x(this.points[0].t), y(0));
    }
    pen.globalAlpha = this.points.length === 1 ? 1 : 0.3;
    pen.fillStyle = colour;
    pen.fill();
    pen.globalAlpha = 1;
  }
}
