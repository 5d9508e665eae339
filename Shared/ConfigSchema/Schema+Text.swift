// SPDX-License-Identifier: Apache-2.0

extension Schema {
    func key(flag: String) -> ConfigKey<Root>? { self.keys.first { $0.flag == flag } }

    func key(path: String) -> ConfigKey<Root>? { self.keys.first { $0.path == path } }

    /// What `-help` writes.
    func help(_ input: CommandInput, _ defaults: Root, all: Bool) -> String {
        var text = "Usage: \(input.program) [flags]\n"
        if !input.summary.isEmpty { text += "\n\(input.summary)\n" }
        text += """

            Each flag can also be set by an environment variable (-server.http-listen-port is
            HEARTH_SERVER_HTTP_LISTEN_PORT) or in a YAML file. Flags win over the environment, and the
            environment over the file.


            """
        var rows: [(flag: String, text: String)] = [
            (
                "config.expand-env",
                Self.row("config.expand-env", "", "Replace ${NAME} in the file by the environment.")
            ),
            ("config.file", Self.row("config.file", "path", "YAML file to read.")),
            ("config.verify", Self.row("config.verify", "", "Check the configuration, print it and exit.")),
            ("help", Self.row("help", "", "Print the flags that most people need.")),
            ("help-all", Self.row("help-all", "", "Print every flag.")),
            ("version", Self.row("version", "", "Print the version.")),
        ]
        for key in self.keys where all || !key.isAdvanced {
            let shown = key.show(defaults)
            let value = key.isSecret || shown.isEmpty ? "" : " (default \(shown))"
            let word = key.isBool ? "" : key.placeholder
            rows.append((key.flag, Self.row(key.flag, word, "\(key.help)\(value)")))
        }
        text += rows.sorted { $0.flag < $1.flag }.map(\.text).joined()
        if !all { text += "\n-help-all lists all flags.\n" }
        return text
    }

    private static func row(_ flag: String, _ placeholder: String, _ help: String) -> String {
        "  -\(flag)\(placeholder.isEmpty ? "" : " \(placeholder)")\n        \(help)\n"
    }

    /// The configuration as a YAML file that `load` reads back; secrets are masked.
    ///
    /// With `base` only what is shown differently there.
    package func yaml(_ root: Root, unlike base: Root? = nil) -> String {
        var text = ""
        var open: [Substring] = []
        let keys = self.keys.filter { key in base.map { key.show($0) != key.show(root) } ?? true }
        for key in keys.sorted(by: { Self.steps($0.path).lexicographicallyPrecedes(Self.steps($1.path)) }) {
            let steps = Self.steps(key.path)
            let sections = steps.dropLast()
            var kept = 0
            while kept < min(open.count, sections.count), open[kept] == sections[kept] { kept += 1 }
            for depth in kept..<max(kept, sections.count) {
                text += String(repeating: "  ", count: depth) + "\(sections[depth]):\n"
            }
            open = Array(sections)
            let indent = String(repeating: "  ", count: sections.count)
            text += "\(indent)\(steps[steps.count - 1]): \(Self.quote(key.show(root)))\n"
        }
        return text
    }

    /// A Markdown table of every key, for the reference page.
    package func reference(defaults: Root) -> String {
        var text = "| flag | file | default | meaning |\n|---|---|---|---|\n"
        for key in self.keys {
            let shown = key.isSecret ? "" : key.show(defaults)
            let value = shown.isEmpty ? "" : "`\(shown)`"
            text += "| `-\(key.flag)` | `\(key.path)` | \(value) | \(key.help) Give \(key.allowed). |\n"
        }
        return text
    }

    private static func steps(_ path: String) -> [Substring] { path.split(separator: ".") }

    /// Quotes where YAML would read something else.
    private static func quote(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        let isPlain = plain && !text.isEmpty && text.first != "-" && !["null", "Null", "NULL"].contains(text)
        return isPlain
            ? text
            : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
