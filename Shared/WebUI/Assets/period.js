// SPDX-License-Identifier: Apache-2.0
// The time picker: presets, a field that reads times as people write them, and two calendar fields.
import { byId, icon, make } from "./dom.js";
import { clock } from "./format.js";
import { parseRange, presets, rangeName, rangeOf } from "./times.js";

/** A button with a panel; `chosen` gets {from, until}. */
export class PeriodPicker {
    constructor(chosen) {
        Object.assign(this, { chosen, state: { from: "now-1h", until: "now" } });
        this.button = byId("time");
        this.panel = byId("time-panel");
        this.button.addEventListener("click", () => this.toggle());
        byId("time-text").addEventListener("keydown", (event) => {
            if (event.key === "Enter") this.typed();
        });
        byId("time-apply").addEventListener("click", () => this.apply());
        this.panel.addEventListener("keydown", (event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            this.toggle(false);
            this.button.focus();
        });
        addEventListener("pointerdown", (event) => {
            if (!this.panel.hidden && !event.target.closest("#time, #time-panel")) this.toggle(false);
        });
    }

    show(state) {
        this.state = state;
        const { start, end } = rangeOf(state);
        const name = rangeName(state);
        const long = new Date(start).toDateString() !== new Date(end).toDateString();
        byId("time-name").textContent = name || `${clock(start, long)} – ${clock(end, long)}`;
        byId("time-exact").textContent = name ? `${clock(start, long)} – ${clock(end)}` : "";
    }

    toggle(open = this.panel.hidden) {
        this.panel.hidden = !open;
        this.button.setAttribute("aria-expanded", String(open));
        if (!open) return;
        const local = (time) =>
            new Date(time - new Date(time).getTimezoneOffset() * 6e4).toISOString().slice(0, 19);
        const { start, end } = rangeOf(this.state);
        byId("from").value = local(start);
        byId("until").value = local(end);
        byId("time-error").textContent = "";
        byId("time-text").value = "";
        byId("time-zone").textContent = `Times in ${
            Intl.DateTimeFormat().resolvedOptions().timeZone || "local time"
        }`;
        byId("time-presets").replaceChildren(...presets.map(([from, text]) => {
            const current = this.state.until === "now" && this.state.from === from;
            return make(
                "button",
                { "aria-pressed": String(current), onclick: () => this.finish({ from, until: "now" }) },
                text,
                current ? icon("check", 14) : "",
            );
        }));
        byId("time-text").focus();
    }

    typed() {
        const range = parseRange(byId("time-text").value);
        if (range) return this.finish(range);
        byId("time-error").textContent =
            "Not a time range. Try “6h”, “10:00 to 12:30” or “mon 10:00 to thu 12:30”.";
    }

    apply() {
        if (byId("time-text").value.trim()) return this.typed();
        const from = new Date(byId("from").value).getTime();
        const until = new Date(byId("until").value).getTime();
        if (from < until) return this.finish({ from: String(from), until: String(until) });
        byId("time-error").textContent = "The range has to end after it begins.";
    }

    finish(range) {
        this.toggle(false);
        this.button.focus();
        this.chosen(range);
    }
}
