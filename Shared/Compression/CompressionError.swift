// SPDX-License-Identifier: Apache-2.0

/// Why bytes could not be inflated.
package enum CompressionError: Error, Equatable {
    /// More than `limit` bytes would come out, or are declared to.
    case sizeLimit(Int)
    /// Not the format it claims to be, or damaged: checksum, length, structure.
    case corrupt
    /// The end is missing.
    case truncated
    /// A dictionary or a window larger than allowed.
    case unsupported
}
