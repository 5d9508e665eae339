// SPDX-License-Identifier: Apache-2.0
// What the page looks at, kept in the URL: a link shows the same thing, Back undoes.

const presets = [
  ["now-5m", "Last 5 minutes"], ["now-15m", "Last 15 minutes"], ["now-30m", "Last 30 minutes"], ["now-1h", "Last 1 hour"],
  ["now-3h", "Last 3 hours"], ["now-6h", "Last 6 hours"], ["now-12h", "Last 12 hours"], ["now-24h", "Last 24 hours"],
];
export const rangePresets = presets;

const units = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };
const defaults = { service: "", type: "", filter: "", from: "now-1h", until: "now", view: "both", search: "", root: "", sort: "self" };

/** The state in the address bar. */
export function readState() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, query.get(key) ?? value]));
}

/** Writes what differs from the defaults; `push` makes a step of history. */
export function writeState(state, push = true) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) if (value !== defaults[key] && value !== "") query.set(key, value);
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme) query.set("theme", theme);
  const text = query.toString();
  const url = text ? `/?${text}` : "/";
  if (url === location.pathname + location.search) return;
  if (push) history.pushState(null, "", url); else history.replaceState(null, "", url);
}

function instant(text, now) {
  const relative = /^now(?:-(\d+)([smhd]))?$/.exec(text);
  if (relative) return now - (relative[1] ? Number(relative[1]) * units[relative[2]] : 0);
  const absolute = Number(text);
  return Number.isFinite(absolute) && absolute > 0 ? absolute : now;
}

/** The range in milliseconds. */
export function rangeOf(state, now = Date.now()) {
  const start = Math.round(instant(state.from, now));
  const end = Math.round(instant(state.until, now));
  return start < end ? { start, end } : { start: end - 3.6e6, end };
}

/** The selector the server gets: the service and the label filter. */
export function selectorOf(state) {
  const filter = state.filter.trim().replace(/^\{|\}$/g, "").replace(/^,|,$/g, "").trim();
  const service = `service_name=${JSON.stringify(state.service)}`;
  return filter ? `{${service}, ${filter}}` : `{${service}}`;
}

/** A step of 15 s or more that gives at most 240 points. */
export function stepOf(range) {
  const seconds = (range.end - range.start) / 1000;
  return Math.max(15, Math.ceil(seconds / 240 / 15) * 15);
}
