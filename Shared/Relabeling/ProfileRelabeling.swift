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

    /// Whether a profile with these labels may be changed: if not, nothing has to be done for it.
    package func isNeeded(for labels: [Label]) -> Bool {
        self.looksInside || (self.position != .disabled && RelabelRules.defaultsApply(to: labels))
    }

    /// The profile as the rules leave it; `isNamed` tells whether `labels` have the name already.
    ///
    /// What that costs is taken from the request's `budget`.
    package func apply(
        to labels: [Label],
        _ payload: [UInt8],
        displayNames: [String: String]?,
        isNamed: Bool,
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> [RelabeledProfile] {
        guard self.looksInside, let survey = PprofSurvey(payload, limits: self.profileLimits) else {
            return try self.relabeled(labels, &budget).map { [RelabeledProfile(labels: $0)] } ?? []
        }
        var labels = labels
        if !isNamed {
            let types = survey.sampleTypes.map { survey.text($0.type) }
            let name = UploadName.derived(types: types, displayNames: displayNames)
            labels.append(Label(LabelName.profileName, name))
        }
        let kept = try self.keptTypes(survey, labels, &budget)
        if let kept, !kept.contains(true) { return [] }
        return try self.parts(of: survey, labels, kept, &budget)
    }

    /// The labels after all rules; nil when they drop the series.
    private func relabeled(
        _ labels: [Label],
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> [Label]? {
        var labels = labels
        if self.position == .first, RelabelRules.defaultsApply(to: labels) {
            guard try budget.apply(.defaults, &labels) else { return nil }
        }
        guard try budget.apply(self.rules, &labels) else { return nil }
        if self.position == .last, RelabelRules.defaultsApply(to: labels) {
            guard try budget.apply(.defaults, &labels) else { return nil }
        }
        return labels
    }

    /// Whether each sample type stays; nil when all do.
    private func keptTypes(
        _ survey: PprofSurvey,
        _ labels: [Label],
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> [Bool]? {
        guard !self.sampleTypeRules.isEmpty else { return nil }
        var kept: [Bool] = []
        for type in survey.sampleTypes {
            var own = labels.filter { $0.name != LabelName.type && $0.name != LabelName.unit }
            own.append(Label(LabelName.type, survey.text(type.type)))
            own.append(Label(LabelName.unit, survey.text(type.unit)))
            kept.append(try budget.apply(self.sampleTypeRules, &own))
        }
        return kept.allSatisfy(\.self) ? nil : kept
    }
}

extension ProfileRelabeling {
    /// What rules make of the samples with one label list.
    private struct Outcome {
        /// The part they go to; nil drops them.
        var place: Int?
        /// Their labels where those change.
        var labels: [Label]?
    }

    /// The profiles that the samples' label lists lead to.
    private func parts(
        of survey: PprofSurvey,
        _ labels: [Label],
        _ keptTypes: [Bool]?,
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> [RelabeledProfile] {
        var edit = PprofEdit(survey)
        edit.keptTypes = keptTypes
        guard !self.rules.isEmpty, !survey.groups.isEmpty else {
            guard let changed = try self.relabeled(labels, &budget) else { return [] }
            return try Self.profiles([changed], of: survey, keptTypes == nil ? nil : edit, &budget)
        }
        let seriesNames = Set(labels.lazy.filter { !$0.value.isEmpty }.map(\.name))
        var names = SampleLabelNames(survey)
        var outcomes: [[PprofSurvey.Pair]: Outcome] = [:]
        var places: [LabelSet: Int] = [:]
        var series: [[Label]] = []
        var isEdited = keptTypes != nil
        for (group, pairs) in survey.groups.enumerated() {
            let plain = pairs.filter { !names.isID($0.name) }
            var outcome = outcomes[plain]
            if outcome == nil {
                let own = plain.map { Label(survey.text($0.name), survey.text($0.value)) }
                    .filter { !seriesNames.contains($0.name) }
                let made = try self.outcome(of: own, labels, &places, &series, &budget)
                outcomes[plain] = made
                outcome = made
                isEdited = isEdited || made.place == nil || made.labels != nil
            }
            guard let place = outcome?.place else {
                edit.drop(group: group)
                continue
            }
            edit.move(group: group, to: place)
            if let changed = outcome?.labels {
                edit.relabel(group: group, pairs.filter { names.isID($0.name) }, changed)
            }
        }
        return try Self.profiles(series, of: survey, isEdited || series.count > 1 ? edit : nil, &budget)
    }

    /// One profile per series, each with its copy where there is an edit.
    private static func profiles(
        _ series: [[Label]],
        of survey: PprofSurvey,
        _ edit: PprofEdit?,
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> [RelabeledProfile] {
        if edit != nil { try budget.takeCopies(series.count, of: survey.bytes.count) }
        var profiles: [RelabeledProfile] = []
        for (place, labels) in series.enumerated() {
            let payload = try edit?.copy(place)
            profiles.append(RelabeledProfile(labels: labels, payload: payload, isNamed: true))
        }
        return profiles
    }

    /// Runs the rules over the series' labels with the samples' `own`; the series' own labels win, as without
    /// rules.
    private func outcome(
        of own: [Label],
        _ labels: [Label],
        _ places: inout [LabelSet: Int],
        _ series: inout [[Label]],
        _ budget: inout RelabelBudget
    ) throws(ProfileRejection) -> Outcome {
        guard let all = try self.relabeled(labels + own, &budget) else { return Outcome() }
        let names = Set(own.map(\.name)).subtracting([LabelName.serviceName])
        let rest = all.filter { !names.contains($0.name) }
        let kept = all.filter { names.contains($0.name) }
        let set = LabelSet(rest)
        let place = places[set] ?? series.count
        if place == series.count {
            guard place < Self.partCountMax else {
                throw RelabelBudget.refused("the samples lead to more than \(Self.partCountMax) series")
            }
            places[set] = place
            series.append(rest)
        }
        return Outcome(place: place, labels: kept == own ? nil : kept)
    }
}

/// Which label names of samples stand for ids of single requests; found out once per name.
private struct SampleLabelNames {
    private let survey: PprofSurvey
    private var known: [Int: Bool] = [:]

    private static let ids: Set<String> = ["span_id", "trace_id", "profile_id"]

    init(_ survey: PprofSurvey) { self.survey = survey }

    /// Ids are no matter of rules.
    mutating func isID(_ name: Int) -> Bool {
        if let known = self.known[name] { return known }
        let isID = Self.ids.contains(self.survey.text(name))
        self.known[name] = isID
        return isID
    }
}
