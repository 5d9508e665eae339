// SPDX-License-Identifier: Apache-2.0
// Usage over time: the timeline with its groups and legend, and the mean that the rest of the page quotes.
import { meanOf, stacked, Timeline } from "./charts.js";
import { byId, make } from "./dom.js";
import { axisLabel, pace, paceName, perStep, unitOf } from "./format.js";
import { brushOf, stepOf } from "./times.js";

/** `go(change)` changes the page's state; `state` is set before anything is shown. */
export class UsagePane {
    constructor(go) {
        Object.assign(this, { go, state: null, series: [], range: null, step: 15, mean: 0, pace: "" });
        this.timeline = new Timeline(byId("timeline"), {
            brushed: (brush, final) => {
                if (final) go({ brush: brush ? `${brush.start}-${brush.end}` : "" });
            },
            zoomed: ({ start, end }) => go({ from: String(start), until: String(end), brush: "" }),
        });
        byId("group").addEventListener("change", (event) => this.go({ group: event.target.value }));
    }

    showGroups(names) {
        const { group } = this.state;
        const all = group && !names.includes(group) ? [...names, group] : names;
        byId("group").replaceChildren(
            ...["", ...all].map((name) =>
                make("option", { value: name, selected: name === group }, name || "nothing")
            ),
        );
    }

    /** Map of service to {values, mean} for the rail. */
    perService({ type, series }, range) {
        const step = stepOf(range);
        const inSteps = (one) =>
            stacked([one], () => "", range, step, (value) => perStep(value, type, step))[0].values;
        return new Map(series.map((one) => {
            const values = inSteps(one);
            return [one.labels.service_name, { values, mean: meanOf(values) }];
        }));
    }

    showTimeline(groups, range) {
        const { type, group } = this.state;
        const step = stepOf(range);
        this.series = stacked(
            groups,
            (labels) => (group ? labels[group] || "(none)" : ""),
            range,
            step,
            (value) => perStep(value, type, step),
        );
        this.range = range;
        this.step = step;
        this.timeline.show({
            series: this.series,
            range,
            step,
            brush: brushOf(this.state),
            label: (value) => pace(value, type),
            axisLabel: (value) => axisLabel(value, type),
            base: unitOf(type) === "bytes" ? 1024 : 10,
        });
        byId("timeline-unit").textContent = paceName(type);
        const row = ({ name, values, colour }) =>
            make(
                "li",
                {},
                make(
                    "button",
                    {
                        title: name,
                        onmouseenter: () => this.timeline.lift(name),
                        onmouseleave: () => this.timeline.lift(null),
                        onfocus: () => this.timeline.lift(name),
                        onblur: () => this.timeline.lift(null),
                        onclick: () => this.filterTo(name),
                    },
                    make("i", { class: `swatch chart${colour.slice(7)}` }),
                    make("b", {}, name),
                    make("span", {}, pace(meanOf(values), type)),
                ),
            );
        byId("legend").replaceChildren(...(group ? [...this.series].reverse().map(row) : []));
        byId("legend-total").hidden = Boolean(group);
        this.showPace();
    }

    /** Adds the clicked group as a filter. */
    filterTo(name) {
        const { group, filter } = this.state;
        if (this.series.find((one) => one.name === name)?.rest || name === "(none)") return;
        this.go({
            filter: [filter.trim(), `${group}=${JSON.stringify(name)}`].filter(Boolean).join(", "),
            group: "",
        });
    }

    /** The mean over the range, or over the brushed part of it. */
    showPace() {
        if (!this.range) return;
        const brush = brushOf(this.state);
        const at = (t) => Math.round((t - this.range.start) / (1000 * this.step));
        const count = this.series[0]?.values.length ?? 0;
        const sums = Array.from(
            { length: count },
            (_, i) => this.series.reduce((sum, { values }) => sum + values[i], 0),
        );
        const part = brush ? sums.slice(Math.max(0, at(brush.start)), at(brush.end) + 1) : sums;
        const peak = part.reduce((most, value) => Math.max(most, value), 0);
        this.mean = meanOf(part);
        this.pace = pace(this.mean, this.state.type);
        byId("timeline-total").textContent = this.pace;
        byId("timeline-note").textContent = peak
            ? `peak ${pace(peak, this.state.type)}, ${this.step}\u202fs steps`
            : "";
    }
}
