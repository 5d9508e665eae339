// SPDX-License-Identifier: Apache-2.0
// What the page looks at, kept in the URL: a link shows the same thing, Back is undo.

const defaults = {
    service: "",
    type: "",
    filter: "",
    from: "now-1h",
    until: "now",
    brush: "",
    group: "",
    view: "both",
    search: "",
    root: "",
    fn: "",
    sort: "self",
    nodes: "65536",
    tenant: "",
};

/** Changing only these needs no new answer from the server. */
export const viewKeys = new Set(["view", "search", "root", "fn", "sort"]);

/** The state in the address bar. */
export function readState() {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, query.get(key) ?? value]));
}

/** The address of a state, relative to where the page is served. */
export function addressOf(state) {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(state)) {
        if (value !== defaults[key] && value !== "") query.set(key, value);
    }
    const theme = new URLSearchParams(location.search).get("theme");
    if (theme) query.set("theme", theme);
    const text = query.toString();
    return text ? `${location.pathname}?${text}` : location.pathname;
}

/** The stack of undo: the browser's history, in which each entry knows its place. */
export class Trail {
    constructor(changed) {
        this.changed = changed;
        this.at = history.state?.at ?? 0;
        this.last = this.at;
        if (history.state === null) history.replaceState({ at: 0 }, "");
    }

    /** Follows Back and Forward; returns where the address now is. */
    moved(event) {
        this.at = event.state?.at ?? 0;
        this.changed();
    }

    write(state, push) {
        const url = addressOf(state);
        if (url === location.pathname + location.search) return;
        if (push) {
            this.at += 1;
            this.last = this.at;
        }
        history[push ? "pushState" : "replaceState"]({ at: this.at }, "", url);
        this.changed();
    }

    get canUndo() {
        return this.at > 0;
    }
    get canRedo() {
        return this.at < this.last;
    }
}
