// SPDX-License-Identifier: Apache-2.0
// Drawing of the flame graph, culled: per visible level one binary search, then a walk in which runs of boxes below
// 1.2 px become one rectangle, in columns of 24 px so that there is something left to see and to click. What a draw
// costs follows the pixels, not the frames.
import { fit, token } from "./dom.js";
import { familyOf, shortName, slotOf, splitName } from "./names.js";

export const MIN_WIDTH = 1.2;
const RUN_GAP = 1;
const RUN_WIDTH = 24;
const LABEL_ROOM = 26;
const PADDING = 5;

/** The first box of a row that ends after `at` (in shares). */
export function firstEndingAfter(row, at) {
    let low = 0;
    let high = row.x.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (row.x[middle] + row.w[middle] <= at) low = middle + 1;
        else high = middle;
    }
    return low;
}

/** Indices [from, to] of the run of small boxes around `index` that is drawn as one; null when the box is drawn alone. */
export function runAround(row, index, start, scale) {
    const column = (i) => Math.floor(((row.x[i] - start) * scale) / RUN_WIDTH);
    const small = (i) => row.w[i] * scale < MIN_WIDTH && column(i) === column(index);
    if (!small(index)) return null;
    let from = index;
    let to = index;
    while (
        from > 0 && small(from - 1) && (row.x[from] - row.x[from - 1] - row.w[from - 1]) * scale < RUN_GAP
    ) from--;
    while (
        to + 1 < row.x.length && small(to + 1) && (row.x[to + 1] - row.x[to] - row.w[to]) * scale < RUN_GAP
    ) to++;
    return [from, to];
}

/** Colours, fonts and labels of one graph in the current theme, and the strokes of one draw. */
export class FlamePainter {
    constructor(canvas, overlay) {
        Object.assign(this, {
            canvas,
            overlay,
            graph: { names: [], rows: [] },
            parts: [],
            slots: [],
            families: [],
        });
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
        this.forced = matchMedia("(forced-colors: active)").matches;
        const context = this.canvas.getContext("2d");
        context.font = this.font;
        // Widths from a table: measuring each label would cost more than drawing it.
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
        for (const shift of [-6, 0, 6]) {
            pen.moveTo(shift - 1, 7);
            pen.lineTo(shift + 7, -1);
        }
        pen.stroke();
        return context.createPattern(tile, "repeat");
    }

    use(graph) {
        this.graph = graph;
        this.parts = graph.names.map(splitName);
        this.slots = graph.names.map(slotOf);
        this.families = graph.names.map(familyOf);
    }

    /** Draws what is in view; returns how many rectangles that took. */
    draw({ view, scroll, matches, selectedId, rootLabel }) {
        const { context: pen, width, height } = fit(this.canvas);
        Object.assign(this, { width, height, view, matches, selectedId, rootLabel });
        this.scale = width / (view[1] - view[0]);
        pen.fillStyle = this.colour.gap;
        pen.fillRect(0, 0, width, height);
        pen.font = this.font;
        pen.textBaseline = "middle";
        let rects = 0;
        const first = Math.floor(scroll / this.rowHeight);
        const end = Math.min(this.graph.rows.length, Math.ceil((scroll + height) / this.rowHeight));
        for (let level = first; level < end; level++) {
            rects += this.drawRow(pen, level, level * this.rowHeight - scroll);
        }
        return rects;
    }

    drawRow(pen, level, y) {
        const row = this.graph.rows[level];
        const tall = this.rowHeight - 1;
        let rects = 0;
        let run = null;
        const flush = () => {
            if (!run) return;
            pen.globalAlpha = 0.5;
            pen.fillStyle = run.hit || !this.matches ? run.colour : this.colour.dim;
            pen.fillRect(run.from, y, Math.max(1, run.to - run.from), tall);
            pen.globalAlpha = 1;
            rects++;
            run = null;
        };
        for (let i = firstEndingAfter(row, this.view[0]); i < row.x.length && row.x[i] < this.view[1]; i++) {
            const x = (row.x[i] - this.view[0]) * this.scale;
            const wide = row.w[i] * this.scale;
            if (wide >= MIN_WIDTH) {
                flush();
                rects += this.drawBox(pen, level, i, x, wide, y, tall);
                continue;
            }
            const column = Math.floor(x / RUN_WIDTH);
            if (run && (x - run.to >= RUN_GAP || column !== run.column)) flush();
            run ??= { from: x, to: x, column, widest: 0, colour: "", hit: false };
            run.to = x + wide;
            run.hit ||= Boolean(this.matches?.[row.id[i]]);
            if (wide > run.widest) {
                run.widest = wide;
                run.colour = this.fill(row.id[i]);
            }
        }
        flush();
        return rects;
    }

