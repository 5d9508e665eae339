// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import LabelSelector
package import ProfileModel

/// What a querier asks an ingester over HTTP; the path says which of the three questions it is.
///
/// Version byte 1; tenant; selector; profile type id (empty for none); first and last nanosecond, zigzag; the
/// names to group by with their count before them.
package struct SourceRequest: Sendable {
    package var tenant: TenantID
    package var query: ProfileQuery
    /// Only totals are grouped; empty otherwise.
    package var groupBy: [String]

    /// The version this code writes.
    package static let formatVersion: UInt8 = 1
    package static let contentType = "application/x-hearth-question"
    /// The content type of the answer, a `Partial`.
    package static let answerContentType = "application/x-hearth-partial"
    /// Where ingesters answer.
    package static let stacktracesPath = "/internal/v1/stacktraces"
    /// Where ingesters answer.
    package static let totalsPath = "/internal/v1/totals"
    /// Where ingesters answer.
    package static let seriesPath = "/internal/v1/series"

    private static let groupCountMax = 1_024

    /// A question; `groupBy` for totals only.
    package init(tenant: TenantID, query: ProfileQuery, groupBy: [String] = []) {
        self.tenant = tenant
        self.query = query
        self.groupBy = groupBy
    }

    /// The question as bytes.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(Self.formatVersion)
        writer.text(self.tenant.description)
        writer.text(self.query.selector.description)
        writer.text(self.query.type?.description ?? "")
        writer.zigzag(self.query.range.first)
        writer.zigzag(self.query.range.last)
        writer.varint(self.groupBy.count)
        for name in self.groupBy { writer.text(name) }
        return writer.bytes
    }

    /// Reads a question that fills `bytes`.
    package init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        guard try cursor.byte() == Self.formatVersion else { throw .outOfRange(at: 0) }
        let tenantAt = cursor.offset
        let tenantText = try cursor.text()
        do { self.tenant = try TenantID(parsing: tenantText) } catch { throw .outOfRange(at: tenantAt) }
        let selectorAt = cursor.offset
        let selectorText = try cursor.text()
        let selector: LabelSelector
        do { selector = try LabelSelector(parsing: selectorText) } catch { throw .outOfRange(at: selectorAt) }
        let typeAt = cursor.offset
        let typeText = try cursor.text()
        let type = ProfileType(parsing: typeText)
        guard typeText.isEmpty || type != nil else { throw .outOfRange(at: typeAt) }
        let range = TimeRange(first: try cursor.zigzag(), last: try cursor.zigzag())
        self.query = ProfileQuery(selector: selector, type: type, range: range)
        let count = try cursor.count(limit: Self.groupCountMax)
        self.groupBy = []
        for _ in 0..<count { self.groupBy.append(try cursor.text()) }
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
    }
}
