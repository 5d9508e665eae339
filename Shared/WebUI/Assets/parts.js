// SPDX-License-Identifier: Apache-2.0
// Small pieces that several views show: a function's name in two weights, a figure with its label.
import { make } from "./dom.js";
import { slotOf, splitName } from "./names.js";

/** The swatch of a function's colour; a class, so that it follows the theme. */
export function swatch(name) {
    const slot = slotOf(name);
    return make("i", { class: `swatch slot-${slot < 0 ? "other" : slot}` });
}

/** Swatch, last element of the package, function. Names are never cut in the middle: the package goes first. */
export function functionName(name) {
    const [pack, rest] = splitName(name);
    const last = pack.slice(Math.max(pack.lastIndexOf("/"), pack.lastIndexOf("\\")) + 1);
    const joint = name.slice(pack.length, name.length - rest.length);
    return make(
        "span",
        { class: "function" },
        swatch(name),
        make(
            "span",
            { class: "names" },
            last ? make("span", { class: "package" }, last + joint) : "",
            make("b", {}, rest),
        ),
    );
}

/** A small label over a large number with a smaller one beside it. */
export function figure(label, large, small) {
    return make(
        "div",
        {},
        make("small", {}, label),
        make("span", { class: "large" }, large, make("small", {}, small)),
    );
}

/** A key cap. */
export const cap = (text) => make("kbd", {}, text);
