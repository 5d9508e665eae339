// SPDX-License-Identifier: Apache-2.0
// Invariant of the unsafe code here: both buffers are lent to libcrypto for the length of one call, with
// their
// exact byte counts; MD5 writes 16 bytes.
internal import CCrypto

/// MD5, where a format of others asks for it (Prometheus' `hashmod`); it protects nothing.
package enum MD5 {
    /// The hash of one array.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            var length: UInt32 = 0
            let done = unsafe bytes.withUnsafeBufferPointer {
                unsafe EVP_Digest($0.baseAddress, $0.count, buffer.baseAddress, &length, EVP_md5(), nil)
            }
            precondition(done == 1, "libcrypto has no MD5")
            count = Int(length)
        }
    }
}
