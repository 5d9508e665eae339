// SPDX-License-Identifier: Apache-2.0

/// Why a tenant id was refused.
package enum TenantError: Error, Equatable {
    case empty
    case tooLong(byteCount: Int)
    case forbiddenByte(UInt8)
    case reservedName
}

/// The owner of data: if you hold one, it is valid (spec/reliability X1).
///
/// 1 to 150 bytes of `A-Z a-z 0-9 ! - _ . * ' ( )`, neither `.` nor `..`; safe as a folder name.
package struct TenantID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// The tenant of a server without multi-tenancy.
    package static let anonymous = TenantID(trusted: "anonymous")

    /// The longest tenant id, in bytes.
    package static let byteCountMax = 150

    private init(trusted: String) { self.description = trusted }

    /// Checks `text`; the only way to make a tenant id from input.
    package init(parsing text: some StringProtocol) throws(TenantError) {
        let bytes = text.utf8
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.byteCountMax else { throw .tooLong(byteCount: bytes.count) }
        for byte in bytes where !Self.isAllowed(byte) { throw .forbiddenByte(byte) }
        guard text != ".", text != ".." else { throw .reservedName }
        self.description = String(text)
    }

    package static func < (left: TenantID, right: TenantID) -> Bool { left.description < right.description }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "*"),
            UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"):
            true
        default:
            false
        }
    }
}
