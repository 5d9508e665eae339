// SPDX-License-Identifier: Apache-2.0
// Building the page: only textContent and classes, so that no name from a profile can become markup.

export { icon } from "./icons.js";

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text nodes. */
export function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (key === "class") node.className = value;
        else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
        else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children);
    return node;
}

/** A colour or size token of the current theme. */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Sizes a canvas to its parent for the screen's pixels; returns the context and the size in CSS pixels. */
export function fit(canvas) {
    const box = canvas.parentElement.getBoundingClientRect();
    const width = Math.max(1, Math.floor(box.width));
    const height = Math.max(1, Math.floor(box.height));
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { context, width, height };
}

/** Calls `draw` when the canvas's parent changes size (so once at first) and when the theme changes. */
export function keepDrawn(canvas, draw) {
    new ResizeObserver(draw).observe(canvas.parentElement);
    addEventListener("themechange", draw);
}

/** A message at the bottom right that goes by itself. */
export function toast(text) {
    const node = make("div", { class: "toast" }, text);
    byId("toasts").append(node);
    setTimeout(() => node.remove(), 5000);
}

/** Copies text and says so; where the clipboard is closed (plain HTTP from another machine) it says that instead. */
export async function copyText(text, done) {
    try {
        await navigator.clipboard.writeText(text);
        toast(done);
    } catch {
        toast("The browser does not let this page use the clipboard.");
    }
}

/** A bar as wide as `part` of its track. */
export function bar(part, kind = "") {
    const fill = make("i", { class: kind });
    fill.style.width = `${Math.max(1.5, Math.min(100, 100 * part))}%`;
    return make("span", { class: "bar-track", "aria-hidden": "true" }, fill);
}

/** Shows `content` next to the pointer; null hides. */
export function tip(content, event) {
    const node = byId("tip");
    node.hidden = content === null;
    if (content === null) return;
    node.replaceChildren(...content);
    const box = node.getBoundingClientRect();
    let x = event.clientX + 14;
    let y = event.clientY + 16;
    if (x + box.width > innerWidth - 8) x = event.clientX - box.width - 12;
    if (y + box.height > innerHeight - 8) y = event.clientY - box.height - 12;
    node.style.transform = `translate(${Math.max(8, x)}px, ${Math.max(8, y)}px)`;
}
