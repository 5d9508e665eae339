// SPDX-License-Identifier: Apache-2.0
// The list of services with what each costs and how that went.
import { reported } from "./charts.js";
import { byId, make } from "./dom.js";
import { pace, typeName } from "./format.js";

const SPARK = { width: 100, height: 22 };

/** Draws the rail; `chosen` is called with a service name. */
export class Rail {
    constructor(chosen) {
        Object.assign(this, { chosen, services: new Map(), usage: new Map(), current: "", type: "" });
        byId("service-find").addEventListener("input", () => this.render());
        byId("services").addEventListener("keydown", (event) => this.key(event));
        byId("rail-toggle").addEventListener("click", () => this.toggle());
        this.toggle(localStorage.getItem("hearth.rail") !== "closed", true);
    }

    /** Wide screens remember whether the rail is shown; on narrow ones it opens over the page. */
    toggle(open, first = false) {
        const narrow = matchMedia("(max-width: 1180px)").matches;
        const key = narrow ? "rail-over" : "rail-closed";
        const shown = narrow ? document.body.classList.contains(key) : !document.body.classList.contains(key);
        const now = first && narrow ? false : open ?? !shown;
        document.body.classList.toggle(key, narrow ? now : !now);
        byId("rail-toggle").setAttribute("aria-expanded", String(now));
        if (!narrow && !first) localStorage.setItem("hearth.rail", now ? "open" : "closed");
        if (narrow && now) byId("service-find").focus();
    }

    close() {
        document.body.classList.remove("rail-over");
        if (matchMedia("(max-width: 1180px)").matches) {
            byId("rail-toggle").setAttribute("aria-expanded", "false");
        }
    }

    /** `usage`: Map of service to {values, mean} of the type shown in the rail. */
    show({ services, usage, current, type }) {
        Object.assign(this, { services, usage, current, type });
        byId("service-count").textContent = `${services.size} reporting`;
        byId("rail-unit").textContent = type ? typeName(type) : "";
        this.render();
    }

    mark(current) {
        this.current = current;
        for (const button of byId("services").querySelectorAll("button")) {
            if (button.dataset.service === current) button.setAttribute("aria-current", "true");
            else button.removeAttribute("aria-current");
        }
    }

    render() {
        const term = byId("service-find").value.trim().toLowerCase();
        const focused = document.activeElement?.dataset?.service;
        const names = [...this.services.keys()].filter((name) => name.toLowerCase().includes(term));
        const mean = (name) => this.usage.get(name)?.mean ?? 0;
        names.sort((a, b) => mean(b) - mean(a) || a.localeCompare(b));
        byId("services").replaceChildren(...names.map((name) => this.item(name)));
        if (!names.length && term) {
            byId("services").append(make("li", { class: "quiet pad" }, `No service matches “${term}”.`));
        }
        if (focused) byId("services").querySelector(`[data-service="${CSS.escape(focused)}"]`)?.focus();
    }

    item(name) {
        const usage = this.usage.get(name);
        const types = this.services.get(name).length;
        return make(
            "li",
            {},
            make(
                "button",
                {
                    "data-service": name,
                    title: name,
                    "aria-current": name === this.current ? "true" : undefined,
                    onclick: () => this.chosen(name),
                },
                make(
                    "span",
                    { class: "service-line" },
                    make("b", {}, name),
                    make("span", { class: "number" }, usage ? pace(usage.mean, this.type) : ""),
                ),
                usage
                    ? spark(usage.values)
                    : make("small", {}, types === 1 ? "1 profile type" : `${types} profile types`),
            ),
        );
    }

    key(event) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step) return;
        const buttons = [...byId("services").querySelectorAll("button")];
        buttons[buttons.indexOf(document.activeElement) + step]?.focus();
        event.preventDefault();
    }
}

/** A line over its area as SVG: hundreds of them cost no canvas each, and they follow the theme by themselves. */
function spark(values) {
    const { width, height } = SPARK;
    const top = Math.max(...values, 0) * 1.08 || 1;
    const [first, end] = reported(values);
    const at = (value, i) =>
        [((first + i) / Math.max(1, values.length - 1)) * width, height - 1 - (value / top) * (height - 3)]
            .map((n) => n.toFixed(1)).join(",");
    const points = Array.from(values.slice(first, end), at);
    const line = points.join(" ");
    const edge = (point) => `${point.split(",")[0]},${height}`;
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", "spark");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    for (
        const [tag, corners] of [["polygon", `${edge(points[0])} ${line} ${edge(points.at(-1))}`], [
            "polyline",
            line,
        ]]
    ) {
        const shape = document.createElementNS(space, tag);
        shape.setAttribute("points", corners);
        svg.append(shape);
    }
    return svg;
}
