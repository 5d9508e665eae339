// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials

/// The part `sample_type_config` of an upload: only display names still mean anything (spec/ingest 2.7).
enum SampleTypeConfig {
    private struct Entry: Decodable {
        var displayName: String?

        enum CodingKeys: String, CodingKey { case displayName = "display-name" }
    }

    /// Display names by sample type; empty where an entry has none.
    ///
    /// Throws the text for the client.
    static func displayNames(_ json: [UInt8]) throws(IngestRefusal) -> [String: String] {
        do {
            let entries = try JSONDecoder().decode([String: Entry].self, from: Data(json))
            return entries.mapValues { $0.displayName ?? "" }
        } catch {
            throw IngestRefusal(
                .unreadable,
                "parsing IngestInput-pprof failed: sample_type_config is not valid JSON"
            )
        }
    }
}
