// SPDX-License-Identifier: Apache-2.0
// The timeline: stacked areas with an axis, and a brush that selects a part of the range.
import { byId, fit, keepDrawn, make, tip, token } from "./dom.js";
import { clock } from "./format.js";
import { length } from "./times.js";

const BOTTOM = 20;
const TOP = 16;
const GRIP = 7;
const LATE_STEPS = 6;
const MOST_SERIES = 6;

/** Ticks of a value axis: at most five, at numbers that are easy to say. */
function axis(top, base) {
    const unit = base ** Math.floor(Math.log(top) / Math.log(base) - 1e-9);
    const steps = base === 1024
        ? [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
        : [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5];
    const step = (steps.find((s) => top / (s * unit) <= 4.2) ?? 10) * unit;
    return Array.from({ length: Math.ceil(top / step) + 1 }, (_, i) => i * step);
}

/** Times of the ticks of a time axis: round minutes, hours or days. */
function timeTicks(start, end, most) {
    const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080];
    const step = (minutes.find((m) => (end - start) / (m * 6e4) <= most) ?? 20160) * 6e4;
    const zone = new Date(start).getTimezoneOffset() * 6e4;
    const ticks = [];
    for (let t = Math.ceil((start - zone) / step) * step + zone; t < end; t += step) ticks.push(t);
    return ticks;
}

/** `events`: brushed({start, end} or null, final), zoomed({start, end}). */
export class Timeline {
    constructor(canvas, events) {
        Object.assign(this, {
            canvas,
            events,
            series: [],
            range: { start: 0, end: 1 },
            step: 15,
            brush: null,
            lifted: null,
        });
        Object.assign(this, { label: String, axisLabel: String, base: 10, at: null });
        const plot = canvas.parentElement;
        canvas.addEventListener("pointerdown", (event) => this.press(event));
        canvas.addEventListener("pointermove", (event) => this.move(event));
        canvas.addEventListener("pointerup", (event) => this.release(event));
        canvas.addEventListener("pointerleave", () => this.point(null));
        canvas.addEventListener("dblclick", () => this.brush && this.events.zoomed(this.brush));
        plot.addEventListener("keydown", (event) => this.key(event));
        byId("brush-zoom").addEventListener("click", () => this.brush && this.events.zoomed(this.brush));
        byId("brush-clear").addEventListener("click", () => this.set(null));
        keepDrawn(canvas, () => this.draw());
    }

    /** `series`: [{name, values, colour}] over the same steps, the lowest first. */
    show({ series, range, step, brush, label, axisLabel, base }) {
        Object.assign(this, { series, range, step, brush, label, axisLabel, base, lifted: null });
        this.draw();
    }

    /** Draws one series at full strength and mutes the others; null lifts none. */
    lift(name) {
        this.lifted = name;
        this.draw();
    }

    time(x) {
        return this.range.start +
            ((x - this.left) / (this.width - this.left - 2)) * (this.range.end - this.range.start);
    }

    x(t) {
        return this.left +
            ((t - this.range.start) / (this.range.end - this.range.start || 1)) *
                (this.width - this.left - 2);
    }

    // Brush

    press(event) {
        if (event.button !== 0) return;
        const x = event.offsetX;
        this.canvas.setPointerCapture(event.pointerId);
        const near = (t) => Math.abs(this.x(t) - x) <= GRIP;
        if (this.brush && near(this.brush.start)) this.drag = { fixed: this.brush.end };
        else if (this.brush && near(this.brush.end)) this.drag = { fixed: this.brush.start };
        else if (this.brush && x > this.x(this.brush.start) && x < this.x(this.brush.end)) {
            this.drag = { grip: this.time(x), from: this.brush };
        } else this.drag = { fixed: this.clamp(this.time(x)), fresh: x };
    }

    move(event) {
        if (!this.drag) return this.point(event);
        const t = this.time(event.offsetX);
        if (this.drag.fresh !== undefined && Math.abs(event.offsetX - this.drag.fresh) < 4) return;
        this.drag.moved = true;
        if (this.drag.from) this.shift(this.drag.from, t - this.drag.grip, false);
        else this.set(this.between(this.drag.fixed, t), false);
    }

    release() {
        const drag = this.drag;
        this.drag = null;
        if (!drag) return;
        if (drag.moved) this.set(this.brush);
        else if (drag.fresh !== undefined && this.brush) this.set(null);
    }

    clamp(t) {
        return Math.round(Math.max(this.range.start, Math.min(this.range.end, t)));
    }

