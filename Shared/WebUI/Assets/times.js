// SPDX-License-Identifier: Apache-2.0
// Times as people write them and as links keep them: "now-1h", milliseconds, "mon 10:00 to thu 12:30".

export const presets = [
    ["now-5m", "5 minutes"],
    ["now-15m", "15 minutes"],
    ["now-30m", "30 minutes"],
    ["now-1h", "1 hour"],
    ["now-3h", "3 hours"],
    ["now-6h", "6 hours"],
    ["now-12h", "12 hours"],
    ["now-24h", "24 hours"],
];

const units = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const HOUR = 3.6e6;

/** Milliseconds of a time as the state keeps it ("now", "now-6h", epoch milliseconds); null when it is none. */
export function instant(text, now) {
    const relative = /^now(?:-(\d+)([smhdw]))?$/.exec(text);
    if (relative) return now - (relative[1] ? Number(relative[1]) * units[relative[2]] : 0);
    return /^\d{12,14}$/.test(text) ? Number(text) : null;
}

/** One point in time a person typed, as the state keeps it; null when it is none. */
function point(text, now) {
    if (instant(text, now) !== null) return text;
    if (/^\d{9,10}$/.test(text)) return `${text}000`;
    const clock = /^(?:([a-z]{3})[a-z]* )?(\d{1,2}):(\d{2})$/.exec(text);
    if (clock) {
        const date = new Date(now);
        date.setHours(Number(clock[2]), Number(clock[3]), 0, 0);
        if (clock[1]) {
            const day = days.indexOf(clock[1]);
            if (day < 0) return null;
            date.setDate(date.getDate() - ((date.getDay() - day + 7) % 7));
        }
        // A time of day that is still to come means the last one.
        if (date.getTime() > now) date.setDate(date.getDate() - (clock[1] ? 7 : 1));
        return String(date.getTime());
    }
    const parsed = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text.replace(" ", "T").toUpperCase()) : NaN;
    return Number.isNaN(parsed) ? null : String(parsed);
}

/** {from, until} of a range a person typed; null when it cannot be read. */
export function parseRange(text, now = Date.now()) {
    const plain = text.trim().toLowerCase().replace(/\s+/g, " ");
    const last = /^(?:last |now-|-)?(\d+) ?(s|m|min|h|d|w)[a-z]*$/.exec(plain);
    if (last) return { from: `now-${last[1]}${last[2][0]}`, until: "now" };
    const [first, second, more] = plain.split(/ to | – | - |\.\.| until /);
    if (more !== undefined || !first) return null;
    const from = point(first.trim(), now);
    const until = second === undefined ? "now" : point(second.trim(), now);
    if (from === null || until === null) return null;
    return instant(from, now) < instant(until, now) ? { from, until } : null;
}

/** The range of a state in milliseconds; what cannot be read is the last hour. */
export function rangeOf({ from, until }, now = Date.now()) {
    const end = instant(until, now) ?? now;
    const start = instant(from, now) ?? end - HOUR;
    return start < end ? { start, end } : { start: end - HOUR, end };
}

/** The part of the range that is brushed ("start-end" in milliseconds); null without one. */
export function brushOf({ brush }) {
    const [, start, end] = /^(\d{12,14})-(\d{12,14})$/.exec(brush) ?? [];
    return start && Number(start) < Number(end) ? { start: Number(start), end: Number(end) } : null;
}

/** A step of 15 s or more that gives at most 240 points. */
export function stepOf(range) {
    const seconds = (range.end - range.start) / 1000;
    return Math.max(15, Math.ceil(seconds / 240 / 15) * 15);
}

/** "12 min", "1 h 30 min", "2 d". */
export function length(milliseconds) {
    const minutes = Math.round(milliseconds / 6e4);
    if (minutes < 1) return `${Math.round(milliseconds / 1000)}\u202fs`;
    if (minutes < 60) return `${minutes}\u202fmin`;
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.round(hours / 24)}\u202fd`;
    return minutes % 60 ? `${hours}\u202fh ${minutes % 60}\u202fmin` : `${hours}\u202fh`;
}

/** What a button says about a range. */
export function rangeName({ from, until }) {
    const relative = /^now-(\d+)([smhdw])$/.exec(from);
    if (until !== "now" || !relative) return "";
    const names = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };
    return `Last ${relative[1]} ${names[relative[2]]}${relative[1] === "1" ? "" : "s"}`;
}
