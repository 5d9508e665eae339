// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Relabeling

/// libFuzzer's entry: what can be surveyed can be copied without a change of meaning.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPprofSurvey(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let survey = PprofSurvey(bytes, limits: ProfileLimits()) else { return 0 }
    // The same labels, as new texts.
    var edit = PprofEdit(survey)
    for (group, pairs) in survey.groups.enumerated() {
        edit.relabel(group: group, [], pairs.map { Label(survey.text($0.name), survey.text($0.value)) })
    }
    guard let copy = try? edit.copy() else { return 0 }
    guard let again = PprofSurvey(copy, limits: ProfileLimits()) else {
        preconditionFailure("the copy is broken")
    }
    precondition(again.groupOfSample.count == survey.groupOfSample.count)
    precondition(again.sampleTypes.count == survey.sampleTypes.count)
    // Half of the types, and two parts of the samples.
    edit.keptTypes = survey.sampleTypes.indices.map { $0 % 2 == 0 }
    for group in survey.groups.indices { edit.move(group: group, to: group % 2) }
    var sampleCount = 0
    for place in 0...1 {
        // A function that is a number looks like zstd once nothing is before it: it is refused then.
        if let part = try? edit.copy(place), part.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return 0 }
        guard let part = try? edit.copy(place), let read = PprofSurvey(part, limits: ProfileLimits()) else {
            preconditionFailure("a part is broken")
        }
        precondition(read.sampleTypes.count == (survey.sampleTypes.count + 1) / 2)
        sampleCount += read.groupOfSample.count
    }
    precondition(sampleCount == survey.groupOfSample.count)
    return 0
}
