// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

extension SpeedscopeFile {
    /// The profiles of a file, one per name, shape, unit and start, ordered by start.
    static func decode(
        _ body: [UInt8],
        _ upload: LegacyUpload
    ) throws(LegacyFault) -> [LegacyProfile] {
        let nameByteCountMax = min(max(upload.limits.profileByteCountMax, 0), 1 << 30)
        let file = try SpeedscopeFile(body, nameByteCountMax: nameByteCountMax)
        let groups = try file.groups()
        var profiles: [LegacyProfile] = []
        var nodeCountLeft = upload.nodeCountMax
        for group in groups {
            guard let first = group.first else { continue }
            let profile = try file.profile(group, first, upload, groups.count > 1, nodeCountLeft)
            nodeCountLeft -= profile.tree.count
            profiles.append(profile)
        }
        return profiles
    }

    private struct GroupKey: Hashable {
        var shape: String
        var name: String
        var unit: String
        var start: UInt64
    }

    /// Entries that belong together, ordered by start.
    private func groups() throws(LegacyFault) -> [[Entry]] {
        var places: [GroupKey: Int] = [:]
        var groups: [[Entry]] = []
        for entry in self.entries {
            let key = GroupKey(
                shape: entry.shape,
                name: entry.name,
                unit: entry.unit,
                start: entry.startValue.bitPattern
            )
            if let place = places[key] {
                groups[place].append(entry)
            } else {
                guard groups.count < Self.profileCountMax else {
                    throw .tooManyProfiles(limit: Self.profileCountMax)
                }
                places[key] = groups.count
                groups.append([entry])
            }
        }
        return groups.enumerated().sorted { left, right in
            let (a, b) = (left.element[0].startValue, right.element[0].startValue)
            return a == b ? left.offset < right.offset : a < b
        }.map(\.element)
    }

    private func profile(
        _ group: [Entry],
        _ first: Entry,
        _ upload: LegacyUpload,
        _ isOneOfMany: Bool,
        _ nodeCountMax: Int
    ) throws(LegacyFault) -> LegacyProfile {
        guard let unit = SpeedscopeUnit(rawValue: first.unit) else {
            throw .unknownUnit(LegacyFault.shown(Array(first.unit.utf8)))
        }
        var (service, kind) = (upload.app, MeasuredKind.cpu)
        if isOneOfMany {
            guard let named = MeasuredKind.named(unit.rawValue) else { throw .unknownKind(unit.rawValue) }
            kind = named
        } else {
            (service, kind) = try MeasuredKind.split(upload.app)
        }
        let isDefault = upload.sampleRate == LegacyUpload.defaultSampleRate
        let rate = isDefault ? unit.defaultRate : upload.sampleRate
        var profile = LegacyProfile(
            service,
            kind,
            rate: rate,
            tree: CallTree(nodeCountMax: max(nodeCountMax, 1)),
            names: self.names
        )
        profile.profileName = first.name
        var factor = unit.precision
        if let period = profile.period { factor = unit == .nanoseconds ? 1 : factor * Double(period) }
        var reader = SpeedscopeReader(self, tree: profile.tree, factor: factor)
        for entry in group { try reader.take(entry) }
        profile.tree = reader.tree
        return profile
    }
}

/// What a weight of a speedscope profile is.
enum SpeedscopeUnit: String {
    case none, nanoseconds, microseconds, milliseconds, seconds, bytes

    /// What a weight of 1 counts as, so that some digits behind the point survive.
    var precision: Double { self == .bytes ? 1 : 100 }

    /// Ticks a second when the request does not say, with that precision in it.
    var defaultRate: Int64 {
        switch self {
        case .none: 10_000
        case .nanoseconds: 100_000_000_000
        case .microseconds: 100_000_000
        case .milliseconds: 100_000
        case .seconds: 100
        case .bytes: 0
        }
    }
}