    drawBox(pen, level, index, x, wide, y, tall) {
        const row = this.graph.rows[level];
        const id = row.id[index];
        const left = Math.max(0, x);
        const room = Math.min(this.width, x + wide) - left - (wide > 3 ? 1 : 0);
        const hit = level > 0 && this.matches?.[id];
        const above = row.x[index] < this.view[0] - 1e-9 || row.x[index] + row.w[index] > this.view[1] + 1e-9;
        const dim = level === 0 || above || (this.matches && !hit);
        pen.fillStyle = dim ? this.colour.dim : this.fill(id);
        pen.fillRect(left, y, room, tall);
        let rects = 1;
        if (this.forced && room > 5) {
            // Forced colours flatten the fills: an outline keeps boxes apart.
            pen.strokeStyle = "CanvasText";
            pen.lineWidth = 1;
            pen.strokeRect(left + 0.5, y + 0.5, Math.max(1, room - 1), tall - 1);
            rects++;
        }
        if (room > LABEL_ROOM) this.drawLabel(pen, level, id, left, room, y + tall / 2 + 0.5, dim);
        const same = !this.matches && level > 0 && id === this.selectedId;
        if (hit || same) {
            pen.fillStyle = this.colour.ink;
            pen.fillRect(left, y + tall - 2, room, 2);
            rects++;
        }
        return rects;
    }

    drawLabel(pen, level, id, left, room, middle, dim) {
        const text = level === 0 ? this.rootLabel : this.label(id, room - 2 * PADDING);
        if (!text) return;
        pen.fillStyle = level === 0 ? this.colour.ink : dim ? this.colour["dim-text"] : this.colour.text;
        if (this.families[id] === "other") pen.fillStyle = this.colour.ink;
        if (this.forced) pen.fillStyle = "CanvasText";
        pen.fillText(text, left + PADDING, middle);
    }

    /** Outlines on the upper canvas, so that hovering redraws two strokes and not the graph. */
    drawOverlay({ view, scroll, hovered, selected }) {
        const { context: pen, width, height } = fit(this.overlay);
        pen.clearRect(0, 0, width, height);
        const scale = width / (view[1] - view[0]);
        const outline = (level, from, to, colour, line) => {
            const left = Math.max(0, (from - view[0]) * scale);
            const right = Math.min(width, (to - view[0]) * scale);
            if (right < 0 || left > width) return;
            pen.strokeStyle = colour;
            pen.lineWidth = line;
            const y = level * this.rowHeight - scroll;
            pen.strokeRect(
                left + line / 2,
                y + line / 2,
                Math.max(1, right - left - line - 1),
                this.rowHeight - 1 - line,
            );
        };
        if (hovered) outline(hovered.level, hovered.from, hovered.to, this.colour.soft, 1.5);
        if (selected) {
            const row = this.graph.rows[selected[0]];
            outline(
                selected[0],
                row.x[selected[1]],
                row.x[selected[1]] + row.w[selected[1]],
                this.colour.ink,
                2,
            );
        }
    }

    fill(id) {
        if (this.families[id] === "other") return this.hatch;
        return this.slots[id] < 0 ? this.colour.dim : this.palette[this.slots[id]];
    }

    textWidth(text) {
        let width = 0;
        for (let i = 0; i < text.length; i++) width += this.glyphs[text.charCodeAt(i)] ?? 12;
        return width;
    }

    /** The first form that fits: whole name, last path element, function, method, at least two letters, nothing. */
    label(id, room) {
        const name = this.graph.names[id];
        if (this.textWidth(name) <= room) return name;
        if (this.families[id] === "other") return "";
        const [pack, rest] = this.parts[id];
        const last = pack.slice(pack.lastIndexOf("/") + 1);
        const method = shortName(rest);
        for (const form of [last ? `${last}.${rest}` : rest, rest, method]) {
            if (this.textWidth(form) <= room) return form;
        }
        let width = 11;
        let count = 0;
        while (count < method.length && (width += this.glyphs[method.charCodeAt(count)] ?? 12) <= room) {
            count++;
        }
        return count >= 2 ? `${method.slice(0, count)}…` : "";
    }
}
