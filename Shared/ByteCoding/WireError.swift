// SPDX-License-Identifier: Apache-2.0

/// Why bytes could not be read; `at` counts from the start of the outermost message.
public enum WireError: Error, Equatable {
    case truncated(at: Int)
    /// More than 64 bits of payload.
    case overlongVarint(at: Int)
    /// Field number 0 or a wire type that does not exist.
    case invalidTag(at: Int)
    /// A group that is not closed, or closed by another field's end.
    case unbalancedGroup(at: Int)
    case nestedTooDeep(at: Int)
    /// More elements than the reader allows.
    case tooMany(at: Int, limit: Int)
    case invalidUTF8(at: Int)
    /// A value outside what the format allows.
    case outOfRange(at: Int)
    /// A field whose wire type is not the declared one, where that cannot be skipped.
    case unexpectedKind(at: Int)
}
