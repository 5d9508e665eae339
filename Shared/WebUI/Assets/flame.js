// SPDX-License-Identifier: Apache-2.0
// Canvas flame graph, culled: per visible level one binary search, then a walk in which runs of boxes below 1.2 px
// become one rectangle. What a draw costs follows the pixels, not the frames.
import { fit, token } from "./dom.js";
import { familyOf, slotOf, splitName } from "./names.js";

const MIN_WIDTH = 1.2;
const LABEL_ROOM = 26;
const PADDING = 5;

/** Draws one graph; reports hover, selection and zoom through `events`. */
export class FlameView {
  constructor(canvas, overlay, events) {
    Object.assign(this, { canvas, overlay, events, view: [0, 1], scroll: 0, selected: null, hovered: null, term: "" });
    this.graph = { names: [], rows: [], total: 0, frameCount: 0 };
    this.frame = 0;
    canvas.addEventListener("mousemove", (e) => this.hover(this.hit(e.offsetX, e.offsetY), e));
    canvas.addEventListener("mouseleave", (e) => this.hover(null, e));
    canvas.addEventListener("click", (e) => { const box = this.hit(e.offsetX, e.offsetY); if (box) { this.select(box); this.zoomTo(box); } });
    canvas.addEventListener("dblclick", () => this.reset());
    canvas.addEventListener("wheel", (e) => this.wheel(e), { passive: false });
    canvas.addEventListener("keydown", (e) => this.key(e));
    new ResizeObserver(() => this.redraw()).observe(canvas.parentElement);
    addEventListener("themechange", () => { this.readTheme(); this.redraw(); });
    this.readTheme();
  }

  readTheme() {
    const names = ["gap", "text", "dim", "dim-text", "tiny", "other", "hatch"];
    this.colour = Object.fromEntries(names.map((name) => [name, token(`--flame-${name}`)]));
    this.colour.ink = token("--text");
    this.colour.soft = token("--text-2");
    this.palette = Array.from({ length: 24 }, (_, i) => token(`--flame-${i}`));
    this.rowHeight = parseFloat(token("--frame-h")) || 20;
    this.font = `500 11.5px ${token("--font")}`;
    const context = this.canvas.getContext("2d");
    context.font = this.font;
    this.glyphs = new Float32Array(128).fill(7);
    for (let i = 32; i < 127; i++) this.glyphs[i] = context.measureText(String.fromCharCode(i)).width;
    this.hatch = this.makeHatch(context);
  }

