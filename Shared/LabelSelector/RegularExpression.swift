// SPDX-License-Identifier: Apache-2.0
// Invariant of the unsafe code here: `handle` comes from `hearth_re2_compile`, is never replaced, and is
// freed once,
// in `deinit`; pattern and text are only lent to C for the length of a call, with their exact byte counts.
internal import CxxRE2

/// A compiled RE2 expression, anchored at both ends; the dot matches line feeds as well, as in the Go server.
@safe
package final class RegularExpression: Sendable {
    // SAFETY: RE2 objects are immutable to callers and may be matched from any number of threads at once.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// Memory for the program and its automaton.
    private static let memoryMax: Int64 = 1 << 20
    private static let messageByteCountMax = 2_048

    /// Compiles `pattern`.
    package init(_ pattern: String) throws(PatternError) {
        var message: [CChar] = Array(repeating: 0, count: Self.messageByteCountMax)
        var pattern = pattern
        let made = pattern.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { text in
                unsafe hearth_re2_compile(
                    text.baseAddress,
                    text.count,
                    Self.memoryMax,
                    &message,
                    message.count
                )
            }
        }
        guard let made = unsafe made else {
            let text = String(
                decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
            throw PatternError(re2Message: text)
        }
        unsafe self.handle = made
    }

    deinit { unsafe hearth_re2_free(self.handle) }

    /// Whether the pattern matches all of `text`.
    package func matchesWhole(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe hearth_re2_full_match(self.handle, bytes.baseAddress, bytes.count) == 1
            }
        }
    }

    /// The most groups that `captures` hands out, the whole match included.
    package static let groupCountMax = 32

    /// The number of groups in parentheses.
    package var groupCount: Int { unsafe Int(hearth_re2_groups(self.handle)) }

    /// The number of the group with this name; nil when there is none.
    package func group(named name: String) -> Int? {
        var name = name
        let index = name.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe hearth_re2_group(self.handle, bytes.baseAddress, bytes.count)
            }
        }
        return index < 0 ? nil : Int(index)
    }

    /// The match and its first groups, `count` in all, as byte ranges of `text`; nil when the pattern does
    /// not
    /// match all of it.
    ///
    /// A group that took no part is nil.
    package func captures(in text: String, count: Int) -> [Range<Int>?]? {
        precondition((1...Self.groupCountMax).contains(count), "groups are counted when rules are read")
        var bounds = [Int32](repeating: 0, count: 2 * count)
        var text = text
        let matches = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe hearth_re2_captures(
                    self.handle,
                    bytes.baseAddress,
                    bytes.count,
                    &bounds,
                    Int32(count)
                ) == 1
            }
        }
        guard matches else { return nil }
        return (0..<count).map { group in
            let start = Int(bounds[2 * group])
            return start < 0 ? nil : start..<start + Int(bounds[2 * group + 1])
        }
    }
}
