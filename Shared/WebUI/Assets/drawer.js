// SPDX-License-Identifier: Apache-2.0
// The drawer: what is known of the selected function, or of everything while none is selected.
import { bar, byId, copyText, icon, make } from "./dom.js";
import { share } from "./format.js";
import { coverage, neighbours, pathOf } from "./layout.js";
import { familyNames, familyOf, slotOfFamily, splitName } from "./names.js";
import { figure, functionName } from "./parts.js";

const ROWS = 8;

/** `events`: chosen(name), zoomed(box), searched(name), closed(). */
export class Drawer {
    constructor(events) {
        Object.assign(this, { events, more: new Set() });
        this.node = byId("drawer");
        this.node.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            this.events.closed();
        });
    }

    /** `page`: {graph, functions, amountOf, unit}; `selected`: {fn, box} or null. */
    show(page, selected) {
        const key = selected?.fn.name ?? "";
        if (key !== this.key) this.more.clear();
        Object.assign(this, { page, selected, key });
        const parts = selected ? this.functionParts(selected) : this.overviewParts();
        const top = this.node.scrollTop;
        // What had the focus goes away with the old content: reading goes on at the title.
        const inside = this.node.contains(document.activeElement);
        this.node.replaceChildren(...parts);
        if (inside) this.node.querySelector(".drawer-name").focus();
        this.node.scrollTop = key === this.shownKey ? top : 0;
        this.shownKey = key;
        this.node.setAttribute("aria-label", selected ? "Selected function" : "All stacks");
    }

    header(pack, title, ...actions) {
        return make(
            "header",
            {},
            make(
                "div",
                { class: "drawer-title" },
                make(
                    "div",
                    { class: "grow" },
                    make("div", { class: "drawer-package" }, pack),
                    make("h2", { class: "drawer-name", tabindex: "-1" }, title),
                ),
                make("button", {
                    class: "button ghost square small",
                    "aria-label": "Close",
                    title: "Close (Esc)",
                    onclick: () => this.events.closed(),
                }, icon("close")),
            ),
            actions.length ? make("div", { class: "drawer-actions" }, ...actions) : "",
        );
    }

    functionParts({ fn, box }) {
        const { graph, amountOf } = this.page;
        const [pack, rest] = splitName(fn.name);
        const total = graph.total || 1;
        const { callers, callees } = neighbours(graph, fn.id);
        const stack = pathOf(graph, box).slice(1);
        const action = (name, text, title, run) =>
            make("button", { class: "button small", title, onclick: run }, icon(name, 14), text);
        return [
            this.header(
                pack || familyNames[familyOf(fn.name)] || "",
                rest,
                action("focus", "Zoom", "Zoom to this frame (Enter)", () => this.events.zoomed(box)),
                action("search", "Find all", "Search for this function", () => this.events.searched(fn.name)),
                action(
                    "copy",
                    "Stack",
                    "Copy the stack, leaf first",
                    () => copyText([...stack].reverse().join("\n"), "Stack copied."),
                ),
            ),
            make(
                "section",
                { class: "figures" },
                figure("Self", share(fn.self / total), amountOf(fn.self)),
                figure("Total", share(fn.total / total), amountOf(fn.total)),
            ),
            this.list("Callers", callers, fn.total, "Nothing calls it: it is the root of its stacks."),
            this.list("Callees", callees, fn.total, "It calls nothing that was sampled.", fn.self),
            this.stackPart(stack),
        ];
    }

    list(title, entries, whole, none, self = 0) {
        const { graph } = this.page;
        const all = this.more.has(title);
        const known = new Map(this.page.functions.map((fn) => [fn.id, fn]));
        const rows = entries.slice(0, all ? 200 : ROWS).map(([id, value]) => {
            const name = id === graph.rows[0].id[0] ? "the root of the stack" : graph.names[id];
            const children = [
                id === graph.rows[0].id[0]
                    ? make("span", { class: "function quiet" }, name)
                    : functionName(name),
                bar(value / (whole || 1), familyOf(name) === "app" ? "own" : ""),
                make("span", { class: "number" }, share(Math.min(1, value / (whole || 1)))),
            ];
            return known.has(id)
                ? make("button", {
                    class: "row",
                    title: name,
                    onclick: () => this.events.chosen(known.get(id)),
                }, ...children)
                : make("div", { class: "row" }, ...children);
        });
        if (self > 0 && entries.length) {
            rows.push(
                make(
                    "div",
                    { class: "row" },
                    make("span", { class: "function quiet" }, "itself"),
                    bar(self / (whole || 1)),
                    make("span", { class: "number" }, share(self / (whole || 1))),
                ),
            );
        }
        if (entries.length > rows.length && !all) {
            rows.push(make("button", {
                class: "row more",
                onclick: () => {
                    this.more.add(title);
                    this.show(this.page, this.selected);
                },
            }, `${entries.length - ROWS} more`));
        }
        return make(
            "section",
            {},
            make("h3", {}, title, make("span", {}, entries.length || "")),
            rows.length ? make("div", { class: "rows" }, ...rows) : make("p", { class: "quiet" }, none),
        );
    }

    stackPart(stack) {
        const shown = this.more.has("Stack") ? stack : stack.slice(-6);
        const rows = [...shown].reverse().map((name, i) => {
            const fn = this.page.functions.find((one) => one.name === name);
            return make("button", {
                class: "row plain",
                title: name,
                "aria-current": i === 0 ? "true" : undefined,
                onclick: () => fn && this.events.chosen(fn),
            }, functionName(name));
        });
        if (shown.length < stack.length) {
            rows.push(make("button", {
                class: "row more",
                onclick: () => {
                    this.more.add("Stack");
                    this.show(this.page, this.selected);
                },
            }, `${stack.length - shown.length} more up to the root`));
        }
        return make(
            "section",
            {},
            make("h3", {}, "Stack, leaf first", make("span", {}, `${stack.length} deep`)),
            make("div", { class: "rows" }, ...rows),
        );
    }

    overviewParts() {
        const { graph, functions, amountOf, title, pace, level } = this.page;
        const total = graph.total || 1;
        const families = familySums(functions);
        const other = functions.find(({ name }) => name === "other");
        const own = functions.filter(({ name }) => familyOf(name) === "app");
        const bySelf = functions.filter((fn) => fn !== other).sort((a, b) => b.self - a.self);
        const byTotal = own.sort((a, b) => b.total - a.total);
        // Bars against the longest: the list ranks, the figure beside each says the share.
        const rows = (list, key) =>
            list.slice(0, ROWS).filter((fn) => fn[key] > 0).map((fn) =>
                make(
                    "button",
                    { class: "row", title: fn.name, onclick: () => this.events.chosen(fn) },
                    functionName(fn.name),
                    bar(fn[key] / (list[0][key] || 1), familyOf(fn.name) === "app" ? "own" : ""),
                    make("span", { class: "number" }, share(fn[key] / total)),
                )
            );
        if (!graph.total) return [this.header(title, "No stacks")];
        return [
            this.header(title, "All stacks"),
            make(
                "section",
                { class: "figures" },
                figure(
                    level ? "Average" : "Total",
                    pace || amountOf(graph.total),
                    pace && !level ? amountOf(graph.total) : "",
                ),
                figure(
                    "Under your code",
                    share(coverage(graph, graph.names.map((name) => familyOf(name) === "app"))),
                    `${functions.length.toLocaleString()} functions`,
                ),
            ),
            make(
                "section",
                {},
                make("h3", {}, "Whose code", make("span", {}, "self")),
                make(
                    "div",
                    { class: "rows" },
                    ...Object.entries(familyNames).filter(([key]) => families.get(key)).map(([key, name]) =>
                        make(
                            "div",
                            { class: "row" },
                            make(
                                "span",
                                { class: "function" },
                                make("i", { class: `swatch slot-${slotOfFamily(key)}` }),
                                make("b", {}, name),
                            ),
                            bar(families.get(key) / total, key === "app" ? "own" : ""),
                            make("span", { class: "number" }, share(families.get(key) / total)),
                        )
                    ),
                    other
                        ? make(
                            "div",
                            { class: "row" },
                            functionName("other"),
                            bar(other.total / total),
                            make("span", { class: "number" }, share(other.total / total)),
                        )
                        : "",
                ),
            ),
            make(
                "section",
                {},
                make("h3", {}, "Where the work happens", make("span", {}, "self")),
                make("div", { class: "rows" }, ...rows(bySelf, "self")),
            ),
            ...(byTotal.length
                ? [make(
                    "section",
                    {},
                    make("h3", {}, "Your code behind it", make("span", {}, "total")),
                    make("div", { class: "rows" }, ...rows(byTotal, "total")),
                )]
                : []),
        ];
    }
}

/** Self values per family of code. */
export function familySums(functions) {
    const sums = new Map();
    for (const { name, self } of functions) sums.set(familyOf(name), (sums.get(familyOf(name)) ?? 0) + self);
    return sums;
}