  makeHatch(context) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d");
    pen.fillStyle = this.colour.other;
    pen.fillRect(0, 0, 6, 6);
    pen.strokeStyle = this.colour.hatch;
    pen.beginPath();
    for (const shift of [-6, 0, 6]) { pen.moveTo(shift - 1, 7); pen.lineTo(shift + 7, -1); }
    pen.stroke();
    return context.createPattern(tile, "repeat");
  }

  show(graph) {
    this.graph = graph;
    this.parts = graph.names.map(splitName);
    this.slots = graph.names.map(slotOf);
    this.families = graph.names.map(familyOf);
    this.view = [0, 1];
    this.selected = null;
    this.hovered = null;
    this.scroll = 0;
    this.redraw();
  }

  redraw() {
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { context: pen, width, height } = fit(this.canvas);
    const { rows } = this.graph;
    pen.fillStyle = this.colour.gap;
    pen.fillRect(0, 0, width, height);
    pen.font = this.font;
    pen.textBaseline = "middle";
    this.width = width;
    this.height = height;
    let rects = 0;
    const first = Math.floor(this.scroll / this.rowHeight);
    const end = Math.min(rows.length, Math.ceil((this.scroll + height) / this.rowHeight));
    for (let level = first; level < end; level++) rects += this.drawRow(pen, level);
    this.drawOverlay();
    this.events.drawn?.({ frames: this.graph.frameCount, rects });
  }

  drawRow(pen, level) {
    const row = this.graph.rows[level];
    const y = level * this.rowHeight - this.scroll;
    const tall = this.rowHeight - 1;
    const scale = this.width / (this.view[1] - this.view[0]);
    let rects = 0;
    let run = null;
    const flush = () => {
      if (!run) return;
      pen.globalAlpha = 0.5;
      pen.fillStyle = this.term ? this.colour.dim : run.colour;
      pen.fillRect(run.from, y, Math.max(1, run.to - run.from), tall);
      pen.globalAlpha = 1;
      rects++;
      run = null;
    };
    for (let i = this.firstVisible(row); i < row.x.length && row.x[i] < this.view[1]; i++) {
      const x = (row.x[i] - this.view[0]) * scale;
      const wide = row.w[i] * scale;
      if (wide < MIN_WIDTH) {
        if (run && x - run.to >= 1) flush();
        if (!run) run = { from: x, to: x, widest: 0, colour: "" };
        run.to = x + wide;
        if (wide > run.widest) { run.widest = wide; run.colour = this.fill(level, row.id[i]); }
        continue;
      }
      flush();
      rects += this.drawBox(pen, level, i, x, wide, y, tall);
    }
    flush();
    return rects;
  }

  drawBox(pen, level, index, x, wide, y, tall) {
    const row = this.graph.rows[level];
    const id = row.id[index];
    const left = Math.max(0, x);
    const room = Math.min(this.width, x + wide) - left - (wide > 3 ? 1 : 0);
    const miss = this.term && !this.matches(id);
    const above = row.x[index] < this.view[0] - 1e-9 || row.x[index] + row.w[index] > this.view[1] + 1e-9;
    const dim = level === 0 || miss || above;
    pen.fillStyle = dim ? this.colour.dim : this.fill(level, id);
    pen.fillRect(left, y, room, tall);
    let rects = 1;
    if (room > LABEL_ROOM) {
      const text = level === 0 ? this.events.rootLabel?.() ?? "total" : this.label(id, room - 2 * PADDING);
      pen.fillStyle = level === 0 ? this.colour.ink : dim ? this.colour["dim-text"] : this.colour.text;
      if (text) pen.fillText(text, left + PADDING, y + tall / 2 + 0.5);
    }
    const sameName = this.selected && id === this.graph.rows[this.selected[0]].id[this.selected[1]];
    if ((this.term && !miss && level > 0) || (!this.term && sameName && level > 0)) {
      pen.fillStyle = this.colour.ink;
      pen.fillRect(left, y + tall - 2, room, 2);
      rects++;
    }
    return rects;
  }

  drawOverlay() {
    const { context: pen, width, height } = fit(this.overlay);
    pen.clearRect(0, 0, width, height);
    const scale = width / (this.view[1] - this.view[0]);
    const outline = ([level, index], colour, line) => {
      const row = this.graph.rows[level];
      const left = Math.max(0, (row.x[index] - this.view[0]) * scale);
      const right = Math.min(width, (row.x[index] + row.w[index] - this.view[0]) * scale);
      if (right < 0 || left > width) return;
      pen.strokeStyle = colour;
      pen.lineWidth = line;
      const y = level * this.rowHeight - this.scroll;
      pen.strokeRect(left + line / 2, y + line / 2, Math.max(1, right - left - line - 1), this.rowHeight - 1 - line);
    };
    if (this.hovered) outline(this.hovered, this.colour.soft, 1.5);
    if (this.selected) outline(this.selected, this.colour.ink, 2);
  }

  firstVisible(row) {
    let low = 0;
    let high = row.x.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (row.x[middle] + row.w[middle] <= this.view[0]) low = middle + 1; else high = middle;
    }
    return low;
  }

  fill(level, id) {
    if (this.families[id] === "other") return this.hatch;
    return this.slots[id] < 0 ? this.colour.dim : this.palette[this.slots[id]];
  }

  textWidth(text) {
    let width = 0;
    for (let i = 0; i < text.length; i++) width += this.glyphs[text.charCodeAt(i)] ?? 8;
    return width;
  }

  /** The first form that fits: whole name, last path element, function, method, at least two letters, nothing. */
  label(id, room) {
    const name = this.graph.names[id];
    if (this.textWidth(name) <= room) return name;
    const [pack, rest] = this.parts[id];
    const last = pack.slice(pack.lastIndexOf("/") + 1);
    for (const form of [last ? `${last}.${rest}` : rest, rest, rest.slice(rest.lastIndexOf(".") + 1)]) {
      if (form && this.textWidth(form) <= room) return form;
    }
    const method = rest.slice(rest.lastIndexOf(".") + 1) || rest;
    let width = 9;
    let count = 0;
    while (count < method.length && (width += this.glyphs[method.charCodeAt(count)] ?? 8) <= room) count++;
    return count >= 2 ? `${method.slice(0, count)}…` : "";
  }

  matches(id) { return this.graph.names[id].toLowerCase().includes(this.term); }

  hit(px, py) {
    const level = Math.floor((py + this.scroll) / this.rowHeight);
    const row = this.graph.rows[level];
    if (!row) return null;
    const at = this.view[0] + (px / this.width) * (this.view[1] - this.view[0]);
    const index = this.firstVisibleAt(row, at);
    return index >= 0 ? [level, index] : null;
  }

  firstVisibleAt(row, at) {
    let low = 0;
    let high = row.x.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (row.x[middle] + row.w[middle] <= at) low = middle + 1; else high = middle;
    }
    return low < row.x.length && row.x[low] <= at ? low : -1;
  }

  about([level, index]) {
    const row = this.graph.rows[level];
    return { name: this.graph.names[row.id[index]], total: row.total[index], self: row.self[index], level };
  }

  hover(box, event) {
    const same = box && this.hovered && box[0] === this.hovered[0] && box[1] === this.hovered[1];
    this.hovered = box;
    if (!same) this.drawOverlay();
    this.events.hovered?.(box && this.about(box), event);
  }

  select(box) {
    this.selected = box;
    this.redraw();
    this.events.selected?.(box && this.about(box), box);
  }

  zoomTo(box, silent = false) {
    const row = this.graph.rows[box[0]];
    this.animate([row.x[box[1]], row.x[box[1]] + row.w[box[1]]]);
    if (!silent) this.events.zoomed?.(box);
  }

  reset(silent = false) {
    this.animate([0, 1]);
    if (!silent) this.events.zoomed?.(null);
  }

  animate(to) {
    const from = this.view;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const time = calm ? 0 : parseFloat(token("--t-zoom")) || 0;
    const begin = performance.now();
    cancelAnimationFrame(this.frame);
    const step = (now) => {
      const part = time ? Math.min(1, (now - begin) / time) : 1;
      const eased = 1 - (1 - part) ** 3;
      this.view = [from[0] + (to[0] - from[0]) * eased, from[1] + (to[1] - from[1]) * eased];
      this.draw();
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const at = this.view[0] + (event.offsetX / this.width) * (this.view[1] - this.view[0]);
      const factor = Math.exp(event.deltaY * 0.003);
      const from = Math.max(0, at - (at - this.view[0]) * factor);
      const to = Math.min(1, at + (this.view[1] - at) * factor);
      if (to - from > 1e-7) this.view = [from, to];
    } else {
      const most = Math.max(0, this.graph.rows.length * this.rowHeight - this.height + 8);
      this.scroll = Math.max(0, Math.min(most, this.scroll + event.deltaY));
    }
    this.redraw();
  }

  key(event) {
    const [level, index] = this.selected ?? [0, 0];
    const row = this.graph.rows[level];
    if (!row) return;
    let next = null;
    if (event.key === "ArrowDown" && row.kids[index]) next = [level + 1, row.first[index]];
    else if (event.key === "ArrowUp" && level) next = [level - 1, row.parent[index]];
    else if (event.key === "ArrowRight" && index + 1 < row.x.length && row.parent[index + 1] === row.parent[index]) next = [level, index + 1];
    else if (event.key === "ArrowLeft" && index && row.parent[index - 1] === row.parent[index]) next = [level, index - 1];
    else if (event.key === "Enter") this.zoomTo([level, index]);
    else if (event.key === "Escape" || event.key === "0") this.reset();
    else return;
    event.preventDefault();
    if (next) { this.reveal(next[0]); this.select(next); }
  }

  reveal(level) {
    const top = level * this.rowHeight;
    if (top < this.scroll) this.scroll = top;
    if (top + this.rowHeight > this.scroll + this.height) this.scroll = top + this.rowHeight - this.height;
  }

  /** Marks frames whose name contains `term`; returns the share they cover, each stack counted once. */
  search(term) {
    this.term = term.trim().toLowerCase();
    this.redraw();
    if (!this.term) return null;
    let covered = 0;
    const spans = [];
    for (const row of this.graph.rows) {
      for (let i = 0; i < row.x.length; i++) if (this.matches(row.id[i])) spans.push([row.x[i], row.x[i] + row.w[i]]);
    }
    spans.sort((a, b) => a[0] - b[0]);
    let end = 0;
    for (const [from, to] of spans) {
      if (to > end) { covered += to - Math.max(from, end); end = to; }
    }
    return covered;
  }
}
