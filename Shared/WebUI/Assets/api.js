// SPDX-License-Identifier: Apache-2.0
// The server's public query API (Connect, JSON): the page has no private one.

/** An error the server explained. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let tenant = "";
export const setTenant = (name) => { tenant = name; };

async function call(method, body, signal) {
  const headers = { "Content-Type": "application/json" };
  if (tenant) headers["X-Scope-OrgID"] = tenant;
  const response = await fetch(`/querier.v1.QuerierService/${method}`, {
    method: "POST", headers, body: JSON.stringify(body), signal,
  });
  const text = await response.text();
  let answer = {};
  try { answer = text ? JSON.parse(text) : {}; } catch { answer = { message: text.slice(0, 200) }; }
  if (!response.ok) throw new ApiError(response.status, answer.code ?? "unknown", answer.message ?? response.statusText);
  return { answer, partial: response.headers.get("x-hearth-partial") };
}

/** Services with their profile types: Map of name to a sorted list of type ids. */
export async function services(range, signal) {
  const { answer } = await call(
    "Series",
    { labelNames: ["service_name", "__profile_type__"], matchers: [], start: range.start, end: range.end },
    signal,
  );
  const found = new Map();
  for (const { labels = [] } of answer.labelsSet ?? []) {
    const pairs = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
    if (!pairs.service_name || !pairs.__profile_type__) continue;
    if (!found.has(pairs.service_name)) found.set(pairs.service_name, new Set());
    found.get(pairs.service_name).add(pairs.__profile_type__);
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)).map(([name, types]) => [name, [...types]]));
}

/** Sums per time step, one list of {t, value} per group. */
export async function timeline({ type, selector, range, step, groupBy = [] }, signal) {
  const { answer } = await call(
    "SelectSeries",
    { profileTypeID: type, labelSelector: selector, start: range.start, end: range.end, step, groupBy },
    signal,
  );
  return (answer.series ?? []).map(({ labels = [], points = [] }) => ({
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    points: points.map(({ timestamp, value = 0 }) => ({ t: Number(timestamp), value: Number(value) })),
  }));
}

/** The merged flame graph: names, levels of [offset, total, self, name] × n, total. */
export async function flameGraph({ type, selector, range, maxNodes }, signal) {
  const { answer, partial } = await call(
    "SelectMergeStacktraces",
    { profileTypeID: type, labelSelector: selector, start: range.start, end: range.end, maxNodes },
    signal,
  );
  const graph = answer.flamegraph ?? {};
  return {
    names: graph.names ?? [],
    levels: (graph.levels ?? []).map((level) => (level.values ?? []).map(Number)),
    total: Number(graph.total ?? 0),
    partial,
  };
}
