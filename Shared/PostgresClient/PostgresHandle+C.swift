// SPDX-License-Identifier: Apache-2.0

// Invariant: pointers handed to a closure live as long as the call; a cancel request owns its `PGcancel`
// alone.
internal import CLibpq
internal import Glibc

extension PostgresHandle {
    /// Refuses what libpq cannot parse: its own message would repeat the URL, password and all.
    static func check(url: String) throws(PostgresError) {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://"), !url.utf8.contains(0) else {
            throw .invalidURL
        }
        // Of two `@` libpq takes the first, and the rest of the password for a host that its messages name.
        let authority = url.split(separator: "/", omittingEmptySubsequences: false)[2]
        guard authority.count(where: { $0 == "@" }) <= 1 else { throw .invalidURL }
        var message: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(url, &message)
        unsafe PQfreemem(message)
        guard let options = unsafe options else { throw .invalidURL }
        unsafe PQconninfoFree(options)
    }

    /// The last line of libpq's message without control characters, cut to a log line's length.
    static func reason(_ message: String) -> String {
        let line = message.split(separator: "\n").last ?? ""
        return String(line.unicodeScalars.filter { $0.value >= 0x20 }.prefix(300).map { Character($0) })
    }

    /// Null-terminated array of C strings.
    @unsafe static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        var copies = unsafe strings.map { unsafe strdup($0) }
        let pointers = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
        defer { while let copy = unsafe copies.popLast() { unsafe free(copy) } }
        return unsafe pointers.withUnsafeBufferPointer { buffer in unsafe body(buffer.baseAddress) }
    }

    /// Values, lengths and formats (all binary) as libpq wants them.
    @unsafe static func withPointers<Result>(
        _ parameters: PostgresParameters,
        _ body: (
            UnsafeBufferPointer<UnsafePointer<CChar>?>, UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Int32>
        ) -> Result
    ) -> Result {
        // One more byte, so that an empty value at the end has an address too: a null pointer would mean
        // null.
        let bytes = parameters.bytes + [0]
        let lengths = parameters.ranges.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: lengths.count)
        return unsafe bytes.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = unsafe parameters.ranges.map { range in
                unsafe range.flatMap { range in unsafe start.map { unsafe $0 + range.lowerBound } }
            }
            return unsafe values.withUnsafeBufferPointer { values in
                unsafe lengths.withUnsafeBufferPointer { lengths in
                    unsafe formats.withUnsafeBufferPointer { formats in unsafe body(values, lengths, formats)
                    }
                }
            }
        }
    }
}
