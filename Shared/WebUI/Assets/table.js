// SPDX-License-Identifier: Apache-2.0
// Functions by self and total; only the rows in view exist.
import { byId, make, token } from "./dom.js";
import { share } from "./format.js";
import { functionName } from "./parts.js";

/** The table of functions; `events`: chosen(function, zooms), sorted(key). */
export class FunctionTable {
    constructor(events) {
        Object.assign(this, {
            events,
            rows: [],
            shown: [],
            total: 1,
            sort: "self",
            selected: "",
            term: "",
            hovered: "",
        });
        this.body = byId("functions");
        this.scroll = byId("table-scroll");
        this.scroll.addEventListener("scroll", () => this.render());
        this.scroll.addEventListener("keydown", (event) => this.key(event));
        new ResizeObserver(() => this.render()).observe(this.scroll);
        for (const button of document.querySelectorAll("[data-sort]")) {
            button.addEventListener("click", () => this.press(button.dataset.sort));
        }
    }

    get rowHeight() {
        return parseFloat(token("--row-h")) || 28;
    }

    show(rows, total) {
        this.rows = rows;
        this.total = total || 1;
        this.arrange();
    }

    /** A second press on the same column turns the order round. */
    press(column) {
        this.events.sorted(this.sort === column ? `-${column}` : column);
        this.scroll.scrollTop = 0;
    }

    /** Takes sort, search and selection from the state; a new selection scrolls into view. */
    apply({ sort, search, fn }) {
        const moved = fn !== this.selected;
        const term = search.trim().toLowerCase();
        const changed = sort !== this.sort || term !== this.term;
        Object.assign(this, { sort, term, selected: fn });
        if (changed) this.arrange();
        else this.render();
        if (moved && fn) this.reveal();
    }

    /** Gives the row of a function that is hovered in the graph the hover fill. */
    hover(name) {
        if (name === this.hovered) return;
        this.hovered = name;
        for (const row of this.body.children) {
            row.classList.toggle("hovered", Boolean(name) && row.title === name);
        }
    }

    arrange() {
        const rows = this.term
            ? this.rows.filter((row) => row.name.toLowerCase().includes(this.term))
            : [...this.rows];
        const key = this.sort.replace("-", "");
        const turn = this.sort.startsWith("-") ? -1 : 1;
        this.shown = rows.sort((a, b) =>
            turn * (key === "name" ? a.name.localeCompare(b.name) : b[key] - a[key] || b.total - a.total)
        );
        this.most = this.rows.reduce((most, row) => Math.max(most, row[key] || 0), 0) || 1;
        for (const button of document.querySelectorAll("[data-sort]")) {
            const head = button.closest("th");
            if (button.dataset.sort !== key) head.removeAttribute("aria-sort");
            else {head.setAttribute(
                    "aria-sort",
                    (key === "name") === (turn === 1) ? "ascending" : "descending",
                );}
        }
        byId("table").setAttribute("aria-rowcount", String(this.shown.length + 1));
        byId("no-match").hidden = this.shown.length > 0 || !this.term;
        this.render();
    }

    reveal() {
        const index = this.shown.findIndex(({ name }) => name === this.selected);
        if (index < 0) return;
        const head = 30;
        const top = index * this.rowHeight;
        const room = this.scroll.clientHeight - head;
        if (top < this.scroll.scrollTop || top + this.rowHeight > this.scroll.scrollTop + room) {
            this.scroll.scrollTop = Math.max(0, top - room / 2);
        }
    }

    render() {
        const tall = this.rowHeight;
        const first = Math.max(0, Math.min(this.shown.length, Math.floor(this.scroll.scrollTop / tall) - 8));
        const last = Math.min(this.shown.length, first + Math.ceil(this.scroll.clientHeight / tall) + 16);
        const spacer = (height) => {
            const row = make(
                "tr",
                { class: "spacer", role: "presentation" },
                make("td", { colspan: "3", role: "presentation" }),
            );
            row.firstChild.style.height = `${height}px`;
            return row;
        };
        this.body.replaceChildren(
            spacer(first * tall),
            ...this.shown.slice(first, last).map((row, i) => this.row(row, first + i)),
            spacer((this.shown.length - last) * tall),
        );
    }

    row(fn, index) {
        const { name, self, total } = fn;
        const cell = (key, value) => {
            const td = make("td", { class: "number" });
            const width = (58 * value) / this.most;
            if (this.sort.replace("-", "") === key && width >= 2) {
                const fill = make("i", { class: "cell-bar" });
                fill.style.width = `${width}px`;
                td.append(fill);
            }
            td.append(make("span", {}, share(value / this.total)));
            return td;
        };
        const row = make(
            "tr",
            {
                title: name,
                "aria-selected": String(name === this.selected),
                "aria-rowindex": index + 2,
                class: name === this.hovered ? "hovered" : undefined,
            },
            make("td", {}, functionName(name)),
            cell("self", self),
            cell("total", total),
        );
        row.addEventListener("click", () => this.events.chosen(fn, false));
        row.addEventListener("dblclick", () => this.events.chosen(fn, true));
        return row;
    }

    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.scroll) return;
        const at = this.shown.findIndex(({ name }) => name === this.selected);
        const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.shown.length - 1 };
        const next = this.shown[steps[event.key]];
        if (next) this.events.chosen(next, false);
        else if (event.key === "Enter" && at >= 0) this.events.chosen(this.shown[at], true);
        else return;
        event.preventDefault();
    }
}
