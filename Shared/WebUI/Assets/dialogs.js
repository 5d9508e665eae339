// SPDX-License-Identifier: Apache-2.0
// The two dialogs: which tenant, and the map of the keys.
import { byId, make } from "./dom.js";

const keys = [
    ["Flame graph", [
        ["↑ ↓ ← →", "parent, child, siblings"],
        ["Enter", "zoom to the selected frame"],
        ["Esc", "step back: selection, search, zoom"],
        ["0", "show everything"],
        ["+ −", "zoom"],
        ["⇧ ← →", "pan"],
        ["wheel", "scroll; with Ctrl or ⌘ zoom"],
    ]],
    ["Page", [
        ["/", "search frames"],
        ["n N", "next, previous match"],
        ["f", "label filter"],
        ["t", "time range"],
        ["1 2 3", "both, flame graph, table"],
        ["d", "drawer"],
        ["[ ]", "earlier, later"],
        ["y", "copy link"],
        ["⇧R", "refresh"],
        ["u U", "undo, redo"],
        ["?", "this list"],
    ]],
    ["Timeline", [
        ["drag", "look at a part of the range"],
        ["← →", "move the brush; with ⇧ by ten steps"],
        ["+ −", "make it longer, shorter"],
        ["Enter", "zoom in"],
        ["Esc", "whole range"],
    ]],
];

/** Fills the list of keys; it opens with "?" and the button. */
export function prepareHelp() {
    byId("keys").replaceChildren(...keys.map(([title, rows]) =>
        make(
            "section",
            {},
            make("h3", {}, title),
            make(
                "dl",
                {},
                ...rows.flatMap(([key, text]) => [
                    make(
                        "dt",
                        {},
                        ...key.split(" ").map((one) => make("kbd", {}, one)),
                    ),
                    make("dd", {}, text),
                ]),
            ),
        )
    ));
    byId("help").addEventListener("click", () => byId("help-dialog").showModal());
    byId("help-close").addEventListener("click", () => byId("help-dialog").close());
}

/** Asks for a tenant's name; `chosen` gets it. Kept in the tab, offered again in the browser. */
export class TenantDialog {
    constructor(chosen) {
        this.chosen = chosen;
        this.dialog = byId("tenant-dialog");
        byId("tenant-form").addEventListener("submit", (event) => {
            event.preventDefault();
            this.take(byId("tenant-name").value.trim());
        });
        byId("tenant").addEventListener("click", () => this.ask());
    }

    get used() {
        return (localStorage.getItem("hearth.tenants") ?? "").split("\n").filter(Boolean);
    }

    ask(message = "") {
        byId("tenant-error").textContent = message;
        byId("tenant-used").replaceChildren(
            ...this.used.map((name) =>
                make("button", { class: "chip", type: "button", onclick: () => this.take(name) }, name)
            ),
        );
        byId("tenant-before").hidden = this.used.length === 0;
        if (!this.dialog.open) this.dialog.showModal();
        byId("tenant-name").focus();
    }

    take(name) {
        if (!name) {
            byId("tenant-error").textContent = "The name is missing.";
            return;
        }
        localStorage.setItem(
            "hearth.tenants",
            [name, ...this.used.filter((one) => one !== name)].slice(0, 5).join("\n"),
        );
        this.dialog.close();
        this.chosen(name);
    }

    /** The button in the bar is there once a tenant is known. */
    show(name) {
        byId("tenant").hidden = !name;
        byId("tenant-label").textContent = name;
        byId("tenant-name").value = name;
    }
}
