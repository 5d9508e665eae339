// SPDX-License-Identifier: Apache-2.0

/// Makes symbols equal that the JVM numbers anew in each process (spec/ingest 3.4).
///
/// Each rule is anchored to the whole symbol; a symbol that none matches stays as it is.
enum SymbolCleaning {
    private typealias Bytes = ArraySlice<UInt8>

    static func clean(_ symbol: String) -> String {
        guard Self.mayMatch(symbol.utf8Span.span) else { return symbol }
        var bytes = Array(symbol.utf8)
        if let kept = Self.accessor(bytes[...]) ?? Self.lambda(bytes[...]) {
            bytes = bytes[..<kept] + [UInt8(ascii: "_")]
        } else if let name = Self.library(bytes[...]) {
            return name
        }
        if let kept = Self.spring(bytes[...]) { bytes = bytes[..<kept] + [UInt8(ascii: "_")] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether any rule can match: nearly all symbols end here.
    private static func mayMatch(_ bytes: Span<UInt8>) -> Bool {
        let count = bytes.count
        guard count > 3 else { return false }
        // A number, `.so`, ` (deleted)`.
        let last = bytes[count - 1]
        if last == UInt8(ascii: "o"), bytes[count - 3] == UInt8(ascii: ".") { return true }
        if last == UInt8(ascii: ")") || bytes[0] == UInt8(ascii: "j") && Self.isDigit(last) { return true }
        for index in 1..<count where bytes[index] == UInt8(ascii: "$") {
            if bytes[index - 1] == UInt8(ascii: "$") { return true }
        }
        return false
    }

    /// `jdk/internal/reflect/GeneratedMethodAccessor` and digits; gives the count of bytes to keep.
    private static func accessor(_ bytes: Bytes) -> Int? {
        let prefix = Array("jdk/internal/reflect/GeneratedMethodAccessor".utf8)
        guard bytes.starts(with: prefix) else { return nil }
        let rest = bytes[prefix.count...]
        return !rest.isEmpty && rest.allSatisfy(Self.isDigit) ? prefix.count : nil
    }

    /// `…$$Lambda`, then digits; or `$` and digits (both may lack), a dot or a slash, `0x` (may lack), hex
    /// digits.
    private static func lambda(_ bytes: Bytes) -> Int? {
        let mark = Array("$$Lambda".utf8)
        // The last mark whose rest fits, as a greedy expression finds it.
        var from = bytes.endIndex
        while let at = Self.last(mark, in: bytes[..<from]) {
            let end = at + mark.count
            if at > bytes.startIndex, Self.isLambdaRest(bytes[end...]) { return end }
            from = end - 1
        }
        return nil
    }

    private static func isLambdaRest(_ bytes: Bytes) -> Bool {
        if !bytes.isEmpty, bytes.allSatisfy(Self.isDigit) { return true }
        var rest = bytes
        if rest.first == UInt8(ascii: "$") { rest = rest.dropFirst() }
        let digits = rest.prefix(while: Self.isDigit)
        rest = rest[digits.endIndex...]
        guard let mark = rest.popFirst(), mark == 0x2E || mark == 0x2F else { return false }
        if rest.starts(with: "0x".utf8) { rest = rest.dropFirst(2) }
        return !rest.isEmpty && rest.allSatisfy(Self.isHex)
    }

    /// `…$$EnhancerBySpringCGLIB$$…`.
    private static func spring(_ bytes: Bytes) -> Int? {
        let mark = Array("$$EnhancerBySpringCGLIB$$".utf8)
        guard let at = Self.last(mark, in: bytes), at > bytes.startIndex else { return nil }
        return at + mark.count
    }

    /// Native libraries that were unpacked to a temporary file.
    private static func library(_ bytes: Bytes) -> String? {
        var name = bytes
        _ = Self.strip(suffix: " (deleted)", &name)
        guard Self.strip(suffix: ".so", &name) else { return nil }
        if !Self.strip(prefix: "./tmp/", &name) { _ = Self.strip(prefix: "/tmp/", &name) }
        if Self.isZstd(name) { return "libzstd-jni-_.so" }
        if Self.isCorretto(name) { return "libamazonCorrettoCryptoProvider_.so" }
        if Self.isAsyncProfiler(name) { return "libasyncProfiler-_.so" }
        return nil
    }

    /// `libzstd-jni-1.5.1-16931311898282279136`.
    private static func isZstd(_ bytes: Bytes) -> Bool {
        var rest = bytes
        guard Self.strip(prefix: "libzstd-jni-", &rest) else { return false }
        for mark in [UInt8(ascii: "."), UInt8(ascii: "."), UInt8(ascii: "-")] {
            let digits = rest.prefix(while: Self.isDigit)
            rest = rest[digits.endIndex...]
            guard !digits.isEmpty, rest.popFirst() == mark else { return false }
        }
        return !rest.isEmpty && rest.allSatisfy(Self.isDigit)
    }

    /// `libamazonCorrettoCryptoProvider109b39cf33c563eb`, and longer names in newer releases.
    private static func isCorretto(_ bytes: Bytes) -> Bool {
        var rest = bytes
        _ = Self.strip(prefix: "lib", &rest)
        guard Self.strip(prefix: "amazonCorrettoCryptoProvider", &rest) else { return false }
        _ = Self.strip(prefix: "NativeLibraries.", &rest)
        let digits = rest.prefix(16)
        guard digits.count == 16, digits.allSatisfy(Self.isHex) else { return false }
        rest = rest[digits.endIndex...]
        if !Self.strip(prefix: "/libcrypto", &rest) {
            _ = Self.strip(prefix: "/libamazonCorrettoCryptoProvider", &rest)
        }
        return rest.isEmpty
    }

    private static func isAsyncProfiler(_ bytes: Bytes) -> Bool {
        var rest = bytes
        guard Self.strip(prefix: "libasyncProfiler-", &rest),
            Self.strip(suffix: "-17b9a1d8156277a98ccc871afa9a8f69215f92", &rest)
        else { return false }
        return ["linux-arm64", "linux-musl-x64", "linux-x64", "macos"].contains {
            rest.elementsEqual($0.utf8)
        }
    }

    // MARK: - Bytes

    private static func strip(prefix: String, _ bytes: inout Bytes) -> Bool {
        guard bytes.starts(with: prefix.utf8) else { return false }
        bytes = bytes.dropFirst(prefix.utf8.count)
        return true
    }

    private static func strip(suffix: String, _ bytes: inout Bytes) -> Bool {
        guard bytes.count >= suffix.utf8.count, bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        else { return false }
        bytes = bytes.dropLast(suffix.utf8.count)
        return true
    }

    private static func last(_ pattern: [UInt8], in bytes: Bytes) -> Int? {
        var at = bytes.endIndex - pattern.count
        while at >= bytes.startIndex {
            if bytes[at] == pattern[0], bytes[at...].starts(with: pattern) { return at }
            at -= 1
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHex(_ byte: UInt8) -> Bool {
        Self.isDigit(byte) || (0x61...0x66).contains(byte)
    }
}
