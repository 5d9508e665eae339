// SPDX-License-Identifier: Apache-2.0
// Label filters: reading what a person typed, and writing the selector the server gets.

export class FilterError extends Error {}

const part = /^\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(=~|!~|!=|=)\s*/;

/** Matchers {name, op, value} of "region="eu", pod=~"web-.*"": braces and, for plain values, quotes may be left out. */
export function parseFilter(text) {
    let rest = text.trim().replace(/^\{/, "").replace(/\}$/, "");
    const matchers = [];
    while (rest.trim()) {
        const head = part.exec(rest);
        if (!head) throw new FilterError(`“${rest.trim()}” is not a label filter: write label="value".`);
        const [value, after] = readValue(rest.slice(head[0].length), head[1]);
        matchers.push({ name: head[1], op: head[2], value });
        const comma = /^\s*(,|$)/.exec(after);
        if (!comma) throw new FilterError(`A comma is missing before “${after.trim()}”.`);
        rest = after.slice(comma[0].length);
    }
    return matchers;
}

function readValue(text, name) {
    if (text.startsWith("`")) {
        const end = text.indexOf("`", 1);
        if (end < 0) throw new FilterError(`The value of ${name} is missing its closing backtick.`);
        return [text.slice(1, end), text.slice(end + 1)];
    }
    if (!text.startsWith('"')) {
        const [plain] = /^[^,]*/.exec(text);
        if (!plain.trim()) throw new FilterError(`The value of ${name} is missing.`);
        return [plain.trim(), text.slice(plain.length)];
    }
    const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text);
    if (!quoted) throw new FilterError(`The value of ${name} is missing its closing quote.`);
    try {
        return [JSON.parse(quoted[0]), text.slice(quoted[0].length)];
    } catch {
        // An escape that JSON does not have, as in "\d+": the person meant the characters.
        return [quoted[0].slice(1, -1), text.slice(quoted[0].length)];
    }
}

export const formatMatcher = ({ name, op, value }) => `${name}${op}${JSON.stringify(value)}`;

export const formatFilter = (matchers) => matchers.map(formatMatcher).join(", ");

/** The selector of a service with a filter; a filter that cannot be read goes as it is, so that the server says why. */
export function selectorOf({ service, filter }) {
    const own = formatMatcher({ name: "service_name", op: "=", value: service });
    const plain = filter.trim().replace(/^\{|\}$/g, "").trim();
    return plain ? `{${own}, ${plain}}` : `{${own}}`;
}
