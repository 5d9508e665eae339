// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import ProfileModel

/// The answer to an append: a count, then one byte per profile in order, after a rejection its reason and
/// text.
package enum AppendOutcomes {
    /// All `outcomes` as one body.
    package static func encode(_ outcomes: [AppendOutcome]) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(outcomes.count)
        for outcome in outcomes {
            switch outcome {
            case .stored: writer.byte(0)
            case .duplicate: writer.byte(1)
            case .empty: writer.byte(2)
            case .rejected(let rejection):
                writer.byte(3)
                writer.text(rejection.reason.rawValue)
                writer.text(rejection.message)
            }
        }
        return writer.bytes
    }

    /// Reads a whole body.
    package static func decode(_ bytes: Span<UInt8>) throws(WireError) -> [AppendOutcome] {
        var cursor = WireCursor(bytes)
        let count = try cursor.count(limit: AppendFrames.profileCountMax)
        var outcomes: [AppendOutcome] = []
        outcomes.reserveCapacity(count)
        for _ in 0..<count {
            switch try cursor.varint(below: 4) {
            case 0: outcomes.append(.stored)
            case 1: outcomes.append(.duplicate)
            case 2: outcomes.append(.empty)
            default:
                // A reason that a newer ingester invented counts as unknown.
                let reason = DiscardReason(rawValue: try cursor.text()) ?? .unknown
                outcomes.append(.rejected(ProfileRejection(reason, try cursor.text())))
            }
        }
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
        return outcomes
    }
}