    between(a, b) {
        const [start, end] = [this.clamp(Math.min(a, b)), this.clamp(Math.max(a, b))];
        return end - start >= 1000 ? { start, end } : null;
    }

    shift({ start, end }, by, final = true) {
        const most = Math.max(this.range.start - start, Math.min(this.range.end - end, by));
        this.set({ start: Math.round(start + most), end: Math.round(end + most) }, final);
    }

    set(brush, final = true) {
        this.brush = brush;
        this.draw();
        this.events.brushed(brush, final);
    }

    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button")) return;
        const step = 1000 * this.step * (event.shiftKey ? 10 : 1) * (event.key === "ArrowLeft" ? -1 : 1);
        const { start, end } = this.range;
        if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
            if (this.brush) this.shift(this.brush, step);
            else this.set(this.between(end - (end - start) / 5, end));
        } else if (this.brush && (event.key === "+" || event.key === "-")) {
            this.set(
                this.between(
                    this.brush.start,
                    this.brush.end + 1000 * this.step * (event.key === "+" ? 1 : -1),
                ) ?? this.brush,
            );
        } else if (this.brush && event.key === "Enter") this.events.zoomed(this.brush);
        else if (this.brush && event.key === "Escape") this.set(null);
        else return;
        event.preventDefault();
        event.stopPropagation();
    }

    // Reading values

    point(event) {
        this.at = event && this.series.length ? event.offsetX : null;
        const count = this.series[0]?.values.length ?? 0;
        const index = this.at === null
            ? -1
            : Math.round((this.time(this.at) - this.range.start) / (1000 * this.step));
        this.canvas.classList.toggle(
            "resizes",
            this.at !== null && Boolean(this.brush) &&
                [this.brush.start, this.brush.end].some((t) => Math.abs(this.x(t) - this.at) <= GRIP),
        );
        this.draw();
        if (index < 0 || index >= count || this.at < this.left) return tip(null);
        const rows = [...this.series].reverse().filter(({ values }) =>
            values[index] > 0 || this.series.length === 1
        );
        tip([
            make("b", {}, clock(this.range.start + index * 1000 * this.step, true)),
            make(
                "dl",
                {},
                ...rows.flatMap((
                    { name, values },
                ) => [make("dt", {}, name || "All"), make("dd", {}, this.label(values[index]))]),
            ),
        ], event);
    }

    // Drawing

    draw() {
        const { context: pen, width, height } = fit(this.canvas);
        pen.clearRect(0, 0, width, height);
        pen.font = `400 11px ${token("--font")}`;
        pen.textBaseline = "middle";
        const count = this.series[0]?.values.length ?? 0;
        const sums = Array.from(
            { length: count },
            (_, i) => this.series.reduce((sum, { values }) => sum + values[i], 0),
        );
        const most = Math.max(...sums, 0);
        const ticks = most ? axis(most * 1.02, this.base) : [0, 1];
        const texts = ticks.map((value) => (value === 0 ? "0" : most ? this.axisLabel(value) : ""));
        const floor = height - BOTTOM;
        this.width = width;
        this.left = Math.ceil(Math.max(24, ...texts.map((text) => pen.measureText(text).width))) + 8;
        const y = (value) => floor - (value / ticks.at(-1)) * (floor - TOP);
        pen.strokeStyle = token("--line");
        pen.fillStyle = token("--text-3");
        pen.lineWidth = 1;
        pen.textAlign = "right";
        ticks.forEach((value, i) => {
            const line = Math.round(y(value)) + 0.5;
            pen.beginPath();
            pen.moveTo(this.left, line);
            pen.lineTo(width, line);
            pen.stroke();
            pen.fillText(texts[i], this.left - 8, line);
        });
        this.drawTimes(pen, width, height);
        this.drawAreas(pen, y, sums);
        this.drawBrush(pen, floor);
        this.placePill();
    }

    drawTimes(pen, width, height) {
        const { start, end } = this.range;
        const long = end - start > 36 * 3.6e6;
        pen.textAlign = "center";
        for (const t of timeTicks(start, end, (width - this.left) / (long ? 110 : 74))) {
            const at = this.x(t);
            if (at > this.left + 14 && at < width - (long ? 46 : 18)) {
                pen.fillText(clock(t, long), at, height - 7);
            }
        }
    }

    drawAreas(pen, y, sums) {
        const [first, end] = reported(sums);
        const below = new Float64Array(sums.length);
        const x = (i) => this.x(this.range.start + i * 1000 * this.step);
        for (const { name, values, colour } of this.series) {
            const line = () => {
                for (let i = first; i < end; i++) pen.lineTo(x(i), y(below[i] + values[i]));
            };
            const muted = this.lifted !== null && this.lifted !== name;
            pen.beginPath();
            line();
            for (let i = end - 1; i >= first; i--) pen.lineTo(x(i), y(below[i]));
            pen.closePath();
            pen.fillStyle = pen.strokeStyle = token(colour);
            pen.globalAlpha = muted ? 0.08 : 0.3;
            pen.fill();
            pen.globalAlpha = muted ? 0.25 : 1;
            pen.beginPath();
            line();
            pen.lineWidth = 1.2;
            pen.lineJoin = "round";
            pen.stroke();
            pen.globalAlpha = 1;
            for (let i = first; i < end; i++) below[i] += values[i];
        }
        if (this.at !== null && this.at >= this.left && !this.drag) {
            pen.fillStyle = token("--line-control");
            pen.fillRect(Math.round(this.at), TOP, 1, y(0) - TOP);
        }
    }

    drawBrush(pen, floor) {
        if (!this.brush) return;
        const [left, right] = [this.x(this.brush.start), this.x(this.brush.end)];
        pen.fillStyle = token("--brush");
        pen.fillRect(left, TOP, right - left, floor - TOP);
        pen.fillStyle = token("--accent");
        pen.fillRect(left, TOP, 2, floor - TOP);
        pen.fillRect(right - 2, TOP, 2, floor - TOP);
        for (const edge of [left - 1, right - 3]) {
            pen.beginPath();
            pen.roundRect(edge, (TOP + floor) / 2 - 9, 4, 18, 2);
            pen.fill();
        }
    }

    placePill() {
        const pill = byId("brush-pill");
        pill.hidden = !this.brush;
        if (!this.brush) return;
        byId("brush-length").textContent = length(this.brush.end - this.brush.start);
        const right = Math.min(this.width, Math.max(this.x(this.brush.end), this.left + pill.offsetWidth));
        pill.style.transform = `translateX(${Math.round(right - pill.offsetWidth)}px)`;
    }
}

