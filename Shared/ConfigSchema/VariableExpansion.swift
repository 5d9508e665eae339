// SPDX-License-Identifier: Apache-2.0

/// Replaces `${NAME}` and `${NAME:-default}` in a file by the environment (`-config.expand-env`); `$$` is a
/// dollar.
enum VariableExpansion {
    static func expand(_ text: [UInt8], _ environment: [String: String]) -> [UInt8] {
        let dollar = UInt8(ascii: "$")
        var expanded: [UInt8] = []
        var rest = text[...]
        while let at = rest.firstIndex(of: dollar) {
            expanded += rest[..<at]
            rest = rest[(at + 1)...]
            if rest.first == dollar {
                expanded.append(dollar)
                rest = rest.dropFirst()
            } else if rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
                let inside = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                expanded += Self.value(of: inside, environment).utf8
                rest = rest[(end + 1)...]
            } else {
                expanded.append(dollar)
            }
        }
        return expanded + rest
    }

    private static func value(of expression: String, _ environment: [String: String]) -> String {
        guard let colon = expression.firstIndex(of: ":") else { return environment[expression] ?? "" }
        let value = environment[String(expression[..<colon])] ?? ""
        guard value.isEmpty, expression[colon...].hasPrefix(":-") else { return value }
        return String(expression[colon...].dropFirst(2))
    }
}
