// SPDX-License-Identifier: Apache-2.0
//
// Invariant: every C function here reads exactly the bytes of the span it is given and keeps no pointer to
// them.
internal import CCrypto
internal import CShims
internal import CXXHash

/// CRC32C (Castagnoli): the checksum of frames on disk and on the wire.
package enum CRC32C {
    /// The checksum of `bytes`, continuing from `seed` (0 to start): cutting the bytes anywhere gives the
    /// same result.
    package static func checksum(_ bytes: Span<UInt8>, seed: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { unsafe hearth_crc32c(seed, $0.baseAddress, $0.count) }
    }

    /// The checksum of an array.
    package static func checksum(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        Self.checksum(bytes.span, seed: seed)
    }
}

/// 128 bits of a hash.
package struct Hash128: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    /// A hash from its halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// XXH3: fast hashes, not safe against somebody who looks for collisions.
package enum XXH3 {
    /// 64 bits over `bytes`.
    package static func hash64(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        unsafe bytes.withUnsafeBufferPointer { unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed) }
    }

    /// 64 bits over the UTF-8 bytes of `text`.
    package static func hash64(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var text = text
        return text.withUTF8 { unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed) }
    }

    /// 128 bits over `bytes`.
    package static func hash128(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> Hash128 {
        let hash = unsafe bytes.withUnsafeBufferPointer {
            unsafe XXH3_128bits_withSeed($0.baseAddress, $0.count, seed)
        }
        return Hash128(high: hash.high64, low: hash.low64)
    }
}

/// SHA-256, for identities that nobody may forge.
@safe
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// A hash over nothing yet.
    ///
    /// Ends the process when there is no memory, as any Swift allocation does.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { preconditionFailure("libcrypto has no memory for a SHA-256 context") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(self.context) }

    /// Adds bytes.
    package mutating func update(_ bytes: Span<UInt8>) {
        _ = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_DigestUpdate(self.context, $0.baseAddress, $0.count)
        }
    }

    /// Adds the bytes of an array.
    package mutating func update(_ bytes: [UInt8]) { self.update(bytes.span) }

    /// The 32 bytes of the hash.
    package consuming func finalize() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            _ = unsafe EVP_DigestFinal_ex(self.context, buffer.baseAddress, &length)
            count = Int(length)
        }
    }

    /// The hash of one array.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            _ = unsafe bytes.withUnsafeBufferPointer {
                unsafe EVP_Digest($0.baseAddress, $0.count, buffer.baseAddress, &length, EVP_sha256(), nil)
            }
            count = Int(length)
        }
    }
}
