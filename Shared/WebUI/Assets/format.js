// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them: three significant digits, a narrow no-break space before the unit.

const NARROW = "\u202f";

/** Three significant digits. */
export const digits = (x) => {
    const size = Math.abs(x);
    return size >= 100 ? x.toFixed(0) : size >= 10 ? x.toFixed(1) : x.toFixed(2);
};

function scaled(value, steps) {
    for (const [factor, unit] of steps) {
        if (Math.abs(value) >= factor) return digits(value / factor) + NARROW + unit;
    }
    const [factor, unit] = steps.at(-1);
    return digits(value / factor) + NARROW + unit;
}

const bytes = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]];
const times = [[3.6e12, "h"], [6e10, "min"], [1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
const toNanoseconds = {
    nanoseconds: 1,
    ns: 1,
    microseconds: 1e3,
    us: 1e3,
    milliseconds: 1e6,
    ms: 1e6,
    seconds: 1e9,
    s: 1e9,
};

/** A value of a profile's unit. */
export function amount(value, unit) {
    if (value === 0) return "0";
    if (unit === "bytes") return scaled(value, bytes);
    if (toNanoseconds[unit]) return scaled(value * toNanoseconds[unit], times);
    if (Math.abs(value) < 1000) return Number.isInteger(value) ? String(value) : digits(value);
    return scaled(value, [[1e9, "G"], [1e6, "M"], [1e3, "k"]]);
}

/** A value per second: cores for CPU time, otherwise the unit with "/s". */
function rate(value, unit, cpu) {
    if (cpu && value === 0) return "0" + NARROW + "cores";
    if (cpu) {
        const cores = (value * toNanoseconds[unit]) / 1e9;
        return cores < 0.1 ? digits(cores * 1000) + NARROW + "mcore" : digits(cores) + NARROW + "cores";
    }
    return amount(value, unit) + "/s";
}

/** How values of a type add up over time: CPU time, a level (heap in use, goroutines), or a flow (allocations). */
export function kindOf(id) {
    const [name, sample, unit] = id.split(":");
    if (toNanoseconds[unit] && (name === "process_cpu" || name === "wall")) return "cores";
    return /inuse|goroutine|threads/.test(sample) || /goroutine/.test(name) ? "level" : "flow";
}

/** A timeline's value as a number of its kind: per second unless it is a level. */
export const perStep = (value, id, step) => (kindOf(id) === "level" ? value : value / step);

/** A timeline's value in words. */
export function pace(value, id) {
    return kindOf(id) === "level"
        ? amount(value, unitOf(id))
        : rate(value, unitOf(id), kindOf(id) === "cores");
}

/** A value on the axis: short, and the legend has the rest. */
export function axisLabel(value, id) {
    if (value === 0) return "0";
    if (kindOf(id) === "cores") {
        return String(Number(((value * toNanoseconds[unitOf(id)]) / 1e9).toPrecision(3)));
    }
    return amount(value, unitOf(id)).replace(/\.0+(?=\D)/, "");
}

/** What a timeline of a type shows. */
export const paceName = (id) =>
    ({ cores: "cores, average", level: "average per step", flow: "per second, average" })[kindOf(id)];

/** A share with one decimal. */
export const share = (x) => (x === 0 ? "0%" : x < 0.0005 ? "<0.1%" : (100 * x).toFixed(1) + "%");

const friendly = {
    "process_cpu:cpu": "CPU",
    "process_cpu:samples": "CPU samples",
    "memory:alloc_objects": "Alloc objects",
    "memory:alloc_space": "Alloc space",
    "memory:inuse_objects": "In-use objects",
    "memory:inuse_space": "In-use space",
    "goroutine:goroutine": "Goroutines",
    "goroutines:goroutine": "Goroutines",
    "mutex:contentions": "Mutex contentions",
    "mutex:delay": "Mutex delay",
    "block:contentions": "Block contentions",
    "block:delay": "Block delay",
    "wall:wall": "Wall",
    "off_cpu:off_cpu": "Off-CPU",
    "exceptions:exceptions": "Exceptions",
};

/** What people call a profile type. */
export function typeName(id) {
    const [name, sample] = id.split(":");
    return friendly[`${name}:${sample}`] ??
        (name === sample ? name : `${name} ${sample}`).replaceAll("_", " ");
}

/** The unit of a profile type's values. */
export const unitOf = (id) => id.split(":")[2] ?? "";

/** CPU first, then time, memory, the rest by name. */
export function typeOrder(id) {
    const order = [
        "process_cpu:cpu",
        "wall:",
        "memory:alloc_space",
        "memory:inuse_space",
        "memory:",
        "goroutine",
    ];
    const rank = order.findIndex((prefix) => id.startsWith(prefix));
    return `${rank < 0 ? order.length : rank}${id}`;
}

/** A clock time; with the date when the range is long. */
export function clock(milliseconds, long = false) {
    const date = new Date(milliseconds);
    const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    return long ? `${date.toLocaleDateString([], { month: "short", day: "numeric" })} ${time}` : time;
}
