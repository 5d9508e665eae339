// SPDX-License-Identifier: Apache-2.0
// Invariant of the unsafe code here: `handle` comes from `hearth_re2_compile`, is never replaced, and is
// freed once,
// in `deinit`; pattern and text are only lent to C for the length of a call, with their exact byte counts.
internal import CxxRE2

/// A compiled RE2 expression, anchored at both ends; the dot matches line feeds as well, as in the Go server.
@safe
final class RegularExpression: Sendable {
    // SAFETY: RE2 objects are immutable to callers and may be matched from any number of threads at once.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// Memory for the program and its automaton.
    private static let memoryMax: Int64 = 1 << 20
    private static let messageByteCountMax = 2_048

    init(_ pattern: String) throws(PatternError) {
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

    func matchesWhole(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe hearth_re2_full_match(self.handle, bytes.baseAddress, bytes.count) == 1
            }
        }
    }
}
