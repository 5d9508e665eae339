// SPDX-License-Identifier: Apache-2.0
// The Explore page: joins the address bar, the controls, the server and the views.
import * as api from "./api.js";
import { byId, icon, make, tip, toast } from "./dom.js";
import { Timeline } from "./charts.js";
import { showFirstRun } from "./first.js";
import { FlameView } from "./flame.js";
import { amount, clock, rate, share, typeName, typeOrder, unitOf } from "./format.js";
import { findPath, functionTable, layout, pathOf } from "./layout.js";
import { familyNames, familyOf } from "./names.js";
import { Rail } from "./rail.js";
import { rangeOf, rangePresets, readState, selectorOf, stepOf, writeState } from "./state.js";
import { FunctionTable } from "./table.js";

const MAX_NODES = 16384;
const PATH_SEPARATOR = "\u001f";
const POLL_EMPTY_MS = 3000;

let state = readState();
let services = new Map();
let graph = layout({ names: [], levels: [], total: 0 });
let reading = null;

const rail = new Rail((service) => {
  byId("rail").classList.remove("open");
  go({ service, type: "", root: "", search: state.search });
});
const table = new FunctionTable((name) => go({ search: name === state.search ? "" : name }, false));
const flame = new FlameView(byId("flame"), byId("flame-overlay"), {
  rootLabel: () => `total · ${figure(graph.total)}`,
  drawn: ({ frames, rects }) => { byId("status-frames").textContent = `${frames.toLocaleString()} frames · ${rects.toLocaleString()} rects`; },
  hovered: showFrame,
  selected: (frame) => {
    table.select(frame?.name ?? null);
    if (frame) byId("spoken").textContent = `${frame.name}, self ${share(frame.self / graph.total)}, total ${share(frame.total / graph.total)}, level ${frame.level}`;
  },
  zoomed: (box) => go({ root: box && box[0] > 0 ? pathOf(graph, box).slice(1).join(PATH_SEPARATOR) : "" }, true, false),
});
const timeline = new Timeline(byId("timeline"), ({ start, end }) => go({ from: String(start), until: String(end) }));

function figure(value) { return amount(value, unitOf(state.type)); }

function showFrame(frame, event) {
  if (!frame) return tip(null);
  tip(frame.name === "total" ? "All stacks" : frame.name, [
    ["Total", `${figure(frame.total)} · ${share(frame.total / (graph.total || 1))}`],
    ["Self", `${figure(frame.self)} · ${share(frame.self / (graph.total || 1))}`],
  ], event);
}

/** Changes the state, the address and, where needed, what is read. */
function go(change, push = true, read = true) {
  state = { ...state, ...change };
  writeState(state, push);
  const only = Object.keys(change);
  if (read && !only.every((key) => ["search", "root", "view", "sort"].includes(key))) load();
  else applyView();
}

function applyView() {
  byId("split").dataset.view = state.view;
  for (const button of document.querySelectorAll("[data-view]")) {
    if (button.tagName === "BUTTON") button.setAttribute("aria-pressed", String(button.dataset.view === state.view));
  }
  if (byId("search").value !== state.search) byId("search").value = state.search;
  const covered = flame.search(state.search);
  byId("search-share").textContent = covered === null ? "" : share(covered);
  table.filter(state.search);
  showCrumbs();
  flame.redraw();
}

function showCrumbs() {
  const path = state.root ? state.root.split(PATH_SEPARATOR) : [];
  const all = make("button", { class: "crumb", onclick: () => flame.reset() }, "All stacks");
  const last = path.length
    ? [icon("right", 12), make("span", { class: "crumb" }, path.at(-1), make("button", { class: "bare", "aria-label": "Remove zoom", onclick: () => flame.reset() }, icon("close", 12)))]
    : [];
  byId("crumbs").replaceChildren(all, ...last);
}

