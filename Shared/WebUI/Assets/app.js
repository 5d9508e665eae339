// SPDX-License-Identifier: Apache-2.0
// The Explore page: joins the address bar, the controls, the server and the views.
import * as api from "./api.js";
import { byId, copyText, icon } from "./dom.js";
import { prepareHelp, TenantDialog } from "./dialogs.js";
import { Explore } from "./explore.js";
import { showFirstRun } from "./first.js";
import { typeOrder } from "./format.js";
import { PeriodPicker } from "./period.js";
import { QueryBar } from "./query.js";
import { Rail } from "./rail.js";
import { Reader } from "./reading.js";
import { selectorOf } from "./selector.js";
import { listen } from "./shortcuts.js";
import { addressOf, readState, Trail, viewKeys } from "./state.js";
import { brushOf, rangeOf, stepOf } from "./times.js";
import { chooseTheme, nextTheme } from "./theme.js";

const POLL_EMPTY_MS = 3000;
const WIDEST_MS = 30 * 8.64e7;

let state = readState();
let services = new Map();
let labels = { key: "", names: null };
let waiting = 0;

const trail = new Trail(() => {
    byId("undo").disabled = !trail.canUndo;
    byId("redo").disabled = !trail.canRedo;
});
const explore = new Explore(go);
const rail = new Rail((service) => {
    rail.close();
    go({ service, type: "", root: "", fn: "", brush: "", group: "", filter: "" });
});
const period = new PeriodPicker((range) => go({ ...range, brush: "" }));
const query = new QueryBar({
    names: () => labelNames(),
    values: (name) => api.labelValues(name, serviceSelector(), rangeOf(state)),
}, (filter) => go({ filter, brush: state.brush }));
const reader = new Reader(() => explore.banner("Cancelled. The last good answer stays.", "", load));
const tenant = new TenantDialog((name) => {
    sessionStorage.setItem("hearth.tenant", name);
    useTenant(name);
    labels = { key: "", names: null };
    services = new Map();
    state = {
        ...state,
        service: "",
        type: "",
        filter: "",
        fn: "",
        root: "",
        brush: "",
        ...(state.tenant ? { tenant: name } : {}),
    };
    trail.write(state, false);
    load();
});

const serviceSelector = () => selectorOf({ service: state.service, filter: "" });

/** Label names of the service, asked once per service and range. */
function labelNames(signal) {
    const key = [state.service, state.from, state.until].join("\n");
    if (labels.key !== key) {
        labels = { key, names: api.labelNames(serviceSelector(), rangeOf(state), signal) };
    }
    const { names } = labels;
    names.catch(() => {
        if (labels.names === names) labels = { key: "", names: null };
    });
    return names;
}

/** Changes the state, the address and, where needed, what is read. */
function go(change, push = true) {
    const keys = Object.keys(change).filter((key) => change[key] !== state[key]);
    state = { ...state, ...change };
    trail.write(state, push);
    follow(keys);
}

/** Shows the state after `keys` of it changed. */
function follow(keys) {
    explore.use(state);
    if (keys.every((key) => viewKeys.has(key))) explore.applyView();
    else load(keys.every((key) => viewKeys.has(key) || key === "brush" || key === "nodes"));
}

/** Asks the server; with `graphOnly` for the flame graph alone. The last answer stays until the new one is there. */
async function load(graphOnly = false) {
    clearTimeout(waiting);
    const question = reader.begin();
    const { signal } = question;
    const range = rangeOf(state);
    explore.use(state);
    try {
        if (!graphOnly || !state.type) {
            const asked = question.track(api.services(range, signal));
            const isEarly = Boolean(state.service && state.type);
            // With service and type in the address the rest need not wait for the list.
            if (isEarly) asked.catch(() => {});
            else if (!(await knowServices(await asked, signal))) return;
            chooseType();
            showScope();
            const answers = await Promise.allSettled([
                asked,
                usage(question, asked, range),
                series(question, range),
                graph(question, range),
                groups(question),
            ]);
            if (!question.isCurrent) return;
            if (isEarly && answers[0].value) {
                if (!(await knowServices(answers[0].value, signal))) return;
                const { type } = state;
                chooseType();
                // The service has no profiles of the type in the address: the answers are none to what is shown.
                if (state.type !== type) return void load();
            }
            present(range, answers);
        } else {
            const [answer] = await Promise.allSettled([graph(question, range)]);
            if (question.isCurrent) present(range, [null, null, null, answer, null]);
        }
    } catch (error) {
        if (error.name !== "AbortError" && question.isCurrent) failed(error);
    } finally {
        question.end();
    }
}

/**
 * Takes the list of services. Where the range has none an earlier one may: false only while the server has none at all,
 * and the page waits for the first.
 */
async function knowServices(found, signal) {
    const now = Date.now();
    const known = found.size ? found : await api.services({ start: now - WIDEST_MS, end: now }, signal);
    const empty = known.size === 0;
    byId("first").hidden = !empty;
    byId("explore").hidden = empty;
    document.body.classList.toggle("empty-server", empty);
    if (empty) {
        if (!byId("first").childElementCount) showFirstRun();
        waiting = setTimeout(load, POLL_EMPTY_MS);
        return false;
    }
    services = known;
    return true;
}

function chooseType() {
    if (!state.service) state = { ...state, service: services.keys().next().value };
    const types = services.get(state.service) ?? [];
    if (types.length && !types.includes(state.type)) {
        state = { ...state, type: types.toSorted((a, b) => typeOrder(a).localeCompare(typeOrder(b)))[0] };
    }
    explore.use(state);
    trail.write(state, false);
}

