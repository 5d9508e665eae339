// SPDX-License-Identifier: Apache-2.0
// Single keys for the whole page. They work only while nobody types and no dialog is open.

/** Calls the action of a key; views that handle a key themselves stop it before it gets here. */
export function listen(actions) {
    addEventListener("keydown", (event) => {
        if (
            event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey ||
            document.querySelector("dialog[open]")
        ) return;
        if (event.target.matches("input, select, textarea")) {
            if (event.key === "Escape") event.target.blur();
            return;
        }
        if (!Object.hasOwn(actions, event.key)) return;
        event.preventDefault();
        actions[event.key]();
    });
}
