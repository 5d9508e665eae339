// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import LabelSelector
package import ProfileColumns
package import ProfileModel

/// What a querier asks an ingester over HTTP; the path says which question it is.
///
/// Version byte 1; tenant; selector; profile type id (empty for none); first and last nanosecond, zigzag; the
/// names to group by with their count before them. Version 2 goes on: name of a span column, its ids with
/// their count before them; it is only written where a query asks for spans.
package struct SourceRequest: Sendable {
    package var tenant: TenantID
    package var query: ProfileQuery
    /// Only totals and points are grouped; empty otherwise.
    package var groupBy: [String]

    /// The version of a question that does not ask for spans.
    package static let formatVersion: UInt8 = 1
    /// The version of one that does.
    package static let spanFormatVersion: UInt8 = 2
    package static let contentType = "application/x-hearth-question"
    /// The content type of the answer, a `Partial`.
    package static let answerContentType = "application/x-hearth-partial"
    /// Where ingesters answer.
    package static let stacktracesPath = "/internal/v1/stacktraces"
    /// Where ingesters answer.
    package static let locationsPath = "/internal/v1/locations"
    /// Where ingesters answer.
    package static let totalsPath = "/internal/v1/totals"
    /// Where ingesters answer.
    package static let seriesPath = "/internal/v1/series"
    /// Where ingesters answer.
    package static let figuresPath = "/internal/v1/figures"

    /// Where ingesters answer with points.
    package static func pointsPath(_ kind: PointKind) -> String {
        switch kind {
        case .profiles: "/internal/v1/points/profiles"
        case .spans: "/internal/v1/points/spans"
        }
    }

    private static let groupCountMax = 1_024
    /// Ids of spans or traces that a question may name.
    package static let spanCountMax = 4_096

    /// A question; `groupBy` for totals only.
    package init(tenant: TenantID, query: ProfileQuery, groupBy: [String] = []) {
        self.tenant = tenant
        self.query = query
        self.groupBy = groupBy
    }

    /// The question as bytes.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(self.query.spans == nil ? Self.formatVersion : Self.spanFormatVersion)
        writer.text(self.tenant.description)
        writer.text(self.query.selector.description)
        writer.text(self.query.type?.description ?? "")
        writer.zigzag(self.query.range.first)
        writer.zigzag(self.query.range.last)
        writer.varint(self.groupBy.count)
        for name in self.groupBy { writer.text(name) }
        if let spans = self.query.spans {
            writer.text(spans.name)
            writer.varint(spans.ids.count)
            for id in spans.ids { writer.text(id) }
        }
        return writer.bytes
    }

    /// Reads a question that fills `bytes`.
    package init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        let version = try cursor.byte()
        guard version == Self.formatVersion || version == Self.spanFormatVersion else {
            throw .outOfRange(at: 0)
        }
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
        if version == Self.spanFormatVersion {
            let name = try cursor.text()
            var ids: [String] = []
            for _ in 0..<(try cursor.count(limit: Self.spanCountMax)) { ids.append(try cursor.text()) }
            self.query.spans = SpanFilter(name: name, ids: ids)
        }
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
    }
}
