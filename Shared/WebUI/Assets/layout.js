// SPDX-License-Identifier: Apache-2.0
// From the server's levels to columns that can be drawn and searched: per level x, width, name, self, parent, children.

/** Reads "4 ints" levels, [offset from the previous box's end, total, self, name] repeated, and finds the parents. */
function readLevels(levels) {
    let previous = null;
    return levels.map((values) => {
        const count = values.length >> 2;
        const row = emptyRow(count);
        let at = 0;
        let parent = 0;
        for (let i = 0; i < count; i++) {
            at += values[4 * i];
            row.x[i] = at;
            row.total[i] = values[4 * i + 1];
            row.self[i] = values[4 * i + 2];
            row.id[i] = values[4 * i + 3];
            if (previous) {
                while (parent + 1 < previous.x.length && previous.x[parent + 1] <= at) parent++;
                row.parent[i] = parent;
                if (previous.first[parent] < 0) previous.first[parent] = i;
                previous.kids[parent]++;
            }
            at += values[4 * i + 1];
        }
        previous = row;
        return row;
    });
}

function emptyRow(count) {
    return {
        x: new Float64Array(count),
        w: new Float64Array(count),
        self: new Float64Array(count),
        total: new Float64Array(count),
        id: new Int32Array(count),
        parent: new Int32Array(count).fill(-1),
        first: new Int32Array(count).fill(-1),
        kids: new Int32Array(count),
    };
}

/**
 * Lays out an answer. Children go by size, `other` last; where `previous` shows the same stack its order stays, so that
 * a refresh moves nothing under the pointer. Widths and positions are shares of the whole.
 */
export function layout({ names, levels, total }, previous = null) {
    const raw = readLevels(levels);
    const unit = total || 1;
    const other = names.indexOf("other");
    const before = previous?.rows.length ? ranks(previous) : null;
    const rows = [];
    let order = raw.length ? Int32Array.from(raw[0].x, (_, i) => i) : new Int32Array(0);
    let parents = new Int32Array(order.length).fill(-1);
    let old = new Int32Array(order.length).fill(before ? 0 : -1);
    for (let level = 0; level < raw.length; level++) {
        const row = emptyRow(order.length);
        const from = raw[level];
        const below = raw[level + 1];
        const next = new Int32Array(below ? below.x.length : 0);
        const nextParents = new Int32Array(next.length);
        const nextOld = new Int32Array(next.length).fill(-1);
        const above = rows[level - 1];
        let end = 0;
        let at = 0;
        for (let i = 0; i < order.length; i++) {
            const r = order[i];
            if (above && (i === 0 || parents[i] !== parents[i - 1])) at = above.x[parents[i]];
            row.x[i] = at;
            row.w[i] = from.total[r] / unit;
            at += row.w[i];
            row.total[i] = from.total[r];
            row.self[i] = from.self[r];
            row.id[i] = from.id[r];
            row.parent[i] = parents[i];
            row.kids[i] = from.kids[r];
            if (!from.kids[r]) continue;
            row.first[i] = end;
            const kids = Array.from({ length: from.kids[r] }, (_, k) => from.first[r] + k);
            const known = old[i] >= 0 ? before.children(level, old[i]) : null;
            const place = (k) => known?.get(names[below.id[k]])?.rank ?? Infinity;
            kids.sort((a, b) =>
                (below.id[a] === other) - (below.id[b] === other) || compare(place(a), place(b)) ||
                below.total[b] - below.total[a]
            );
            for (const kid of kids) {
                next[end] = kid;
                nextParents[end] = i;
                nextOld[end] = known?.get(names[below.id[kid]])?.index ?? -1;
                end++;
            }
        }
        rows.push(row);
        order = next;
        parents = nextParents;
        old = nextOld;
    }
    return { names, rows, total, frameCount: rows.reduce((sum, row) => sum + row.x.length, 0) };
}

/** Both may be infinite, whose difference is no number. */
const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);

/** Where the children of a box of an older graph stood, by name. */
function ranks({ names, rows }) {
    return {
        children(level, index) {
            const row = rows[level];
            const found = new Map();
            for (let k = 0; k < row.kids[index]; k++) {
                const at = row.first[index] + k;
                found.set(names[rows[level + 1].id[at]], { rank: k, index: at });
            }
            return found;
        },
    };
}

