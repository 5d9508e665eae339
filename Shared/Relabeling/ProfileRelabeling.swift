// SPDX-License-Identifier: Apache-2.0
internal import Pprof
package import ProfileModel

/// What rules made of one profile: none when they dropped it, several when its samples go to different
/// series.
package struct RelabeledProfile {
    package var labels: [Label]
    /// Nil: as it came.
    package var payload: [UInt8]?
    /// Whether the labels hold the profile's name although the client did not send it.
    package var isNamed = false
}

/// Applies a tenant's rules and the default ones to a profile (spec/ingest 8.7).
///
/// Default rules alone look at the series' labels only, and mostly not even at those. A tenant's own rules
/// see
/// each distinct label list of the samples together with the series' labels; samples whose labels lead to
/// different series are parted.
package struct ProfileRelabeling: Sendable {
    private let rules: RelabelRules
    private let position: DefaultRulesPosition
    private let sampleTypeRules: RelabelRules
    private let profileLimits: ProfileLimits

    /// The most series that the samples of one profile may be parted into.
    package static let partCountMax = 64
    /// The most bytes that all parts of one profile may take together: each is a copy of the whole.
    package static let partByteCountMax = 64 << 20

    /// Rules of one tenant; `profileLimits` bound what is looked into.
    package init(
        _ rules: RelabelRules,
        defaults position: DefaultRulesPosition = .first,
        sampleTypes: RelabelRules = .none,
        profileLimits: ProfileLimits
    ) {
        self.rules = rules
        self.position = position
        self.sampleTypeRules = sampleTypes
        self.profileLimits = profileLimits
    }

    /// Whether the profile itself has to be looked at.
    package var looksInside: Bool { !self.rules.isEmpty || !self.sampleTypeRules.isEmpty }

    /// The profile as the rules leave it; `isNamed` tells whether `labels` have the name already.
    package func apply(
        to labels: [Label],
        _ payload: [UInt8],
        displayNames: [String: String]?,
        isNamed: Bool
    ) throws(ProfileRejection) -> [RelabeledProfile] {
        guard self.looksInside, let survey = PprofSurvey(payload, limits: self.profileLimits) else {
            return try self.relabeled(labels).map { [RelabeledProfile(labels: $0)] } ?? []
        }
        var labels = labels
        if !isNamed {
            let types = survey.sampleTypes.map { survey.text($0.type) }
            let name = UploadName.derived(types: types, displayNames: displayNames)
            labels.append(Label(LabelName.profileName, name))
        }
        let kept = try self.keptTypes(survey, labels)
        if let kept, !kept.contains(true) { return [] }
        var parts = try self.parts(of: survey, labels, kept)
        for index in parts.indices { parts[index].isNamed = true }
        return parts
    }

    /// The labels after all rules; nil when they drop the series.
    private func relabeled(_ labels: [Label]) throws(ProfileRejection) -> [Label]? {
        var labels = labels
        if self.position == .first, RelabelRules.defaultsApply(to: labels) {
            guard try Self.apply(.defaults, &labels) else { return nil }
        }
        guard try Self.apply(self.rules, &labels) else { return nil }
        if self.position == .last, RelabelRules.defaultsApply(to: labels) {
            guard try Self.apply(.defaults, &labels) else { return nil }
        }
        return labels
    }

    private static func apply(_ rules: RelabelRules, _ labels: inout [Label]) throws(ProfileRejection) -> Bool
    {
        do throws(RelabelOverflow) {
            return try rules.apply(to: &labels)
        } catch {
            let limit = error.byteCountMax
            throw ProfileRejection(
                .invalidLabels,
                "the labels are too large for relabeling: limit \(limit) bytes"
            )
        }
    }

    /// Whether each sample type stays; nil when all do.
    private func keptTypes(_ survey: PprofSurvey, _ labels: [Label]) throws(ProfileRejection) -> [Bool]? {
        guard !self.sampleTypeRules.isEmpty else { return nil }
        var kept: [Bool] = []
        for type in survey.sampleTypes {
            var own = labels.filter { $0.name != LabelName.type && $0.name != LabelName.unit }
            own.append(Label(LabelName.type, survey.text(type.type)))
            own.append(Label(LabelName.unit, survey.text(type.unit)))
            kept.append(try Self.apply(self.sampleTypeRules, &own))
        }
        return kept.allSatisfy(\.self) ? nil : kept
    }
}

