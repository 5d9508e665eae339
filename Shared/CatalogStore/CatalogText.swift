// SPDX-License-Identifier: Apache-2.0

/// Text as the database stores it: `text` of PostgreSQL cannot hold U+0000 (spec/reliability H6).
///
/// U+0001 introduces an escape: U+0000 is stored as U+0001 U+0002, U+0001 as U+0001 U+0003. Lists of
/// strings are joined by U+0001 U+0004. Everything else stands for itself, so a search for ordinary text
/// needs no care.
enum CatalogText {
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 <= 1 }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 8)
        for byte in text.utf8 {
            switch byte {
            case 0: bytes += [1, 2]
            case 1: bytes += [1, 3]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func unescaped(_ stored: String) throws(CatalogError) -> String {
        guard stored.utf8.contains(1) else { return stored }
        let strings = try Self.list(stored)
        guard strings.count == 1 else { throw .corrupt(code: "text-escape") }
        return strings[0]
    }

    /// A list of strings as one text.
    static func joined(_ strings: [String]) -> String {
        guard !strings.isEmpty else { return "" }
        return strings.map(Self.escaped).joined(separator: "\u{1}\u{4}") + "\u{1}\u{4}"
    }

    /// The strings that `joined` put together.
    static func separated(_ stored: String) throws(CatalogError) -> [String] {
        guard !stored.isEmpty else { return [] }
        let strings = try Self.list(stored)
        guard strings.last == "" else { throw .corrupt(code: "text-list") }
        return strings.dropLast()
    }

    private static func list(_ stored: String) throws(CatalogError) -> [String] {
        var strings: [String] = []
        var bytes: [UInt8] = []
        var isEscape = false
        for byte in stored.utf8 {
            switch (isEscape, byte) {
            case (false, 1):
                isEscape = true
                continue
            case (false, _): bytes.append(byte)
            case (true, 2): bytes.append(0)
            case (true, 3): bytes.append(1)
            case (true, 4):
                strings.append(String(decoding: bytes, as: UTF8.self))
                bytes.removeAll(keepingCapacity: true)
            default: throw .corrupt(code: "text-escape")
            }
            isEscape = false
        }
        guard !isEscape else { throw .corrupt(code: "text-escape") }
        strings.append(String(decoding: bytes, as: UTF8.self))
        return strings
    }
}
