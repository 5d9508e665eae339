// SPDX-License-Identifier: Apache-2.0
// The flame graph a person works with: hover, selection, zoom, search, keys, and what a screen reader finds.
import { make, token } from "./dom.js";
import { boxesOf, coverage, findPath, pathOf } from "./layout.js";
import { firstEndingAfter, FlamePainter, runAround } from "./paint.js";

const NARROWEST_VIEW = 1e-9;
const READ_SIBLINGS = 12;

/** Shows one graph; reports through `events`: drawn, hovered, chosen, zoomed, spoken. */
export class FlameView {
    constructor(canvas, overlay, events) {
        Object.assign(this, {
            canvas,
            events,
            view: [0, 1],
            target: [0, 1],
            scroll: 0,
            selected: null,
            hovered: null,
        });
        Object.assign(this, {
            term: "",
            matches: null,
            found: [],
            foundAt: -1,
            frame: 0,
            pending: 0,
            drag: null,
        });
        this.graph = { names: [], rows: [], total: 0, frameCount: 0 };
        this.painter = new FlamePainter(canvas, overlay);
        canvas.addEventListener("pointermove", (e) => this.pointed(e));
        canvas.addEventListener("pointerdown", (e) => {
            this.drag = { x: e.clientX, view: this.view, moved: false };
        });
        addEventListener("pointerup", () => {
            this.drag = this.drag?.moved ? { ended: true } : null;
        });
        canvas.addEventListener("pointerleave", () => this.hover(null));
        canvas.addEventListener("click", (e) => this.clicked(e));
        canvas.addEventListener("dblclick", () => this.reset());
        canvas.addEventListener("wheel", (e) => this.wheel(e), { passive: false });
        canvas.addEventListener("keydown", (e) => this.key(e));
        new ResizeObserver(() => this.redraw()).observe(canvas.parentElement);
        addEventListener("themechange", () => {
            this.painter.readTheme();
            this.redraw();
        });
    }

    /** Shows another graph; selection and zoom follow their path of names, the scroll position stays. */
    show(graph) {
        const kept = this.selected && pathOf(this.graph, this.selected);
        this.graph = graph;
        this.painter.use(graph);
        this.selected = kept ? findPath(graph, kept) : null;
        this.hovered = null;
        this.redraw();
        this.mirror();
    }

    /** One draw per animation frame, always: more only fills the browser's queue. */
    redraw() {
        cancelAnimationFrame(this.pending);
        this.pending = requestAnimationFrame(() => this.draw());
    }

    draw() {
        this.scroll = Math.max(0, Math.min(this.scroll, this.mostScroll()));
        const { view, scroll, matches } = this;
        const selectedId = this.selected ? this.graph.rows[this.selected[0]].id[this.selected[1]] : -1;
        const rects = this.painter.draw({
            view,
            scroll,
            matches,
            selectedId,
            rootLabel: this.events.rootLabel(),
        });
        this.drawOverlay();
        this.events.drawn({ frames: this.graph.frameCount, rects });
    }

    drawOverlay() {
        this.painter.drawOverlay(this);
    }

    get height() {
        return this.canvas.parentElement.clientHeight;
    }

    mostScroll() {
        return Math.max(0, this.graph.rows.length * this.painter.rowHeight - this.height + 8);
    }

    // What is where

    /** The box under a point; null beside the graph. */
    hit(px, py) {
        const level = Math.floor((py + this.scroll) / this.painter.rowHeight);
        const row = this.graph.rows[level];
        if (!row) return null;
        const slack = 1 / this.painter.scale;
        const at = this.view[0] + px / this.painter.scale;
        const index = firstEndingAfter(row, at);
        if (index < row.x.length && row.x[index] <= at) return [level, index];
        // A rectangle of a run is a pixel wide at least: its right edge belongs to the frame that ended just before.
        return index > 0 && row.x[index - 1] + row.w[index - 1] + slack > at ? [level, index - 1] : null;
    }

    about([level, index]) {
        const row = this.graph.rows[level];
        const name = this.graph.names[row.id[index]];
        return {
            box: [level, index],
            name,
            total: row.total[index],
            self: row.self[index],
            level,
            kids: row.kids[index],
        };
    }

