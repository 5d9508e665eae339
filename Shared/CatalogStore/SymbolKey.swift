// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// What makes a symbol unique in a database: 128 bits of a SHA-256, because names may be longer than an
/// index row.
///
/// Nobody can make two symbols share a key on purpose, so a hit needs no comparison of the text.
enum SymbolKey {
    static let byteCount = 16

    static func of(_ function: FunctionSymbol) -> [UInt8] {
        var bytes: [UInt8] = []
        Self.append(function.name, to: &bytes)
        Self.append(function.systemName, to: &bytes)
        Self.append(function.file, to: &bytes)
        Self.append(UInt64(bitPattern: function.startLine), to: &bytes)
        return Array(SHA256.hash(bytes).prefix(Self.byteCount))
    }

    static func of(_ mapping: MappingSymbol) -> [UInt8] {
        var bytes: [UInt8] = []
        Self.append(mapping.buildID, to: &bytes)
        Self.append(mapping.file, to: &bytes)
        return Array(SHA256.hash(bytes).prefix(Self.byteCount))
    }

    /// The key of any text that must be unique.
    static func of(_ text: String) -> [UInt8] { Array(SHA256.hash(Array(text.utf8)).prefix(Self.byteCount)) }

    /// Where a tenant's ids start in a catalogue that is new to the tenant: at a random multiple of 2²⁸
    /// below 2⁴⁸.
    ///
    /// A catalogue that was lost and made anew so never hands out an id that an older block uses for
    /// something else, and symbols restored from blocks find their ids free.
    static func firstID() -> Int64 { Int64.random(in: 1..<(1 << 20)) << 28 }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        Self.append(UInt64(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