async function load() {
  reading?.abort();
  reading = new AbortController();
  const { signal } = reading;
  document.body.classList.add("busy");
  try {
    const range = rangeOf(state);
    services = await api.services(range, signal);
    await showEverything(range, signal);
    showBanner(null);
  } catch (error) {
    if (error.name === "AbortError") return;
    showBanner(error instanceof api.ApiError && error.status === 401 ? "This server wants a tenant: fill in the name at the top right." : error.message);
    byId("tenant-box").hidden = !(error.status === 401 || byId("tenant").value);
  } finally {
    if (!signal.aborted) document.body.classList.remove("busy");
  }
}

async function showEverything(range, signal) {
  const wanted = state.service && !services.has(state.service) ? [state.service] : [];
  const empty = services.size === 0 && !wanted.length;
  byId("first").hidden = !empty;
  byId("explore").hidden = empty;
  document.body.classList.toggle("empty-server", empty);
  if (empty) return waitForFirst();
  if (!state.service) state.service = services.keys().next().value;
  const types = (services.get(state.service) ?? []).toSorted((a, b) => typeOrder(a).localeCompare(typeOrder(b)));
  if (!types.includes(state.type)) state.type = types[0] ?? state.type;
  writeState(state, false);
  showScope(types, range);
  await Promise.all([showRail(range, signal), showTimeline(range, signal), showFlame(range, signal)]);
}

let waiting = 0;
function waitForFirst() {
  if (!byId("first").childElementCount) showFirstRun();
  clearTimeout(waiting);
  waiting = setTimeout(load, POLL_EMPTY_MS);
}

function showScope(types, range) {
  byId("service-name").textContent = state.service;
  byId("headline").textContent = `${state.service}, ${state.type ? typeName(state.type) : "no profile type"}`;
  document.title = state.type ? `${state.service} · ${typeName(state.type)} · Hearth` : "Hearth";
  if (document.activeElement !== byId("filter")) byId("filter").value = state.filter;
  byId("tabs").replaceChildren(...types.map((type) => make(
    "button",
    { role: "tab", title: type, "aria-selected": String(type === state.type), onclick: () => go({ type, root: "" }) },
    typeName(type),
  )));
  const preset = state.until === "now" && rangePresets.some(([from]) => from === state.from);
  const select = byId("range");
  select.replaceChildren(...[...rangePresets, ["custom", preset ? "Custom range" : `${clock(range.start, true)} – ${clock(range.end)}`]]
    .map(([value, text]) => make("option", { value, selected: value === (preset ? state.from : "custom") }, text)));
  rail.mark(state.service);
}

async function showRail(range, signal) {
  const all = [...services.values()].flat();
  const type = all.find((id) => id.startsWith("process_cpu:cpu:")) ?? state.type;
  const series = type ? await api.timeline({ type, selector: "{}", range, step: stepOf(range), groupBy: ["service_name"] }, signal) : [];
  const usage = new Map(series.map(({ labels, points }) => [labels.service_name, points.map(({ value }) => value)]));
  rail.show({ services, usage, current: state.service, type, seconds: (range.end - range.start) / 1000 });
}

async function showTimeline(range, signal) {
  if (!state.type) return;
  const step = stepOf(range);
  const [series] = await api.timeline({ type: state.type, selector: selectorOf(state), range, step }, signal);
  const unit = unitOf(state.type);
  const points = filled(series?.points ?? [], step);
  const timed = unit === "nanoseconds";
  timeline.show(points.map(({ t, value }) => ({ t, value: timed ? value / step : value })), range, (value) => (timed ? rate(value, unit) : figure(value)));
  const total = points.reduce((sum, { value }) => sum + value, 0);
  byId("timeline-unit").textContent = timed ? "cores, average" : `${unit || "value"} in range`;
  byId("timeline-total").textContent = timed ? rate(total / ((range.end - range.start) / 1000), unit) : figure(total);
  byId("timeline-note").textContent = `${step} s steps`;
}

/** Steps without a profile between two that have one count as zero. */
function filled(points, step) {
  const result = [];
  for (const point of points) {
    const last = result.at(-1);
    if (last && point.t - last.t > 1500 * step) result.push({ t: last.t + 1000 * step, value: 0 }, { t: point.t - 1000 * step, value: 0 });
    result.push(point);
  }
  return result;
}

