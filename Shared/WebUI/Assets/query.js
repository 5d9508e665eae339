// SPDX-License-Identifier: Apache-2.0
// The label filter: one chip per matcher, and a field that completes label names and then values.
import { byId, icon, make } from "./dom.js";
import { FilterError, formatFilter, parseFilter } from "./selector.js";

const ROWS = 50;
const draftShape = /^\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(=~|!~|!=|=)\s*"?([^"]*)"?\s*$/;

/** Prefix first, then anywhere, then letters in this order. */
function ranked(all, typed) {
    const wanted = typed.toLowerCase();
    const fuzzy = new RegExp([...wanted].map((c) => c.replace(/[^a-z0-9]/g, "\\$&")).join(".*"));
    const rank = (text) => {
        const at = text.toLowerCase().indexOf(wanted);
        return at === 0 ? 0 : at > 0 ? 1 : fuzzy.test(text.toLowerCase()) ? 2 : 3;
    };
    return all.map((text) => [rank(text), text]).filter(([r]) => r < 3).sort((a, b) => a[0] - b[0]).map((
        [, text],
    ) => text);
}

/** `source.names()` and `source.values(name)` complete; `changed` gets the filter as text. */
export class QueryBar {
    constructor(source, changed) {
        Object.assign(this, {
            source,
            changed,
            matchers: [],
            picked: -1,
            rows: [],
            row: -1,
            asked: 0,
            wrong: "",
        });
        this.input = byId("filter");
        this.list = byId("filter-list");
        this.input.addEventListener("input", () => {
            this.pick(-1);
            this.complete();
        });
        this.input.addEventListener("focus", () => this.complete());
        this.input.addEventListener("blur", () => this.close());
        this.input.addEventListener("keydown", (event) => this.key(event));
        byId("query").addEventListener("pointerdown", (event) => {
            if (event.target.closest("button, input, li")) return;
            event.preventDefault();
            this.input.focus();
        });
    }

    /** Shows a filter from the address; one that cannot be read stays as text in the field. */
    show(text) {
        if (text === formatFilter(this.matchers)) return;
        try {
            this.matchers = parseFilter(text);
            this.input.value = "";
        } catch (error) {
            if (!(error instanceof FilterError)) throw error;
            this.matchers = [];
            this.input.value = text;
            this.fail(error.message);
        }
        this.renderChips();
    }

    /** A sentence under the bar, empty for none; chips whose pattern it quotes are marked. */
    fail(message) {
        byId("filter-error").textContent = message;
        byId("filter-error").hidden = !message;
        byId("query").classList.toggle("wrong", Boolean(message));
        this.input.setAttribute("aria-invalid", String(Boolean(message)));
        this.wrong = message;
        this.renderChips();
    }

    renderChips() {
        const chip = (matcher, index) => {
            const { name, op, value } = matcher;
            const classes = [
                "token",
                op.startsWith("!") && "negative",
                index === this.picked && "picked",
                op.endsWith("~") && value && this.wrong.includes(value) && "faulty",
            ];
            return make(
                "span",
                { class: classes.filter(Boolean).join(" "), role: "listitem" },
                make(
                    "button",
                    {
                        class: "token-text",
                        tabindex: "-1",
                        title: "Edit this filter",
                        onclick: () => this.edit(index),
                    },
                    make("span", { class: "token-name" }, name),
                    make("span", { class: "token-op" }, op),
                    make("b", {}, value || "“”"),
                ),
                make("button", {
                    class: "token-remove",
                    "aria-label": `Remove ${name} ${op} ${value}`,
                    onclick: () => this.remove(index),
                }, icon("close", 12)),
            );
        };
        byId("chips").replaceChildren(...this.matchers.map(chip));
        this.input.placeholder = this.matchers.length ? "Add" : "Add a label filter";
    }

    remove(index) {
        this.matchers = this.matchers.filter((_, i) => i !== index);
        this.pick(-1);
        this.input.focus();
        this.commit();
    }

    edit(index) {
        const { name, op, value } = this.matchers[index];
        this.matchers = this.matchers.filter((_, i) => i !== index);
        this.pick(-1);
        this.input.value = `${name}${op}${value}`;
        this.input.focus();
        this.complete();
    }

    pick(index) {
        this.picked = index;
        this.renderChips();
    }

    commit() {
        this.fail("");
        this.changed(formatFilter(this.matchers));
    }

    /** Takes what is in the field as matchers. */
    take() {
        const text = this.input.value.trim();
        if (!text) return this.close();
        try {
            this.matchers = [...this.matchers, ...parseFilter(text)];
        } catch (error) {
            if (!(error instanceof FilterError)) throw error;
            return this.fail(error.message);
        }
        this.input.value = "";
        this.close();
        this.commit();
    }

    // Completion

