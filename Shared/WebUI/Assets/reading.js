// SPDX-License-Identifier: Apache-2.0
// Requests under way: a new question cancels the old one, and what takes longer than 250 ms shows how far it is.
import { byId } from "./dom.js";

const PATIENCE_MS = 250;

/** One question to the server made of several requests. */
class Question {
    constructor(reader) {
        Object.assign(this, { reader, abort: new AbortController(), asked: 0, answered: 0 });
        this.timer = setTimeout(() => {
            this.late = true;
            this.show();
        }, PATIENCE_MS);
    }

    get signal() {
        return this.abort.signal;
    }

    get isCurrent() {
        return this.reader.question === this && !this.signal.aborted;
    }

    /** Counts a request until it settles. */
    async track(request) {
        this.asked++;
        try {
            return await request;
        } finally {
            this.answered++;
            this.show();
        }
    }

    show() {
        if (!this.late || !this.isCurrent) return;
        byId("progress").hidden = false;
        byId("progress-text").textContent = `${this.answered} of ${this.asked} answers`;
        byId("progress-fill").style.width = `${Math.round((100 * this.answered) / this.asked)}%`;
    }

    end() {
        clearTimeout(this.timer);
        if (this.reader.question !== this) return;
        byId("progress").hidden = true;
        document.body.removeAttribute("aria-busy");
    }
}

/** Keeps at most one question going. */
export class Reader {
    constructor(cancelled) {
        this.question = null;
        byId("progress-cancel").addEventListener("click", () => {
            if (this.cancel()) cancelled();
        });
    }

    begin() {
        this.cancel();
        this.question = new Question(this);
        document.body.setAttribute("aria-busy", "true");
        return this.question;
    }

    /** Whether there was something to cancel. */
    cancel() {
        const question = this.question;
        if (
            !question || question.signal.aborted ||
            byId("progress").hidden && !document.body.hasAttribute("aria-busy")
        ) return false;
        question.abort.abort();
        question.end();
        return true;
    }
}
