// SPDX-License-Identifier: Apache-2.0

/// Where a value came from.
package enum ConfigSource: Sendable, Equatable, CustomStringConvertible {
    case flag(String)
    case environment(String)
    case file(path: String, line: Int, column: Int)

    /// How an error names the place.
    package var description: String {
        switch self {
        case .flag(let name): "flag -\(name)"
        case .environment(let name): "environment variable \(name)"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        }
    }
}

/// Why a process cannot be configured; the description is what the operator reads.
package enum ConfigError: Error, Equatable, CustomStringConvertible {
    /// A value of a known key that is not allowed; the value of a secret is not shown.
    case notAllowed(source: ConfigSource, key: String, value: String, allowed: String)
    /// A key or flag that nobody knows.
    case unknown(source: ConfigSource, key: String, suggestion: String?)
    /// A flag without a value at the end of the line.
    case missingValue(flag: String, allowed: String)
    /// An argument that is no flag.
    case unexpectedArgument(String)
    /// The file could not be read; the system's reason.
    case unreadable(path: String, reason: String)
    /// The file is not the YAML that is accepted.
    case malformed(source: ConfigSource, reason: String)

    /// One line that names key, value, source and what is allowed.
    package var description: String {
        switch self {
        case .notAllowed(let source, let key, let value, let allowed):
            let place = if case .file = source { "\(source): \(key)" } else { "\(source)" }
            return "\(place): \(Self.quote(value)) is not allowed; give \(allowed)"
        case .unknown(.flag, let key, let suggestion):
            let hint = suggestion.map { "; did you mean -\($0)?" } ?? "; -help-all lists the flags"
            return "unknown flag -\(Self.shorten(key))\(hint)"
        case .unknown(let source, let key, let suggestion):
            let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
            return "\(source): unknown key \(Self.shorten(key))\(hint)"
        case .missingValue(let flag, let allowed):
            return "flag -\(flag) needs a value: \(allowed)"
        case .unexpectedArgument(let argument):
            return "unexpected argument \(Self.quote(argument)); flags start with a dash, -help lists them"
        case .unreadable(let path, let reason):
            return "cannot read \(Self.quote(path)): \(reason)"
        case .malformed(let source, let reason):
            return "\(source): \(reason)"
        }
    }

    private static func quote(_ text: String) -> String { "\"\(Self.shorten(text))\"" }

    /// At most 256 characters, none of them a control character.
    private static func shorten(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(256).map { scalar -> String in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return scalars.joined() + (text.unicodeScalars.count > 256 ? "…" : "")
    }
}
