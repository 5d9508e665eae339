// SPDX-License-Identifier: Apache-2.0
// Building the page: only textContent and classes, so that no name from a profile can become markup.

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

const paths = {
  search: ["M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0", "m10.5 10.5 3 3"],
  filter: ["M2.5 3.5h11L9.5 8.5v4l-3-1.5V8.5z"],
  clock: ["M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0", "M8 5v3.2l2 1.3"],
  refresh: ["M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.8V6H9.8"],
  link: ["M6.5 9.5a3 3 0 0 0 4.2 0l2-2a3 3 0 0 0-4.2-4.2l-.8.8M9.5 6.5a3 3 0 0 0-4.2 0l-2 2a3 3 0 0 0 4.2 4.2l.8-.8"],
  theme: ["M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0", "M8 2.5a5.5 5.5 0 0 1 0 11z"],
  close: ["m4 4 8 8M12 4l-8 8"],
  right: ["m6 4 4 4-4 4"],
  copy: ["M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5", "M3.5 10.5h-1v-8h8v1"],
};

/** One of our 16 px icons. */
export function icon(name, size = 16) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const attributes = {
    width: size, height: size, viewBox: "0 0 16 16", fill: "none", stroke: "currentColor",
    "stroke-width": "1.4", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of paths[name]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
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

/** Calls `draw` now, when the canvas's parent changes size, and when the theme changes. */
export function keepDrawn(canvas, draw) {
  new ResizeObserver(draw).observe(canvas.parentElement);
  addEventListener("themechange", draw);
  draw();
}

/** A message at the bottom right that goes by itself. */
export function toast(text) {
  const node = make("div", { class: "toast" }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), 5000);
}

/** Shows rows of [label, value] under a title next to the pointer; null hides. */
export function tip(title, rows, event) {
  const node = byId("tip");
  node.hidden = title === null;
  if (title === null) return;
  node.replaceChildren(
    make("b", {}, title),
    make("dl", {}, ...rows.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)])),
  );
  const box = node.getBoundingClientRect();
  let x = event.clientX + 14;
  let y = event.clientY + 16;
  if (x + box.width > innerWidth - 8) x = event.clientX - box.width - 12;
  if (y + box.height > innerHeight - 8) y = event.clientY - box.height - 12;
  node.style.transform = `translate(${Math.max(8, x)}px, ${Math.max(8, y)}px)`;
}
