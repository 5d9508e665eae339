// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// What language a profile comes from; only Go matters, because its profiles get repaired (spec/ingest 6.5,
/// 6.6).
enum Language {
    private static let spies = [
        "dotnetspy", "phpspy", "pyspy", "rbspy", "nodespy", "javaspy", "grafana-agent.java", "pyroscope-rs",
    ]

    /// Whether it is Go: by the name of the profiler, else by the first string that gives a language away.
    static func isGo(_ texts: borrowing TextTable, labels: LabelSet) -> Bool {
        if let spy = labels["pyroscope_spy"] {
            if spy == "gospy" { return true }
            if Self.spies.contains(spy) { return false }
        }
        for index in 0..<UInt32(texts.count) {
            if texts.hasSuffix(".go", index) || texts.hasPrefix("/usr/local/go/", index) { return true }
            if texts.hasPrefix(".go", index) || texts.hasSuffix("/usr/local/go/", index) { return true }
            if Self.isOther(texts, index) { return false }
        }
        return false
    }

    private static func isOther(_ texts: borrowing TextTable, _ index: UInt32) -> Bool {
        let marks: [StaticString] = [
            "java/", "sun/", ".rb", "gems/", "./node_modules/", ".js", "System.", "Microsoft.", ".py",
            "main.rs",
            "core.rs",
        ]
        for mark in marks where texts.hasPrefix(mark, index) || texts.hasSuffix(mark, index) { return true }
        return false
    }
}

/// Go writes the shapes of type parameters into function names; they say nothing to a reader and split
/// functions.
enum GoTypeParameters {
    /// Removes every `[go.shape.…]` up to its closing bracket from all strings.
    static func strip(_ texts: inout TextTable) {
        for index in 0..<UInt32(texts.count) {
            guard texts.contains(index, "[go.shape.") else { continue }
            texts.replace(index, with: Self.stripped(texts.bytes(index)))
        }
    }

    /// `text` without its shapes; an unbalanced rest stays.
    static func stripped(_ text: [UInt8]) -> [UInt8] {
        let mark = Array("[go.shape.".utf8)
        let ends = Self.ends(text)
        var kept: [UInt8] = []
        var at = 0
        while at < text.count {
            guard let end = ends[at], text[at...].starts(with: mark) else {
                kept.append(text[at])
                at += 1
                continue
            }
            at = end
        }
        return kept
    }

    /// The place behind the closing bracket of each opening one, in one pass: marks may be unclosed by the
    /// thousand.
    private static func ends(_ text: [UInt8]) -> [Int: Int] {
        var ends: [Int: Int] = [:]
        var open: [Int] = []
        for at in text.indices {
            if text[at] == UInt8(ascii: "[") { open.append(at) }
            if text[at] == UInt8(ascii: "]"), let start = open.popLast() { ends[start] = at + 1 }
        }
        return ends
    }
}
