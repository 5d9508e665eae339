// SPDX-License-Identifier: Apache-2.0

// Invariant: both pointers come from spans of the same, checked length and are used for one call.
internal import Glibc

/// Whether two spans hold the same bytes.
@inline(__always)
func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    return unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            guard let a = left.baseAddress, let b = right.baseAddress else { return false }
            return unsafe memcmp(a, b, left.count) == 0
        }
    }
}
