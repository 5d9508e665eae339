// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema

/// A quota over a longer time: a controller outside counts, and says here when it is used up
/// (spec/ingest 8.3).
package struct IngestionLimit: Sendable, Equatable {
    /// The quota of one usage group.
    package struct GroupLimit: Sendable, Equatable {
        package var limitMiB = 0
        package var isReached = false
    }

    /// The word for the period, such as `hour`.
    package var periodType = ""
    package var limitMiB = 0
    /// Seconds since 1970.
    package var resetTime = 0
    package var isReached = false
    /// Requests that pass in each `samplingPeriod` although the quota is used up.
    package var sampledRequestCount = 0
    package var samplingPeriod = Duration.zero
    package var groups: [String: GroupLimit] = [:]

    /// Reads the section; nil when nothing is there.
    static func reading(_ node: YAMLNode) throws(TreeError) -> IngestionLimit? {
        if case .null = node { return nil }
        return try IngestionLimit(entries: try node.entries("ingestion_limit"))
    }

    private init(entries: [(name: String, value: YAMLNode)]) throws(TreeError) {
        for (name, value) in entries {
            switch name {
            case "period_type":
                self.periodType = try value.text(name)
                guard self.periodType.utf8.count <= 64 else { throw TreeError("period_type is too long") }
            case "period_limit_mb": self.limitMiB = try value.integer(name, in: 0...1 << 40)
            case "limit_reset_time": self.resetTime = try value.integer(name, in: 0...253_402_300_799)
            case "limit_reached": self.isReached = try value.bool(name)
            case "sampling": try self.readSampling(value)
            case "usage_groups": try self.readGroups(value)
            default: throw TreeError("unknown key \(name)")
            }
        }
    }

    private mutating func readSampling(_ node: YAMLNode) throws(TreeError) {
        for (name, value) in try node.entries("sampling") {
            switch name {
            case "num_requests": self.sampledRequestCount = try value.integer(name, in: 0...1_000_000)
            case "period":
                guard let period = DurationText.parse(try value.text(name)), period >= .zero else {
                    throw TreeError("sampling: period must be a duration, such as 1m")
                }
                self.samplingPeriod = period
            default: throw TreeError("sampling: unknown key \(name)")
            }
        }
    }

    private mutating func readGroups(_ node: YAMLNode) throws(TreeError) {
        for (group, settings) in try node.entries("usage_groups") {
            var limit = GroupLimit()
            for (name, value) in try settings.entries("usage group '\(group)'") {
                switch name {
                case "period_limit_mb": limit.limitMiB = try value.integer(name, in: 0...1 << 40)
                case "limit_reached": limit.isReached = try value.bool(name)
                default: throw TreeError("usage group '\(group)': unknown key \(name)")
                }
            }
            self.groups[group] = limit
        }
        guard self.groups.count <= 10_000 else { throw TreeError("more than 10000 usage groups") }
    }

    /// JSON that `reading` reads back.
    var text: String {
        let groups = self.groups.sorted { $0.key < $1.key }.map { name, limit in
            "\(YAMLNode.quoted(name)):{\"period_limit_mb\":\(limit.limitMiB),"
                + "\"limit_reached\":\(limit.isReached)}"
        }
        return "{\"period_type\":\(YAMLNode.quoted(self.periodType)),\"period_limit_mb\":\(self.limitMiB),"
            + "\"limit_reset_time\":\(self.resetTime),\"limit_reached\":\(self.isReached),"
            + "\"sampling\":{\"num_requests\":\(self.sampledRequestCount),"
            + "\"period\":\"\(DurationText.render(self.samplingPeriod))\"},"
            + "\"usage_groups\":{\(groups.joined(separator: ","))}}"
    }

    /// The first of `groups` whose quota is used up.
    package func reachedGroup(of groups: [UsageGroup]) -> (name: String, limit: GroupLimit)? {
        for group in groups {
            if let limit = self.groups[group.name] ?? self.groups[group.configuredName], limit.isReached {
                return (group.name, limit)
            }
        }
        return nil
    }
}