    /** What a point shows: one frame, or a run of small ones with their count and sum. */
    hovering(box) {
        if (!box) return null;
        const [level, index] = box;
        const row = this.graph.rows[level];
        const run = runAround(row, index, this.view[0], this.painter.scale);
        const [first, last] = run ?? [index, index];
        const place = { level, from: row.x[first], to: row.x[last] + row.w[last], count: last - first + 1 };
        if (place.count === 1) return { ...place, ...this.about(box) };
        let total = 0;
        for (let i = first; i <= last; i++) total += row.total[i];
        return { ...place, total };
    }

    // Pointer

    pointed(event) {
        if (this.drag && event.buttons === 1 && event.pointerType === "mouse") {
            const moved = (event.clientX - this.drag.x) / this.painter.scale;
            if (this.drag.moved || Math.abs(event.clientX - this.drag.x) > 4) {
                this.drag.moved = true;
                this.hover(null);
                return this.pan(this.drag.view, -moved);
            }
        }
        if (event.pointerType !== "touch") {
            this.hover(this.hovering(this.hit(event.offsetX, event.offsetY)), event);
        }
    }

    pan([from, to], by) {
        const shift = Math.max(-from, Math.min(1 - to, by));
        this.view = this.target = [from + shift, to + shift];
        this.redraw();
    }

    hover(what, event) {
        const same = what && this.hovered && what.level === this.hovered.level &&
            what.from === this.hovered.from;
        const none = !what && !this.hovered;
        this.hovered = what;
        if (!same && !none) this.drawOverlay();
        if (!none) this.events.hovered(what, event);
    }

    clicked(event) {
        if (this.drag?.ended) {
            this.drag = null;
            return;
        }
        const what = this.hovering(this.hit(event.offsetX, event.offsetY));
        this.hover(null);
        if (!what) return;
        if (!what.name) return this.animate([what.from, what.to]);
        const again = this.selected && this.selected[0] === what.box[0] && this.selected[1] === what.box[1];
        // On a touch screen the first tap only selects: there is no hover to read before zooming.
        const zooms = event.pointerType !== "touch" || again;
        this.choose(what.box, zooms);
    }