/** Self and total per function name; recursion counts once in total. */
export function functionTable({ names, rows }) {
    const self = new Float64Array(names.length);
    const total = new Float64Array(names.length);
    const widest = new Array(names.length).fill(null);
    const open = new Int32Array(names.length);
    const walk = rows.length ? Array.from(rows[0].x, (_, i) => [0, i, false]) : [];
    while (walk.length) {
        const [level, index, leaving] = walk.pop();
        const row = rows[level];
        const id = row.id[index];
        if (leaving) {
            open[id]--;
            continue;
        }
        self[id] += row.self[index];
        if (open[id]++ === 0) total[id] += row.total[index];
        if (!widest[id] || row.total[index] > rows[widest[id][0]].total[widest[id][1]]) {
            widest[id] = [level, index];
        }
        walk.push([level, index, true]);
        for (let k = 0; k < row.kids[index]; k++) walk.push([level + 1, row.first[index] + k, false]);
    }
    const functions = [];
    for (let id = 0; id < names.length; id++) {
        if (id !== rows[0]?.id[0] && total[id] > 0) {
            functions.push({ id, name: names[id], self: self[id], total: total[id], box: widest[id] });
        }
    }
    return functions;
}

const OUTSIDE = 0;
const INSIDE = 1;
const BELOW = 2;

/**
 * Who calls a function and whom it calls, as [id, value] by size. The callers' values add up to the function's total;
 * direct recursion is neither, and what a function reaches again through others counts where it first left it.
 */
export function neighbours({ rows }, id) {
    const callers = new Map();
    const callees = new Map();
    let above = null;
    for (let level = 0; level < rows.length; level++) {
        const row = rows[level];
        const state = new Uint8Array(row.x.length);
        for (let i = 0; i < row.x.length; i++) {
            const parent = row.parent[i];
            const around = above ? above[parent] : OUTSIDE;
            const own = row.id[i] === id;
            if (around === OUTSIDE) state[i] = own ? INSIDE : OUTSIDE;
            else state[i] = around === INSIDE && own ? INSIDE : BELOW;
            if (own && around === OUTSIDE && level > 0) {
                add(callers, rows[level - 1].id[parent], row.total[i]);
            }
            if (!own && around === INSIDE) add(callees, row.id[i], row.total[i]);
        }
        above = state;
    }
    const sorted = (map) => [...map].sort((a, b) => b[1] - a[1]);
    return { callers: sorted(callers), callees: sorted(callees) };
}

function add(map, key, value) {
    map.set(key, (map.get(key) ?? 0) + value);
}

/** Boxes whose function `matches` (one byte per name), the largest first. */
export function boxesOf({ rows }, matches) {
    const found = [];
    for (let level = 1; level < rows.length; level++) {
        for (let i = 0; i < rows[level].x.length; i++) if (matches[rows[level].id[i]]) found.push([level, i]);
    }
    return found.sort((a, b) =>
        rows[b[0]].total[b[1]] - rows[a[0]].total[a[1]] || a[0] - b[0] || a[1] - b[1]
    );
}

/** The share of all stacks that contain a matching frame: each stack counts once. */
export function coverage({ rows }, matches) {
    let covered = 0;
    let above = null;
    for (let level = 0; level < rows.length; level++) {
        const row = rows[level];
        const inside = new Uint8Array(row.x.length);
        for (let i = 0; i < row.x.length; i++) {
            const already = above ? above[row.parent[i]] : 0;
            inside[i] = already || (level > 0 && matches[row.id[i]]) ? 1 : 0;
            if (inside[i] && !already) covered += row.w[i];
        }
        above = inside;
    }
    return Math.min(1, covered);
}

/** The path of names from the root to a box: how zoom and selection survive a refresh. */
export function pathOf(graph, [level, index]) {
    const path = [];
    for (let r = level, i = index; r >= 0; i = graph.rows[r].parent[i], r--) {
        path.unshift(graph.names[graph.rows[r].id[i]]);
    }
    return path;
}

/** The box with that path of names; null when the graph has no such stack. */
export function findPath(graph, path) {
    if (!graph.rows.length || !graph.rows[0].x.length) return null;
    let at = [0, 0];
    for (const name of path.slice(1)) {
        const row = graph.rows[at[0]];
        let next = -1;
        for (let k = 0; k < row.kids[at[1]] && next < 0; k++) {
            const child = row.first[at[1]] + k;
            if (graph.names[graph.rows[at[0] + 1].id[child]] === name) next = child;
        }
        if (next < 0) return null;
        at = [at[0] + 1, next];
    }
    return at;
}
