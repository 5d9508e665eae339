// SPDX-License-Identifier: Apache-2.0
// The body of the page: profile types, timeline, flame graph, table and drawer, in step with one state.
import { byId, icon, make, tip } from "./dom.js";
import { Drawer, familySums } from "./drawer.js";
import { FlameView } from "./flame.js";
import { amount, clock, kindOf, share, typeName, typeOrder, unitOf } from "./format.js";
import { findPath, functionTable, layout, pathOf } from "./layout.js";
import { familyNames, familyOf, slotOfFamily, splitName } from "./names.js";
import { FunctionTable } from "./table.js";
import { rangeName } from "./times.js";
import { UsagePane } from "./usage.js";

const PATH_SEPARATOR = "\u001f";
const MOST_NODES = 1048576;

/** `go(change, push)` changes the page's state; `state` is set before anything is shown. */
export class Explore {
    constructor(go) {
        Object.assign(this, { go, state: null, functions: [], shown: "", key: "", zoomedTo: "" });
        this.graph = layout({ names: [], levels: [], total: 0 });
        this.flame = new FlameView(byId("flame"), byId("flame-overlay"), {
            rootLabel: () => ["total", ...this.totals()].join(" · "),
            drawn: ({ frames, rects }) => {
                byId("status-frames").textContent = `${frames.toLocaleString()} ${
                    frames === 1 ? "frame" : "frames"
                } · ${rects.toLocaleString()} rects`;
            },
            hovered: (what, event) => this.hovered(what, event),
            chosen: (frame, zoom) => this.chosen(frame, zoom),
            zoomed: (box) => go({ root: this.rootOf(box) }),
            describe: (frame) => this.describe(frame),
            spoken: (text) => {
                byId("spoken").textContent = text;
            },
        });
        this.table = new FunctionTable({
            chosen: (fn, zooms) => go({ fn: fn.name, ...(zooms ? { root: this.rootOf(fn.box) } : {}) }),
            sorted: (sort) => go({ sort }),
        });
        this.drawer = new Drawer({
            chosen: (fn) => go({ fn: fn.name }),
            zoomed: (box) => go({ root: this.rootOf(box) }),
            searched: (name) => go({ search: name }),
            closed: () => this.closeDrawer(),
        });
        this.usage = new UsagePane(go);
        this.wire();
    }

    /** Takes another state; what is shown follows by itself or with the next answer. */
    use(state) {
        this.state = state;
        this.usage.state = state;
    }

    wire() {
        byId("search").addEventListener("input", (event) => this.go({ search: event.target.value }, false));
        byId("search").addEventListener("keydown", (event) => {
            if (event.key === "Enter") this.flame.next(event.shiftKey ? -1 : 1);
        });
        byId("drawer-toggle").addEventListener("click", () => this.toggleDrawer());
        byId("more-frames").addEventListener(
            "click",
            () => this.go({ nodes: String(Math.min(MOST_NODES, 4 * Number(this.state.nodes))) }),
        );
        byId("tabs").addEventListener("keydown", (event) => this.tabKey(event));
        for (const button of document.querySelectorAll("button[data-view]")) {
            button.addEventListener("click", () => this.go({ view: button.dataset.view }));
        }
        if (localStorage.getItem("hearth.drawer") === "closed") document.body.classList.add("drawer-closed");
    }

    /** A value in words. Of a level (heap in use) the sum over profiles says nothing: it is shown as a part of the mean. */
    amountOf(value) {
        const type = this.state?.type ?? "";
        const level = type && kindOf(type) === "level" && this.usage.mean > 0 && this.graph.total > 0;
        return amount(level ? (value / this.graph.total) * this.usage.mean : value, unitOf(type));
    }

    /** The sum of what is shown and its mean over time. */
    totals() {
        const sum = this.amountOf(this.graph.total);
        if (!this.usage.pace) return [sum];
        return kindOf(this.state.type) === "level" ? [`${this.usage.pace} average`] : [sum, this.usage.pace];
    }

    part(value) {
        return share(value / (this.graph.total || 1));
    }

    rootOf(box) {
        return box && box[0] > 0 ? pathOf(this.graph, box).slice(1).join(PATH_SEPARATOR) : "";
    }

    // Scope

