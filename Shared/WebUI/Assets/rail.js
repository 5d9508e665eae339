// SPDX-License-Identifier: Apache-2.0
// The list of services with their recent usage.
import { byId, make } from "./dom.js";
import { sparkline } from "./charts.js";
import { amount, rate, typeName, unitOf } from "./format.js";

/** Draws the rail; `chosen` is called with a service name. */
export class Rail {
  constructor(chosen) {
    Object.assign(this, { chosen, services: new Map(), usage: new Map(), current: "", type: "", seconds: 1 });
    byId("service-find").addEventListener("input", () => this.render());
    byId("rail-toggle").addEventListener("click", () => {
      const open = byId("rail").classList.toggle("open");
      byId("rail-toggle").setAttribute("aria-expanded", String(open));
    });
  }

  /** `usage`: Map of service to a list of sums per step of the type shown in the rail. */
  show({ services, usage, current, type, seconds }) {
    Object.assign(this, { services, usage, current, type, seconds });
    byId("service-count").textContent = services.size === 1 ? "1 reporting" : `${services.size} reporting`;
    this.render();
  }

  mark(current) {
    this.current = current;
    for (const button of byId("services").querySelectorAll("button")) {
      if (button.dataset.service === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  render() {
    const term = byId("service-find").value.trim().toLowerCase();
    const names = [...this.services.keys()].filter((name) => name.toLowerCase().includes(term));
    names.sort((a, b) => this.sum(b) - this.sum(a) || a.localeCompare(b));
    byId("services").replaceChildren(...names.map((name) => this.item(name)));
    if (!names.length && term) byId("services").append(make("li", { class: "quiet pad" }, `No service matches “${term}”.`));
  }

  sum(name) { return (this.usage.get(name) ?? []).reduce((total, value) => total + value, 0); }

  item(name) {
    const values = this.usage.get(name);
    const types = this.services.get(name).length;
    const total = this.sum(name);
    const unit = unitOf(this.type);
    const figure = values ? (unit === "nanoseconds" ? rate(total / this.seconds, unit) : amount(total, unit)) : "";
    const canvas = make("canvas");
    const button = make(
      "button",
      { "data-service": name, "aria-current": name === this.current ? "true" : undefined, onclick: () => this.chosen(name) },
      make("span", { class: "service-line" }, make("b", {}, name), make("span", { class: "number" }, figure)),
      values ? make("span", { class: "spark", title: typeName(this.type) }, canvas)
        : make("span", { class: "quiet" }, types === 1 ? "1 profile type" : `${types} profile types`),
    );
    if (values) queueMicrotask(() => sparkline(canvas, values));
    return make("li", {}, button);
  }
}
