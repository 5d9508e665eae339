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
export const setTenant = (name) => {
    tenant = name;
};

async function call(method, body, signal) {
    const headers = { "Content-Type": "application/json" };
    if (tenant) headers["X-Scope-OrgID"] = tenant;
    const response = await fetch(`querier.v1.QuerierService/${method}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
        signal,
    }).catch((error) => {
        if (error.name === "AbortError") throw error;
        throw new ApiError(0, "unreachable", "The server cannot be reached.");
    });
    const text = await response.text();
    let answer = {};
    try {
        answer = text ? JSON.parse(text) : {};
    } catch {
        answer = { message: text.slice(0, 200) };
    }
    if (!response.ok) {
        throw new ApiError(
            response.status,
            answer.code ?? "unknown",
            answer.message || `The server answered ${response.status}.`,
        );
    }
    const warning = response.headers.get("x-hearth-warning") ?? "";
    return {
        answer,
        partial: response.headers.has("x-hearth-partial")
            ? warning || "a part of the servers did not reply"
            : "",
    };
}

const pairs = (labels) => Object.fromEntries(labels.map(({ name, value }) => [name, value]));

/** Services with their profile types: Map of name to a list of type ids. */
export async function services(range, signal) {
    const { answer } = await call(
        "Series",
        {
            labelNames: ["service_name", "__profile_type__"],
            matchers: [],
            start: range.start,
            end: range.end,
        },
        signal,
    );
    const found = new Map();
    for (const { labels = [] } of answer.labelsSet ?? []) {
        const { service_name: service, __profile_type__: type } = pairs(labels);
        if (!service || !type) continue;
        if (!found.has(service)) found.set(service, new Set());
        found.get(service).add(type);
    }
    return new Map(
        [...found].sort(([a], [b]) => a.localeCompare(b)).map(([name, types]) => [name, [...types]]),
    );
}

/** Names of labels that series under `selector` have. */
export async function labelNames(selector, range, signal) {
    const { answer } = await call(
        "LabelNames",
        { matchers: [selector], start: range.start, end: range.end },
        signal,
    );
    return (answer.names ?? []).filter((name) => !name.startsWith("__") && name !== "service_name");
}

/** Values of one label. */
export async function labelValues(name, selector, range, signal) {
    const { answer } = await call("LabelValues", {
        name,
        matchers: [selector],
        start: range.start,
        end: range.end,
    }, signal);
    return answer.names ?? [];
}

/** Sums per time step, one list of {t, value} per group. */
export async function timeline({ type, selector, range, step, groupBy = [] }, signal) {
    const { answer, partial } = await call(
        "SelectSeries",
        { profileTypeID: type, labelSelector: selector, start: range.start, end: range.end, step, groupBy },
        signal,
    );
    const series = (answer.series ?? []).map(({ labels = [], points = [] }) => ({
        labels: pairs(labels),
        points: points.map(({ timestamp, value = 0 }) => ({ t: Number(timestamp), value: Number(value) })),
    }));
    return { series, partial };
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
