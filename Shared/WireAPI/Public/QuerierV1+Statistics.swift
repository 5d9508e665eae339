// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension TypesV1 {
    /// Asks whether a tenant has data.
    package struct GetProfileStatsRequest: Message, Equatable {
        package static let messageName = "types.v1.GetProfileStatsRequest"

        /// The only one there is.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }

    /// Whether a tenant has data, and from when; times in milliseconds.
    package struct GetProfileStatsResponse: Message, Equatable {
        package static let messageName = "types.v1.GetProfileStatsResponse"

        package var dataIngested: Bool = false
        package var oldestProfileTime: Int64 = 0
        package var newestProfileTime: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "data_ingested", &self.dataIngested)
            try codec.field(2, "oldest_profile_time", &self.oldestProfileTime)
            try codec.field(3, "newest_profile_time", &self.newestProfileTime)
        }
    }
}

extension QuerierV1 {
    /// Asks what a query would read; times in milliseconds.
    package struct AnalyzeQueryRequest: Message, Equatable {
        package static let messageName = "querier.v1.AnalyzeQueryRequest"

        package var start: Int64 = 0
        package var end: Int64 = 0
        package var query: String = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(2, "start", &self.start)
            try codec.field(3, "end", &self.end)
            try codec.field(4, "query", &self.query)
        }
    }

    /// What a query would read.
    package struct AnalyzeQueryResponse: Message, Equatable {
        package static let messageName = "querier.v1.AnalyzeQueryResponse"

        package var queryScopes: [QueryScope] = []
        package var queryImpact: QueryImpact?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "query_scopes", &self.queryScopes)
            try codec.field(2, "query_impact", &self.queryImpact)
        }
    }

    /// What one kind of storage holds in the range.
    package struct QueryScope: Message, Equatable {
        package static let messageName = "querier.v1.QueryScope"

        package var componentType: String = ""
        package var componentCount: UInt64 = 0
        package var blockCount: UInt64 = 0
        package var seriesCount: UInt64 = 0
        package var profileCount: UInt64 = 0
        package var sampleCount: UInt64 = 0
        package var indexBytes: UInt64 = 0
        package var profileBytes: UInt64 = 0
        package var symbolBytes: UInt64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "component_type", &self.componentType)
            try codec.field(2, "component_count", &self.componentCount)
            try codec.field(3, "block_count", &self.blockCount)
            try codec.field(4, "series_count", &self.seriesCount)
            try codec.field(5, "profile_count", &self.profileCount)
            try codec.field(6, "sample_count", &self.sampleCount)
            try codec.field(7, "index_bytes", &self.indexBytes)
            try codec.field(8, "profile_bytes", &self.profileBytes)
            try codec.field(9, "symbol_bytes", &self.symbolBytes)
        }
    }

    /// What a query costs.
    package struct QueryImpact: Message, Equatable {
        package static let messageName = "querier.v1.QueryImpact"

        package var totalBytesInTimeRange: UInt64 = 0
        package var totalQueriedSeries: UInt64 = 0
        package var deduplicationNeeded: Bool = false

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(2, "total_bytes_in_time_range", &self.totalBytesInTimeRange)
            try codec.field(3, "total_queried_series", &self.totalQueriedSeries)
            try codec.field(4, "deduplication_needed", &self.deduplicationNeeded)
        }
    }
}
