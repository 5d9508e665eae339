// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Relabeling

/// libFuzzer's entry: what can be surveyed can be copied without a change of meaning.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPprofSurvey(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let survey = PprofSurvey(bytes, limits: ProfileLimits()) else { return 0 }
    let labels = survey.groups.map { group in group.map { Label(survey.text($0.name), survey.text($0.value)) }
    }
    guard let copy = try? PprofEdit(keptTypes: nil, labels: labels).apply(to: survey) else { return 0 }
    guard let again = PprofSurvey(copy, limits: ProfileLimits()) else {
        preconditionFailure("the copy is broken")
    }
    precondition(again.groupOfSample.count == survey.groupOfSample.count)
    precondition(again.sampleTypes.count == survey.sampleTypes.count)
    let mask = survey.sampleTypes.indices.map { $0 % 2 == 0 }
    let kept = labels.map { $0.isEmpty ? nil : $0 }
    guard let masked = try? PprofEdit(keptTypes: mask, labels: kept).apply(to: survey),
        let rest = PprofSurvey(masked, limits: ProfileLimits())
    else {
        preconditionFailure("the rest is broken")
    }
    precondition(rest.sampleTypes.count == mask.filter(\.self).count)
    return 0
}