    showScope(types) {
        const { service, type } = this.state;
        byId("headline").textContent = `${service}, ${type ? typeName(type) : "no profile type"}`;
        document.title = type ? `${service} · ${typeName(type)} · Hearth` : "Hearth";
        const sorted = types.toSorted((a, b) => typeOrder(a).localeCompare(typeOrder(b)));
        const key = JSON.stringify([sorted, type]);
        if (key === this.tabKeyShown) return;
        this.tabKeyShown = key;
        const focused = byId("tabs").contains(document.activeElement);
        byId("tabs").replaceChildren(...sorted.map((id) =>
            make(
                "button",
                {
                    role: "tab",
                    title: id,
                    "aria-selected": String(id === type),
                    "aria-controls": "split",
                    tabindex: id === type ? "0" : "-1",
                    onclick: () => this.go({ type: id, root: "" }),
                },
                typeName(id),
            )
        ));
        const current = byId("tabs").querySelector("[aria-selected=true]");
        current?.scrollIntoView({ block: "nearest", inline: "nearest" });
        if (focused) current?.focus();
    }

    tabKey(event) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const tabs = [...byId("tabs").children];
        tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length]?.click();
        event.preventDefault();
    }

    // Graph

    showGraph(answer, range) {
        const key = JSON.stringify([this.state.service, this.state.type]);
        this.graph = layout(answer, key === this.key ? this.graph : null);
        this.key = key;
        this.fresh = true;
        this.functions = functionTable(this.graph);
        this.shown = `${clock(range.start)}–${clock(range.end)}`;
        this.usage.showPace();
        this.flame.show(this.graph);
        this.table.show(this.functions, this.graph.total);
        const none = this.graph.total === 0;
        byId("nothing").hidden = !none;
        if (none) this.showNothing();
        byId("status-total").textContent = none ? "" : this.totals().join(" · ");
        this.showFamilies();
        this.showHidden();
        this.applyView();
    }

    /** How much of the answer is in `other`, and the way to see it. */
    showHidden() {
        const other = this.functions.find(({ name }) => name === "other");
        const more = Number(this.state.nodes) < MOST_NODES;
        byId("more-frames").hidden = !other || !more;
        if (other) byId("more-frames").textContent = `${this.part(other.total)} in “other” · fetch deeper`;
    }

    showFamilies() {
        const sums = familySums(this.functions);
        byId("status-families").replaceChildren(
            ...Object.entries(familyNames).filter(([family]) => sums.get(family)).map(([family, name]) =>
                make(
                    "span",
                    {},
                    make("i", { class: `swatch slot-${slotOfFamily(family)}` }),
                    `${name} `,
                    make("b", {}, this.part(sums.get(family))),
                )
            ),
        );
    }

    showNothing() {
        const { service, type, filter, brush } = this.state;
        const when = rangeName(this.state).toLowerCase();
        const action = (text, change) =>
            make("button", { class: "button", onclick: () => this.go(change) }, text);
        byId("nothing").replaceChildren(
            make("h2", {}, "No stacks match"),
            make(
                "p",
                {},
                `${service}${filter ? ` with ${filter}` : ""} has no ${
                    type ? typeName(type) : ""
                } profiles in ${when ? `the ${when}` : "this range"}.`,
            ),
            make(
                "div",
                { class: "actions" },
                filter ? action("Remove the filter", { filter: "" }) : "",
                brush ? action("Whole range", { brush: "" }) : "",
                action("Widen to 24 hours", { from: "now-24h", until: "now", brush: "" }),
            ),
        );
    }

    // What the state says

    applyView() {
        const { view, search, root, fn } = this.state;
        byId("split").dataset.view = view;
        for (const button of document.querySelectorAll("button[data-view]")) {
            button.setAttribute("aria-pressed", String(button.dataset.view === view));
        }
        if (byId("search").value !== search) byId("search").value = search;
        if (search !== this.flame.term || this.fresh) {
            const covered = this.flame.search(search);
            byId("search-share").textContent = covered === null ? "" : share(covered);
            byId("search-share").title = covered === null
                ? ""
                : `${this.flame.found.length.toLocaleString()} frames in ${share(covered)} of the stacks`;
        }
        this.table.apply(this.state);
        this.applySelection(fn);
        this.applyZoom(root);
        this.showCrumbs();
        this.fresh = false;
    }

    applySelection(name) {
        const fn = name ? this.functions.find((one) => one.name === name) ?? null : null;
        const { selected } = this.flame;
        const at = selected && this.graph.names[this.graph.rows[selected[0]].id[selected[1]]];
        if (fn && at !== name) this.flame.select(fn.box);
        if (!fn && selected && selected[0] > 0) this.flame.select(null);
        document.body.classList.toggle("has-selection", Boolean(fn));
        const key = `${name}\n${this.flame.selected}`;
        if (!this.fresh && key === this.drawerKey) return;
        this.drawerKey = key;
        const { graph, functions, usage } = this;
        const level = kindOf(this.state.type) === "level";
        const page = {
            graph,
            functions,
            pace: usage.pace,
            level,
            amountOf: (value) => this.amountOf(value),
            title: `${this.state.service} · ${this.state.type ? typeName(this.state.type) : ""}`,
        };
        this.drawer.show(page, fn && { fn, box: this.flame.selected });
        byId("spoken").textContent = fn ? this.describe(this.flame.about(this.flame.selected)) : "";
    }

    applyZoom(root) {
        if (root === this.zoomedTo && !this.fresh) return;
        const box = root ? findPath(this.graph, ["total", ...root.split(PATH_SEPARATOR)]) : null;
        if (box) this.flame.zoomTo(box);
        else if (this.zoomedTo || root) this.flame.zoomOut();
        this.zoomedTo = root;
    }

    showCrumbs() {
        const path = this.state.root ? this.state.root.split(PATH_SEPARATOR) : [];
        const crumb = (name, steps, last) =>
            make("button", {
                class: "crumb",
                title: name,
                "aria-current": last ? "true" : undefined,
                onclick: () => this.go({ root: path.slice(0, steps).join(PATH_SEPARATOR) }),
            }, steps ? splitName(name)[1] : name);
        const shown = path.length > 3 ? path.slice(-2) : path;
        const skipped = path.length - shown.length;
        const parts = [crumb("All stacks", 0, !path.length)];
        if (skipped) {
            parts.push(
                icon("right", 12),
                make("span", { class: "quiet", title: path.slice(0, skipped).join("\n") }, `${skipped} more`),
            );
        }
        shown.forEach((name, i) =>
            parts.push(icon("right", 12), crumb(name, skipped + i + 1, i === shown.length - 1))
        );
        byId("crumbs").replaceChildren(...parts);
    }

    // Events of the views

    chosen(frame, zoom) {
        if (!frame || frame.level === 0) return this.go({ fn: "", ...(zoom ? { root: "" } : {}) });
        if (frame.name === this.state.fn && zoom === undefined) this.applySelection(frame.name);
        this.go({ fn: frame.name, ...(zoom ? { root: this.rootOf(zoom) } : {}) });
        this.applySelection(frame.name);
    }

    describe({ name, self, total, level }) {
        const family = familyNames[familyOf(name)];
        return [
            splitName(name)[1],
            family?.toLowerCase(),
            `self ${this.part(self)}`,
            `total ${this.part(total)}`,
            `level ${level}`,
        ].filter(Boolean).join(", ");
    }

    hovered(what, event) {
        this.table.hover(what?.name ?? "");
        if (!what) return tip(null);
        const value = (number) => [make("td", {}, this.amountOf(number)), make("td", {}, this.part(number))];
        if (!what.name) {
            return tip([
                make("b", {}, `${what.count.toLocaleString()} small frames, ${this.part(what.total)}`),
                make("p", { class: "quiet" }, "Click to zoom in on them."),
            ], event);
        }
        const [pack, rest] = what.level ? splitName(what.name) : ["", "All stacks"];
        tip([
            pack ? make("small", {}, pack) : "",
            make("b", {}, rest),
            make(
                "table",
                {},
                make(
                    "tbody",
                    {},
                    make("tr", {}, make("th", {}, "Total"), ...value(what.total)),
                    make("tr", {}, make("th", {}, "Self"), ...value(what.self)),
                ),
            ),
            make(
                "p",
                { class: "foot" },
                [
                    familyNames[familyOf(what.name)],
                    `level ${what.level}`,
                    what.kids === 1 ? "calls 1" : `calls ${what.kids}`,
                ].filter(Boolean).join(" · "),
            ),
        ], event);
    }

    stepBack() {
        if (this.state.search) this.go({ search: "" });
        else if (this.state.root) this.go({ root: "" });
        else if (this.state.fn) this.go({ fn: "" });
        else this.flame.zoomOut();
    }

    closeDrawer() {
        if (this.state.fn && matchMedia("(max-width: 1180px)").matches) this.go({ fn: "" });
        else this.toggleDrawer(false);
        byId("flame").focus();
    }

    toggleDrawer(open = document.body.classList.contains("drawer-closed")) {
        document.body.classList.toggle("drawer-closed", !open);
        byId("drawer-toggle").setAttribute("aria-pressed", String(open));
        localStorage.setItem("hearth.drawer", open ? "open" : "closed");
    }

    banner(text, more = "", retry = null, kind = "") {
        byId("banner").hidden = !text;
        byId("banner").className = `banner ${kind}`;
        byId("banner").replaceChildren(
            ...(text
                ? [
                    icon("alert"),
                    make("span", { class: "grow" }, make("b", {}, text), more ? ` ${more}` : ""),
                    retry ? make("button", { class: "button small", onclick: () => retry() }, "Retry") : "",
                ]
                : []),
        );
    }
}
