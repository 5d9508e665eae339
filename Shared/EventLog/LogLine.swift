// SPDX-License-Identifier: Apache-2.0

/// How events are written.
package enum LogFormat: String, Sendable, CaseIterable {
    case logfmt
    case json
}

/// Builds one line.
///
/// Values are cut at 1 KiB and the line at 4 KiB, so that a write to a pipe is atomic; control characters are
/// escaped, so that a value cannot forge a line or steer a terminal.
struct LogLine {
    static let valueByteCountMax = 1_024
    static let lineByteCountMax = 4_096
    private static let closing = 24  // room for ` cut=true`, `"}` and the line end

    private let format: LogFormat
    private var text: String
    private var isCut = false

    init(_ format: LogFormat) {
        self.format = format
        self.text = format == .json ? "{" : ""
    }

    mutating func append(_ name: String, _ value: LogValue) {
        guard !self.isCut else { return }
        let isFirst = self.text.utf8.count <= 1
        let field: String
        switch self.format {
        case .logfmt:
            field = (isFirst ? "" : " ") + Self.logfmtName(name) + "=" + Self.logfmtValue(value.text)
        case .json:
            let shown = value.isBareInJSON ? value.text : "\"\(Self.escape(value.text))\""
            field = (isFirst ? "" : ",") + "\"\(Self.escape(name))\":" + shown
        }
        if self.text.utf8.count + field.utf8.count + Self.closing > Self.lineByteCountMax {
            self.isCut = true
        } else {
            self.text += field
        }
    }

    consuming func finished() -> [UInt8] {
        switch self.format {
        case .logfmt: self.text += self.isCut ? " cut=true\n" : "\n"
        case .json: self.text += self.isCut ? ",\"cut\":true}\n" : "}\n"
        }
        return Array(self.text.utf8)
    }

    private static func logfmtName(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0 <= " " || $0 == "=" || $0 == "\"" ? "_" : $0 }
            )
        )
    }

    private static func logfmtValue(_ text: String) -> String {
        let escaped = Self.escape(text)
        let isPlain =
            !escaped.isEmpty && escaped.utf8.elementsEqual(text.utf8)
            && !text.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }
        return isPlain ? escaped : "\"\(escaped)\""
    }

    /// Escapes as JSON does, C1 controls and line separators included, and cuts.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            let piece: String
            switch scalar {
            case "\"": piece = "\\\""
            case "\\": piece = "\\\\"
            case "\n": piece = "\\n"
            case "\r": piece = "\\r"
            case "\t": piece = "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{200E}", "\u{200F}",
                "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                let digits = String(scalar.value, radix: 16)
                piece = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: piece = String(scalar)
            }
            if escaped.utf8.count + piece.utf8.count > Self.valueByteCountMax { return escaped + "…" }
            escaped += piece
        }
        return escaped
    }
}