    wheel(event) {
        event.preventDefault();
        const unit = event.deltaMode === 1 ? 16 : 1;
        if (event.ctrlKey || event.metaKey) {
            this.scaleBy(
                Math.exp(event.deltaY * unit * 0.003),
                this.view[0] + event.offsetX / this.painter.scale,
            );
        } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            this.pan(this.view, ((event.deltaX || event.deltaY) * unit) / this.painter.scale);
        } else {
            this.scroll += event.deltaY * unit;
            this.redraw();
        }
    }

    scaleBy(factor, at) {
        const from = Math.max(0, at - (at - this.view[0]) * factor);
        const to = Math.min(1, at + (this.view[1] - at) * factor);
        if (to - from < NARROWEST_VIEW) return;
        cancelAnimationFrame(this.frame);
        this.view = this.target = [from, to];
        this.redraw();
    }

    // Selection and zoom

    /** Selects a box as a person does: the page is told. */
    choose(box, zooms = false) {
        this.select(box);
        this.events.chosen(box && this.about(box), zooms ? box : undefined);
    }

    select(box) {
        this.selected = box;
        if (box) this.reveal(box);
        this.mirror();
        this.redraw();
    }

    zoomTo(box) {
        const row = this.graph.rows[box[0]];
        this.animate([row.x[box[1]], row.x[box[1]] + row.w[box[1]]]);
    }

    reset() {
        this.zoomOut();
        this.events.zoomed(null);
    }

    zoomOut() {
        this.animate([0, 1]);
    }

    /** Cubic out, from wherever the last zoom was when this one began. */
    animate(to) {
        if (to[0] === this.target[0] && to[1] === this.target[1]) return;
        const from = this.view;
        const time = parseFloat(token("--t-zoom")) || 0;
        const begin = performance.now();
        this.target = to;
        cancelAnimationFrame(this.frame);
        const step = (now) => {
            const part = time ? Math.max(0, Math.min(1, (now - begin) / time)) : 1;
            const eased = 1 - (1 - part) ** 3;
            this.view = part === 1
                ? to
                : [from[0] + (to[0] - from[0]) * eased, from[1] + (to[1] - from[1]) * eased];
            this.draw();
            if (part < 1) this.frame = requestAnimationFrame(step);
        };
        this.frame = requestAnimationFrame(step);
    }

    reveal([level, index]) {
        const tall = this.painter.rowHeight;
        const { height } = this;
        if (level * tall < this.scroll) this.scroll = level * tall;
        if ((level + 1) * tall > this.scroll + height) this.scroll = (level + 1) * tall - height;
        const row = this.graph.rows[level];
        const [from, to] = [row.x[index], row.x[index] + row.w[index]];
        if (to <= this.target[0] || from >= this.target[1]) this.animate([0, 1]);
    }

    // Search

    /** Marks frames whose name contains `term`; returns the share of stacks with one, null without a term. */
    search(term) {
        this.term = term;
        const wanted = term.trim().toLowerCase();
        this.matches = wanted
            ? Uint8Array.from(this.graph.names, (name) => Number(name.toLowerCase().includes(wanted)))
            : null;
        this.found = this.matches ? boxesOf(this.graph, this.matches) : [];
        this.foundAt = -1;
        this.redraw();
        return this.matches && coverage(this.graph, this.matches);
    }

    /** Selects the next match (or the previous one), the largest first. */
    next(direction) {
        if (!this.found.length) return;
        const count = this.found.length;
        this.foundAt = this.foundAt < 0
            ? (direction > 0 ? 0 : count - 1)
            : (this.foundAt + direction + count) % count;
        this.choose(this.found[this.foundAt]);
        this.events.spoken(`Match ${this.foundAt + 1} of ${count}`);
    }

    // Keys and the accessible tree

    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const wide = this.view[1] - this.view[0];
        const middle = (this.view[0] + this.view[1]) / 2;
        const pans = { ArrowLeft: -0.2, ArrowRight: 0.2 };
        if (event.shiftKey && pans[event.key]) this.pan(this.view, pans[event.key] * wide);
        else if (event.key === "+" || event.key === "=") this.scaleBy(0.6, middle);
        else if (event.key === "-") this.scaleBy(1 / 0.6, middle);
        else if (event.key === "Enter" && this.selected) this.choose(this.selected, true);
        else if (event.key === "0") this.reset();
        else {
            const next = this.neighbour(event.key);
            if (!next) return;
            this.choose(next);
        }
        event.preventDefault();
    }

    neighbour(key) {
        if (!this.graph.rows.length || !key.startsWith("Arrow")) return null;
        if (!this.selected) return [0, 0];
        const [level, index] = this.selected;
        const row = this.graph.rows[level];
        const sibling = (at) =>
            at >= 0 && at < row.x.length && row.parent[at] === row.parent[index] && [level, at];
        if (key === "ArrowDown") return row.kids[index] ? [level + 1, row.first[index]] : null;
        if (key === "ArrowUp") return level ? [level - 1, row.parent[index]] : null;
        return sibling(key === "ArrowRight" ? index + 1 : index - 1) || null;
    }

    /** The stack of the selection, its siblings and children as tree items inside the canvas, where readers find them. */
    mirror() {
        const items = [];
        const item = ([level, index], current) =>
            make(
                "span",
                {
                    role: "treeitem",
                    "aria-level": level + 1,
                    "aria-selected": String(current),
                    id: current ? "frame-current" : undefined,
                },
                this.events.describe(this.about([level, index])),
            );
        if (this.selected) {
            const [level, index] = this.selected;
            const path = [];
            for (let r = level, i = index; r > 0;) {
                i = this.graph.rows[r].parent[i];
                r--;
                path.unshift([r, i]);
            }
            const row = this.graph.rows[level];
            for (const box of path) items.push(item(box, false));
            const near = (at) => Math.abs(at - index) < READ_SIBLINGS && row.parent[at] === row.parent[index];
            for (
                let at = Math.max(0, index - READ_SIBLINGS);
                at < row.x.length && at <= index + READ_SIBLINGS;
                at++
            ) {
                if (near(at)) items.push(item([level, at], at === index));
            }
            for (let k = 0; k < Math.min(READ_SIBLINGS, row.kids[index]); k++) {
                items.push(item([level + 1, row.first[index] + k], false));
            }
        } else if (this.graph.rows.length) {
            items.push(item([0, 0], true));
        }
        this.canvas.replaceChildren(...items);
        if (items.length) this.canvas.setAttribute("aria-activedescendant", "frame-current");
        else this.canvas.removeAttribute("aria-activedescendant");
    }
}
