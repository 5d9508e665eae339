// SPDX-License-Identifier: Apache-2.0
// What an empty server shows: how to send the first profile, and that it is listening.
import { byId, copyText, icon, make } from "./dom.js";

const recipes = (url) => ({
    Python: [
        "pip install pyroscope-io",
        "import pyroscope",
        `pyroscope.configure(application_name="checkout", server_address="${url}")`,
    ],
    Go: [
        "go get github.com/grafana/pyroscope-go",
        'import "github.com/grafana/pyroscope-go"',
        `pyroscope.Start(pyroscope.Config{ApplicationName: "checkout", ServerAddress: "${url}"})`,
    ],
    "Node.js": [
        "npm install @pyroscope/nodejs",
        "const Pyroscope = require('@pyroscope/nodejs');",
        `Pyroscope.init({ serverAddress: '${url}', appName: 'checkout' }); Pyroscope.start();`,
    ],
    Rust: [
        "cargo add pyroscope pyroscope_pprofrs",
        `let agent = PyroscopeAgent::builder("${url}", "checkout").backend(pprof_backend(PprofConfig::new())).build()?;`,
        "let running = agent.start()?;",
    ],
    curl: [
        "curl -o cpu.pb.gz http://localhost:6060/debug/pprof/profile?seconds=10",
        `curl -X POST --data-binary @cpu.pb.gz \\`,
        `  "${url}/ingest?name=checkout&format=pprof"`,
    ],
});

/** Fills the first-run section. */
export function showFirstRun() {
    const section = byId("first");
    const all = recipes(location.origin);
    const code = make("pre", { class: "code", tabindex: "0" });
    const chips = make("div", { class: "chips", role: "group", "aria-label": "Language" });
    let lines = [];
    const choose = (name) => {
        lines = all[name];
        code.replaceChildren(...lines.map((line) => make("div", {}, line)));
        for (const chip of chips.children) {
            chip.setAttribute("aria-pressed", String(chip.textContent === name));
        }
    };
    for (const name of Object.keys(all)) {
        chips.append(make("button", { class: "chip", onclick: () => choose(name) }, name));
    }
    const copy = make(
        "button",
        { class: "button", onclick: () => copyText(lines.join("\n"), "Copied.") },
        icon("copy"),
        "Copy",
    );
    section.replaceChildren(
        make("h2", { class: "big" }, "Waiting for the first profile"),
        make(
            "p",
            { class: "lead" },
            "Hearth is running. Send it a profile from any Pyroscope SDK, and this page turns into your flame graph.",
        ),
        chips,
        make("div", { class: "code-box" }, code, copy),
        make(
            "div",
            { class: "listening" },
            make("i", { class: "pulse" }),
            make("b", {}, `Listening on ${location.host}`),
            make("span", { class: "quiet" }, "Usually within 15 seconds of the app starting"),
        ),
    );
    choose("Python");
}