/**
 * Groups as series over the steps of a range, the largest at the bottom: at most six, of which the last is the grey sum of
 * the rest
 * where there are more. Steps without a profile are zero.
 */
export function stacked(groups, nameOf, range, step, valueOf) {
    const count = Math.floor((range.end - range.start) / (1000 * step)) + 1;
    const all = groups.map(({ labels, points }) => {
        const values = new Float64Array(count);
        for (const { t, value } of points) {
            const i = Math.round((t - range.start) / (1000 * step));
            if (i >= 0 && i < count) values[i] += valueOf(value);
        }
        return { name: nameOf(labels), values, sum: sumOf(values) };
    }).sort((a, b) => b.sum - a.sum);
    const kept = all.length > MOST_SERIES ? all.slice(0, MOST_SERIES - 1) : all;
    const series = kept.map((one, i) => ({ ...one, colour: `--chart-${i + 1}` }));
    if (kept.length < all.length) {
        const values = new Float64Array(count);
        for (const { values: more } of all.slice(kept.length)) {
            more.forEach((value, i) => {
                values[i] += value;
            });
        }
        series.push({
            name: `${all.length - kept.length} more`,
            values,
            sum: sumOf(values),
            colour: "--chart-8",
            rest: true,
        });
    }
    return series;
}

/**
 * The steps [first, end) to draw: from the first with a profile to the last, and the zero beside each. Where the last one
 * is so near the end that the next may be on its way, nothing falls to zero.
 */
export function reported(values) {
    const last = values.findLastIndex((value) => value > 0);
    const first = Math.max(0, values.findIndex((value) => value > 0) - 1);
    return [
        first,
        Math.max(1, Math.min(values.length, values.length - last <= LATE_STEPS ? last + 1 : last + 2)),
    ];
}

const sumOf = (values) => values.reduce((a, b) => a + b, 0);

/** The mean over the steps from the first to the last with a profile: a service that began just now is not diluted. */
export function meanOf(values) {
    let first = values.findIndex((value) => value > 0);
    if (first < 0) return 0;
    let last = values.length - 1;
    while (values[last] === 0) last--;
    let sum = 0;
    for (let i = first; i <= last; i++) sum += values[i];
    return sum / (last - first + 1);
}