extension ProfileRelabeling {
    /// Labels of a sample that are ids of single requests, no matter of rules.
    private static let ids: Set<String> = ["span_id", "trace_id", "profile_id"]

    /// The profiles that the samples' label lists lead to.
    private func parts(
        of survey: PprofSurvey,
        _ labels: [Label],
        _ keptTypes: [Bool]?
    ) throws(ProfileRejection) -> [RelabeledProfile] {
        guard !self.rules.isEmpty, !survey.groups.isEmpty else {
            guard let changed = try self.relabeled(labels) else { return [] }
            let all = (0..<survey.groups.count).map { Self.labels($0, survey) }
            var payload: [UInt8]?
            if let keptTypes { payload = try PprofEdit(keptTypes: keptTypes, labels: all).apply(to: survey) }
            return [RelabeledProfile(labels: changed, payload: payload)]
        }
        let seriesNames = Set(labels.lazy.filter { !$0.value.isEmpty }.map(\.name))
        var places: [LabelSet: Int] = [:]
        var parts: [(labels: [Label], edit: PprofEdit)] = []
        var isEdited = keptTypes != nil
        for group in survey.groups.indices {
            let own = Self.labels(group, survey)
            // The series' own labels win, as without rules.
            let plain = own.filter { !Self.ids.contains($0.name) && !seriesNames.contains($0.name) }
            guard let all = try self.relabeled(labels + plain) else {
                isEdited = true
                continue
            }
            let names = Set(plain.map(\.name))
            let series = all.filter { !names.contains($0.name) || $0.name == LabelName.serviceName }
            let kept = all.filter { names.contains($0.name) && $0.name != LabelName.serviceName }
            let place = places[LabelSet(series)] ?? parts.count
            if place == parts.count {
                guard place < Self.partCountMax else { throw Self.tooManyParts }
                guard place == 0 || (place + 1) * survey.bytes.count <= Self.partByteCountMax else {
                    throw Self.partsTooLarge(place + 1, survey)
                }
                places[LabelSet(series)] = place
                let none = [[Label]?](repeating: nil, count: survey.groups.count)
                parts.append((series, PprofEdit(keptTypes: keptTypes, labels: none)))
            }
            parts[place].edit.labels[group] = own.filter { Self.ids.contains($0.name) } + kept
            if kept != plain { isEdited = true }
        }
        isEdited = isEdited || parts.count > 1
        var profiles: [RelabeledProfile] = []
        for (labels, edit) in parts {
            let payload = isEdited ? try edit.apply(to: survey) : nil
            profiles.append(RelabeledProfile(labels: labels, payload: payload))
        }
        return profiles
    }

    private static var tooManyParts: ProfileRejection {
        ProfileRejection(
            .invalidLabels,
            "relabeling parts the samples of this profile into more than \(Self.partCountMax) series"
        )
    }

    private static func partsTooLarge(_ count: Int, _ survey: PprofSurvey) -> ProfileRejection {
        ProfileRejection(
            .invalidLabels,
            "relabeling parts this profile of \(survey.bytes.count) bytes into \(count) series, "
                + "limit \(Self.partByteCountMax) bytes for all together"
        )
    }

    private static func labels(_ group: Int, _ survey: PprofSurvey) -> [Label] {
        survey.groups[group].map { Label(survey.text($0.name), survey.text($0.value)) }
    }
}