async function showFlame(range, signal) {
  const answer = state.type
    ? await api.flameGraph({ type: state.type, selector: selectorOf(state), range, maxNodes: MAX_NODES }, signal)
    : { names: [], levels: [], total: 0 };
  graph = layout(answer);
  if (answer.partial) showBanner("Part of this answer is missing: an ingester did not reply.");
  flame.show(graph);
  const functions = functionTable(graph);
  table.show(functions, graph.total);
  const none = graph.total === 0;
  byId("nothing").hidden = !none;
  if (none) showNothing();
  byId("status-total").textContent = none ? "" : figure(graph.total);
  showFamilies(functions);
  applyView();
  const box = state.root ? findPath(graph, ["total", ...state.root.split(PATH_SEPARATOR)]) : null;
  if (box) flame.zoomTo(box, true);
}

function showNothing() {
  byId("nothing").replaceChildren(
    make("h2", {}, "No samples here"),
    make("p", {}, `${state.service} has no ${state.type ? typeName(state.type) : ""} profile for this filter and time range.`),
    make("button", { class: "button", onclick: () => go({ from: "now-24h", until: "now", filter: "" }) }, "Look at the last 24 hours without a filter"),
  );
}

function showFamilies(functions) {
  const sums = new Map();
  for (const { name, self } of functions) sums.set(familyOf(name), (sums.get(familyOf(name)) ?? 0) + self);
  byId("status-families").replaceChildren(...Object.entries(familyNames).filter(([key]) => sums.get(key))
    .map(([key, name]) => make("span", {}, `${name} `, make("b", {}, share(sums.get(key) / (graph.total || 1))))));
}

function showBanner(text) {
  byId("banner").hidden = !text;
  byId("banner").textContent = text ?? "";
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("hearth.theme", name);
  dispatchEvent(new Event("themechange"));
}

function wire() {
  for (const node of document.querySelectorAll("[data-icon]")) node.append(icon(node.dataset.icon));
  byId("theme").append(icon("theme"));
  byId("refresh").append(icon("refresh"));
  byId("theme").addEventListener("click", () => {
    const themes = ["light", "dark", "contrast"];
    setTheme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length]);
  });
  byId("refresh").addEventListener("click", load);
  byId("copy").addEventListener("click", copyLink);
  byId("filter").addEventListener("change", (e) => go({ filter: e.target.value }));
  byId("search").addEventListener("input", (e) => go({ search: e.target.value }, false));
  byId("range").addEventListener("change", (e) => chooseRange(e.target.value));
  for (const id of ["from", "until"]) {
    byId(id).addEventListener("change", (e) => { if (e.target.value) go({ [id]: String(new Date(e.target.value).getTime()) }); });
  }
  byId("tenant").addEventListener("change", (e) => { api.setTenant(e.target.value.trim()); load(); });
  for (const button of document.querySelectorAll("button[data-view]")) button.addEventListener("click", () => go({ view: button.dataset.view }));
  addEventListener("popstate", () => { state = readState(); load(); });
  addEventListener("keydown", shortcut);
}

function chooseRange(value) {
  byId("custom").hidden = value !== "custom";
  if (value !== "custom") return go({ from: value, until: "now" });
  const local = (time) => new Date(time - new Date(time).getTimezoneOffset() * 6e4).toISOString().slice(0, 19);
  const range = rangeOf(state);
  byId("from").value = local(range.start);
  byId("until").value = local(range.end);
}

async function copyLink() {
  const range = rangeOf(state);
  const fixed = { ...state, from: String(range.start), until: String(range.end) };
  writeState(fixed, false);
  await navigator.clipboard?.writeText(location.href);
  writeState(state, false);
  toast("Link copied, with the times fixed.");
}

function shortcut(event) {
  if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") { event.preventDefault(); byId("search").focus(); }
  else if (event.key === "R") load();
  else if (event.key === "y") copyLink();
  else if (event.key === "1") go({ view: "both" });
  else if (event.key === "2") go({ view: "table" });
  else if (event.key === "Escape" && event.target !== byId("flame")) flame.reset();
}

setTheme(new URLSearchParams(location.search).get("theme") ?? localStorage.getItem("hearth.theme")
  ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
wire();
load();
