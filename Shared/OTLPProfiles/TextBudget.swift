// SPDX-License-Identifier: Apache-2.0

/// What may be copied out of the request as text: labels of series and names of services.
///
/// Many of them may refer to one long string.
struct TextBudget {
    /// Bytes, for one request.
    static let byteCountMax = 4 << 20

    private var room = Self.byteCountMax

    /// Takes room for one copy, or refuses.
    mutating func take(_ byteCount: Int) throws(OTLPError) {
        guard byteCount <= self.room else { throw .tooLarge(limit: Self.byteCountMax) }
        self.room -= byteCount
    }
}
