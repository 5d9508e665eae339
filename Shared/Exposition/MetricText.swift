// SPDX-License-Identifier: Apache-2.0

/// Writes the Prometheus text format, version 0.0.4.
package struct MetricText: Sendable {
    /// The content type of what this writes.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Label names and values, in the order in which they are shown.
    package typealias Labels = [(name: String, value: String)]

    /// What was written so far.
    package private(set) var text = ""

    /// An empty page.
    package init() {}

    /// Writes the HELP and TYPE lines of a family; its samples follow.
    package mutating func family(_ name: String, type: String, help: String) {
        if !help.isEmpty {
            self.text += "# HELP \(name) \(Self.escape(help, quotes: false))\n"
        }
        self.text += "# TYPE \(name) \(type)\n"
    }

    /// Writes one sample whose labels are already rendered (`a="b",c="d"`, or empty).
    package mutating func sample(_ name: String, rendered labels: String, _ value: String) {
        self.text += name
        if !labels.isEmpty { self.text += "{\(labels)}" }
        self.text += " \(value)\n"
    }

    /// Writes a family of one gauge.
    package mutating func gauge(_ name: String, help: String, labels: Labels = [], _ value: Double) {
        self.family(name, type: "gauge", help: help)
        self.sample(name, rendered: Self.render(labels), Self.number(value))
    }

    /// Writes a family of one counter.
    package mutating func counter(_ name: String, help: String, labels: Labels = [], _ value: Double) {
        self.family(name, type: "counter", help: help)
        self.sample(name, rendered: Self.render(labels), Self.number(value))
    }

    /// Renders labels as `name="value"` pairs with commas between.
    package static func render(_ labels: Labels) -> String {
        labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    /// Renders a number as Prometheus reads it.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        guard abs(value) < 1e15, let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }

    /// Whether Prometheus takes `name` as a metric or label name.
    package static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !Self.isDigit(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"), UInt8(ascii: ":"):
                true
            default:
                Self.isDigit(byte)
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
