// SPDX-License-Identifier: Apache-2.0
// From the server's levels to columns that can be drawn and searched: per level x, width, name, self, parent, children.

/** Lays out "4 ints" levels: [offset from the previous box's end, total, self, name] repeated. */
export function layout({ names, levels, total }) {
  const unit = total || 1;
  let previous = null;
  const rows = levels.map((values) => {
    const count = values.length >> 2;
    const row = {
      x: new Float64Array(count), w: new Float64Array(count), self: new Float64Array(count), total: new Float64Array(count),
      id: new Int32Array(count), parent: new Int32Array(count).fill(-1),
      first: new Int32Array(count).fill(-1), kids: new Int32Array(count),
    };
    let at = 0;
    let parent = 0;
    for (let i = 0; i < count; i++) {
      at += values[4 * i];
      row.x[i] = at / unit;
      row.total[i] = values[4 * i + 1];
      row.w[i] = values[4 * i + 1] / unit;
      row.self[i] = values[4 * i + 2];
      row.id[i] = values[4 * i + 3];
      if (previous) {
        while (parent + 1 < previous.x.length && previous.x[parent + 1] <= row.x[i] + 1e-12) parent++;
        row.parent[i] = parent;
        if (previous.first[parent] < 0) previous.first[parent] = i;
        previous.kids[parent]++;
      }
      at += values[4 * i + 1];
    }
    previous = row;
    return row;
  });
  return { names, rows, total, frameCount: rows.reduce((sum, row) => sum + row.x.length, 0) };
}

/** Self and total per function name; recursion counts once in total. */
export function functionTable(graph) {
  const { names, rows } = graph;
  const self = new Float64Array(names.length);
  const total = new Float64Array(names.length);
  const open = new Int32Array(names.length);
  const walk = [[0, 0, false]];
  while (walk.length && rows.length && rows[0].x.length) {
    const [level, index, leaving] = walk.pop();
    const row = rows[level];
    const id = row.id[index];
    if (leaving) { open[id]--; continue; }
    self[id] += row.self[index];
    if (open[id]++ === 0) total[id] += row.total[index];
    walk.push([level, index, true]);
    for (let k = 0; k < row.kids[index]; k++) walk.push([level + 1, row.first[index] + k, false]);
  }
  const functions = [];
  for (let id = 0; id < names.length; id++) {
    if (id !== rows[0]?.id[0] && total[id] > 0) functions.push({ id, name: names[id], self: self[id], total: total[id] });
  }
  return functions;
}

/** The path of names from the root to a box: how zoom and selection survive a refresh. */
export function pathOf(graph, [level, index]) {
  const path = [];
  for (let r = level, i = index; r >= 0; i = graph.rows[r].parent[i], r--) path.unshift(graph.names[graph.rows[r].id[i]]);
  return path;
}

/** The box with that path of names, or as deep a part of it as there is; null when nothing fits. */
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