function showScope() {
    byId("service-name").textContent = state.service;
    rail.mark(state.service);
    period.show(state);
    query.show(state.filter);
    explore.showScope(services.get(state.service) ?? (state.type ? [state.type] : []));
}

async function usage(question, asked, range) {
    const found = await asked;
    const all = [...found.values()].flat();
    const type = all.find((id) => id.startsWith("process_cpu:cpu:")) ?? state.type;
    if (!type) return { type, series: [] };
    const request = api.timeline({
        type,
        selector: "{}",
        range,
        step: stepOf(range),
        groupBy: ["service_name"],
    }, question.signal);
    return { type, ...(await question.track(request)) };
}

function series(question, range) {
    const groupBy = state.group ? [state.group] : [];
    return question.track(
        api.timeline(
            { type: state.type, selector: selectorOf(state), range, step: stepOf(range), groupBy },
            question.signal,
        ),
    );
}

function graph(question, range) {
    const asked = { type: state.type, selector: selectorOf(state), range: brushOf(state) ?? range };
    const ask = (maxNodes) => api.flameGraph({ ...asked, maxNodes }, question.signal);
    // A server that allows fewer frames says how many: those are better than none.
    return question.track(
        ask(Number(state.nodes) || undefined).catch((error) => {
            const [, allowed] = /is greater than allowed (\d+)/.exec(error.message) ?? [];
            if (!allowed) throw error;
            return ask(Number(allowed));
        }),
    );
}

function groups(question) {
    return question.track(labelNames(question.signal));
}

/** Shows all answers in one go; a pane whose answer failed keeps the last good one. */
function present(range, [found, used, timed, drawn, named]) {
    showScope();
    if (found?.value && used?.value) {
        rail.show({
            services,
            usage: explore.usage.perService(used.value, range),
            current: state.service,
            type: used.value.type,
        });
    }
    if (named?.value) explore.usage.showGroups(named.value);
    if (timed?.value) explore.usage.showTimeline(timed.value.series, range);
    if (drawn.value) explore.showGraph(drawn.value, brushOf(state) ?? range);
    const failure = [drawn, timed, used, found].find((answer) =>
        answer?.reason && answer.reason.name !== "AbortError"
    );
    if (failure) return failed(failure.reason);
    query.fail("");
    const partial = drawn.value?.partial || timed?.value?.partial;
    if (partial) explore.banner(`Partial answer: ${partial}.`, "The numbers may be too low.", load, "warn");
    else explore.banner("");
}

/** Says what failed where the person is looking: at the filter, as a question for the tenant, or in the banner. */
function failed(error) {
    if (error.status === 401) return tenant.ask(sessionStorage.getItem("hearth.tenant") ? error.message : "");
    const stays = explore.shown ? `The last good answer stays (${explore.shown}).` : "";
    if (state.filter && error.code === "invalid_argument") {
        explore.banner("");
        return query.fail(`${plainly(error.message)} ${stays}`);
    }
    explore.banner(error.message || "The page failed.", stays, load, "bad");
    if (!(error instanceof api.ApiError)) console.error(error);
}

/** What is wrong with a filter without the selector around it, which the person did not write. */
function plainly(message) {
    const [, reason] = /parse error: (?:error parsing regexp: )?(.*)$/.exec(message) ?? [];
    return `${reason ? `The filter cannot be read: ${reason}` : message}`.replace(/\.?$/, ".");
}

function useTenant(name) {
    api.setTenant(name);
    tenant.show(name);
}

async function copyLink(frozen = true) {
    const range = rangeOf(state);
    const link = frozen ? { ...state, from: String(range.start), until: String(range.end) } : state;
    await copyText(
        new URL(addressOf(link), location.href).href,
        frozen ? "Link copied, with the times fixed." : "Link copied.",
    );
}

/** Moves an absolute or relative range by half its length. */
function earlier(direction) {
    const { start, end } = rangeOf(state);
    const by = Math.min(((end - start) / 2) * direction, direction > 0 ? Date.now() - end : 0);
    if (by) go({ from: String(Math.round(start + by)), until: String(Math.round(end + by)), brush: "" });
}

function wire() {
    for (const node of document.querySelectorAll("[data-icon]")) {
        node.prepend(icon(node.dataset.icon, Number(node.dataset.size) || 16));
    }
    byId("theme").addEventListener("click", nextTheme);
    byId("refresh").addEventListener("click", () => load());
    byId("copy").addEventListener("click", () => copyLink());
    byId("undo").addEventListener("click", () => history.back());
    byId("redo").addEventListener("click", () => history.forward());
    addEventListener("popstate", (event) => {
        trail.moved(event);
        const before = state;
        state = readState();
        follow(Object.keys(state).filter((key) => state[key] !== before[key]));
        showScope();
    });
    listen({
        "/": () => byId("search").focus(),
        f: () => byId("filter").focus(),
        t: () => period.toggle(),
        n: () => explore.flame.next(1),
        N: () => explore.flame.next(-1),
        1: () => go({ view: "both" }),
        2: () => go({ view: "flame" }),
        3: () => go({ view: "table" }),
        0: () => explore.flame.reset(),
        d: () => explore.toggleDrawer(),
        y: () => copyLink(),
        R: () => load(),
        u: () => trail.canUndo && history.back(),
        U: () => trail.canRedo && history.forward(),
        "[": () => earlier(-1),
        "]": () => earlier(1),
        "?": () => byId("help-dialog").showModal(),
        Escape: () => (reader.cancel()
            ? explore.banner("Cancelled. The last good answer stays.", "", load)
            : explore.stepBack()),
    });
    prepareHelp();
}

chooseTheme();
wire();
trail.changed();
useTenant(state.tenant || sessionStorage.getItem("hearth.tenant") || "");
load();
