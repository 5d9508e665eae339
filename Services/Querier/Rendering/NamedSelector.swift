// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileModel

/// `<profile type id>{<matchers>}`, as the plain routes take it (spec/query 6.2).
struct NamedSelector {
    let type: ProfileType
    let typeID: String
    /// The matchers without the profile type.
    let selector: String

    /// Reads `query`; `parameter` is what errors call it.
    init(_ query: String, parameter: String) throws(QueryError) {
        let parsed: LabelSelector
        do {
            parsed = try LabelSelector(parsing: query)
        } catch { throw .invalid("failed to parse \"\(parameter)\": \(error)") }
        guard let name = parsed.matchers.last(where: { $0.name == LabelName.profileName }) else {
            throw .invalid("\"\(parameter)\" must contain a profile-type selection")
        }
        do {
            self.type = try QueryTerms.profileType(name.value)
        } catch { throw .invalid("failed to parse \"\(parameter)\"") }
        self.typeID = name.value
        self.selector =
            LabelSelector(parsed.matchers.filter { $0.name != LabelName.profileName }).description
    }
}
