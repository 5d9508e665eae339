// SPDX-License-Identifier: Apache-2.0

/// What may be copied out of the request as text: many attributes may refer to one long string.
struct TextBudget {
    /// For all attributes of the dictionary, resources and scopes of a request, bytes.
    static let byteCountMax = 16 << 20

    private var room = Self.byteCountMax

    /// Takes room for one copy, or refuses.
    mutating func take(_ byteCount: Int) throws(OTLPError) {
        guard byteCount <= self.room else { throw .tooLarge(limit: Self.byteCountMax) }
        self.room -= byteCount
    }
}
