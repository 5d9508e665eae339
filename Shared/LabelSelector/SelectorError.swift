// SPDX-License-Identifier: Apache-2.0

/// Why a selector was refused; `description` is what the Go server's parser says.
package struct SelectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the fault lies.
    package enum Position: Hashable, Sendable {
        /// The text is empty.
        case unknown
        /// Both count from 1; the column counts bytes.
        case at(line: Int, column: Int)
    }

    package let position: Position
    package let message: String

    /// A fault at byte `offset` of `text`.
    init(at offset: Int, of text: [UInt8], _ message: String) {
        self.message = message
        guard !text.isEmpty else {
            self.position = .unknown
            return
        }
        let before = text.prefix(offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")) ?? -1
        self.position = .at(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: offset - lineStart
        )
    }

    package var description: String {
        switch self.position {
        case .unknown: "unknown position: parse error: \(self.message)"
        case .at(let line, let column): "\(line):\(column): parse error: \(self.message)"
        }
    }
}