    async complete() {
        const asked = ++this.asked;
        const draft = draftShape.exec(this.input.value);
        const rows = draft ? await this.valueRows(draft) : await this.nameRows(this.input.value.trim());
        // A slower answer to an older question must not replace a newer one.
        if (asked !== this.asked || document.activeElement !== this.input) return;
        this.open(rows);
    }

    async nameRows(typed) {
        const names = await this.source.names().catch(() => []);
        const rest = typed.replace(/[^A-Za-z0-9_.].*$/, "");
        return ranked(names, rest).slice(0, ROWS).map((name) => ({
            text: name,
            typed: rest,
            hint: "label",
            take: () => {
                this.input.value = `${name}=`;
                this.complete();
            },
        }));
    }

    async valueRows([, name, op, typed]) {
        const values = await this.source.values(name).catch(() => []);
        const take = (how, value) => () => {
            this.input.value = formatFilter([{ name, op: how, value }]);
            this.take();
        };
        const rows = ranked(values, typed).slice(0, ROWS).map((value) => ({
            text: value,
            typed,
            hint: name,
            take: take(op, value),
        }));
        if (typed && !op.endsWith("~") && !values.includes(typed)) {
            // Patterns match whole values: plain text is looked for anywhere, a pattern goes as it is.
            const plain = /^[\w-]+$/.test(typed);
            rows.push({
                text: plain ? `Contains “${typed}”` : `Matches the pattern “${typed}”`,
                typed: "",
                hint: "⇧↵",
                pattern: true,
                take: take(op === "!=" ? "!~" : "=~", plain ? `.*${typed}.*` : typed),
            });
        }
        return rows;
    }

    open(rows) {
        this.rows = rows;
        this.row = -1;
        this.list.replaceChildren(...rows.map((row, index) =>
            make(
                "li",
                {
                    role: "option",
                    id: `filter-option-${index}`,
                    "aria-selected": "false",
                    onpointerdown: (event) => {
                        event.preventDefault();
                        row.take();
                    },
                },
                marked(row.text, row.typed),
                make("small", {}, row.hint),
            )
        ));
        this.list.hidden = rows.length === 0;
        this.input.setAttribute("aria-expanded", String(rows.length > 0));
        // The first row is on when something was typed, so that Enter completes it; an empty field leaves Enter alone.
        this.move(rows.length && this.input.value && !rows[0].pattern ? 0 : -1);
    }

    move(index) {
        this.row = index;
        [...this.list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === index)));
        if (index >= 0) {
            this.input.setAttribute("aria-activedescendant", `filter-option-${index}`);
            this.list.children[index].scrollIntoView({ block: "nearest" });
        } else {
            this.input.removeAttribute("aria-activedescendant");
        }
    }

    close() {
        this.asked++;
        this.list.hidden = true;
        this.row = -1;
        this.input.setAttribute("aria-expanded", "false");
        this.input.removeAttribute("aria-activedescendant");
    }

    key(event) {
        const count = this.rows.length;
        const empty = this.input.value === "";
        const atStart = this.input.selectionStart === 0 && this.input.selectionEnd === 0;
        if (event.key === "ArrowDown" && count) {
            this.list.hidden ? this.complete() : this.move((this.row + 1) % count);
        } else if (event.key === "ArrowUp" && count && !this.list.hidden) {
            this.move((this.row - 1 + count) % count);
        } else if (event.key === "Enter") this.enter(event.shiftKey);
        else if (event.key === "Escape" && !this.list.hidden) this.close();
        else if (event.key === "Escape") this.input.blur();
        else if (event.key === "Backspace" && empty && this.picked >= 0) this.remove(this.picked);
        else if (event.key === "Backspace" && empty && this.matchers.length) {
            this.pick(this.matchers.length - 1);
        } else if (event.key === "ArrowLeft" && atStart && this.matchers.length) {
            this.pick(this.picked < 0 ? this.matchers.length - 1 : Math.max(0, this.picked - 1));
        } else if (event.key === "ArrowRight" && this.picked >= 0) {
            this.pick(this.picked + 1 < this.matchers.length ? this.picked + 1 : -1);
        } else return;
        event.preventDefault();
        event.stopPropagation();
    }

    enter(shifted) {
        if (this.picked >= 0) return this.edit(this.picked);
        const draft = draftShape.exec(this.input.value);
        const written = this.input.value.includes('"');
        if (shifted && draft) this.rows.find((row) => row.pattern)?.take();
        else if (this.row >= 0 && !this.list.hidden && !written && !draft?.[2].endsWith("~")) {
            this.rows[this.row].take();
        } else this.take();
    }
}

/** The text with the typed part set off. */
function marked(text, typed) {
    const at = typed ? text.toLowerCase().indexOf(typed.toLowerCase()) : -1;
    if (at < 0) return make("span", {}, text);
    return make(
        "span",
        {},
        text.slice(0, at),
        make("mark", {}, text.slice(at, at + typed.length)),
        text.slice(at + typed.length),
    );
}
