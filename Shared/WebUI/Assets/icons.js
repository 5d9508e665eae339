// SPDX-License-Identifier: Apache-2.0
// Our icons: 16 px, one stroke of 1.4, round caps.

const paths = {
    search: ["M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0", "m10.5 10.5 3 3"],
    filter: ["M2.5 3.5h11L9.5 8.5v4l-3-1.5V8.5z"],
    clock: ["M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0", "M8 5v3.2l2 1.3"],
    refresh: ["M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.8V6H9.8"],
    link: [
        "M6.5 9.5a3 3 0 0 0 4.2 0l2-2a3 3 0 0 0-4.2-4.2l-.8.8M9.5 6.5a3 3 0 0 0-4.2 0l-2 2a3 3 0 0 0 4.2 4.2l.8-.8",
    ],
    theme: ["M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0", "fill M8 2.5a5.5 5.5 0 0 1 0 11z"],
    close: ["m4 4 8 8M12 4l-8 8"],
    right: ["m6 4 4 4-4 4"],
    down: ["m4 6 4 4 4-4"],
    check: ["m3.5 8.5 3 3 6-7"],
    alert: ["M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1"],
    undo: ["M5.5 3 3 5.5 5.5 8M3 5.5h6a3.5 3.5 0 0 1 0 7H6"],
    redo: ["M10.5 3 13 5.5 10.5 8M13 5.5H7a3.5 3.5 0 0 0 0 7h3"],
    help: ["M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0", "M6.3 6.4A1.7 1.7 0 1 1 8 8.3v.6M8 11v.1"],
    focus: ["M2.5 5.5v-3h3M13.5 5.5v-3h-3M2.5 10.5v3h3M13.5 10.5v3h-3M6 8h4"],
    panel: ["M2.5 3h11v10h-11zM10 3v10"],
    list: ["M2.5 3h11v10h-11zM6 3v10"],
    tenant: ["M3 13.5v-9l5-2v11M8 6.5l5 1.5v5.5M2 13.5h12"],
    copy: [
        "M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5",
        "M3.5 10.5h-1v-8h8v1",
    ],
};

/** One of our icons ("fill" before a path fills it), hidden from screen readers: the control around it has the name. */
export function icon(name, size = 16) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const attributes = {
        width: size,
        height: size,
        viewBox: "0 0 16 16",
        fill: "none",
        stroke: "currentColor",
        "stroke-width": "1.4",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
        "aria-hidden": "true",
    };
    for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
    for (const d of paths[name]) {
        const path = document.createElementNS(space, "path");
        path.setAttribute("d", d.replace("fill ", ""));
        if (d.startsWith("fill ")) path.setAttribute("fill", "currentColor");
        svg.append(path);
    }
    return svg;
}
