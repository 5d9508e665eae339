// SPDX-License-Identifier: Apache-2.0

/// Where and why JSON was refused; `description` reads as the Go server words it.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What was found.
    package enum Problem: Equatable, Sendable {
        case unexpectedEnd
        /// A token that may not stand here; at most 64 bytes of it.
        case unexpectedToken(String)
        /// Not a token at all.
        case invalidToken(String)
        /// A value its field cannot hold.
        case invalidValue(type: String, field: String, token: String)
        case duplicateField(String)
        case unknownField(String)
        case nestedTooDeep(limit: Int)
        case tooManyElements(limit: Int)
        /// A string that is not UTF-8 or has a broken escape.
        case invalidString
    }

    package let problem: Problem
    /// Line of the offending token, from 1.
    package let line: Int
    /// Column of the offending token in bytes, from 1.
    package let column: Int

    package var description: String {
        let place = "(line \(self.line):\(self.column))"
        return switch self.problem {
        case .unexpectedEnd: "unexpected EOF"
        case .unexpectedToken(let token): "syntax error \(place): unexpected token \(token)"
        case .invalidToken(let token): "syntax error \(place): invalid value \(token)"
        case .invalidValue(let type, let field, let token):
            "\(place): invalid value for \(type) field \(field): \(token)"
        case .duplicateField(let name): "\(place): duplicate field \"\(name)\""
        case .unknownField(let name): "\(place): unknown field \"\(name)\""
        case .nestedTooDeep(let limit): "\(place): more than \(limit) nested values"
        case .tooManyElements(let limit): "\(place): more than \(limit) elements"
        case .invalidString: "syntax error \(place): invalid string"
        }
    }
}
