// SPDX-License-Identifier: Apache-2.0
// Functions by self and total; only the rows in view exist.
import { byId, make, token } from "./dom.js";
import { share } from "./format.js";
import { slotOf, splitName } from "./names.js";

const ROW = 28;

/** The table of functions; `chosen` is called with a function's name. */
export class FunctionTable {
  constructor(chosen) {
    Object.assign(this, { chosen, rows: [], shown: [], total: 1, sort: "self", selected: null, term: "" });
    this.body = byId("functions");
    this.scroll = byId("table-scroll");
    this.scroll.addEventListener("scroll", () => this.render());
    new ResizeObserver(() => this.render()).observe(this.scroll);
    addEventListener("themechange", () => this.render());
    for (const button of document.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => this.sortBy(button.dataset.sort));
    }
  }

  show(rows, total) {
    this.rows = rows;
    this.total = total || 1;
    this.arrange();
  }

  sortBy(key) {
    this.sort = key;
    for (const button of document.querySelectorAll("[data-sort]")) {
      const head = button.closest("th");
      if (button.dataset.sort !== key) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", key === "name" ? "ascending" : "descending");
    }
    this.scroll.scrollTop = 0;
    this.arrange();
  }

  filter(term) {
    this.term = term.trim().toLowerCase();
    this.arrange();
  }

  select(name) {
    this.selected = name;
    this.render();
  }

  arrange() {
    const rows = this.term ? this.rows.filter((row) => row.name.toLowerCase().includes(this.term)) : [...this.rows];
    const key = this.sort;
    this.shown = rows.sort((a, b) => (key === "name" ? a.name.localeCompare(b.name) : b[key] - a[key] || b.total - a.total));
    this.render();
  }

  render() {
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - 8);
    const last = Math.min(this.shown.length, first + Math.ceil(this.scroll.clientHeight / ROW) + 16);
    const spacer = (height) => {
      const row = make("tr", { class: "spacer", "aria-hidden": "true" }, make("td", { colspan: "3" }));
      row.firstChild.style.height = `${height}px`;
      return row;
    };
    this.body.replaceChildren(
      spacer(first * ROW),
      ...this.shown.slice(first, last).map((row) => this.row(row)),
      spacer((this.shown.length - last) * ROW),
    );
  }

  row({ name, self, total }) {
    const [pack, rest] = splitName(name);
    const swatch = make("i", { class: "swatch" });
    const slot = slotOf(name);
    swatch.style.background = slot < 0 ? token("--flame-other") : token(`--flame-${slot}`);
    const most = this.shown[0]?.[this.sort] || 1;
    const cell = (key, value) => {
      const td = make("td", { class: "number" });
      if (this.sort === key) {
        const bar = make("i", { class: "cell-bar" });
        bar.style.width = `${Math.min(100, (100 * value) / most)}%`;
        td.append(bar);
      }
      td.append(make("span", {}, share(value / this.total)));
      return td;
    };
    return make(
      "tr",
      { "aria-selected": name === this.selected ? "true" : "false", title: name, onclick: () => this.chosen(name) },
      make("td", {}, make("span", { class: "function" }, swatch, pack ? make("span", { class: "package" }, `${pack}.`) : "", make("b", {}, rest))),
      cell("self", self),
      cell("total", total),
    );
  }
}
