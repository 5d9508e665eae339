// SPDX-License-Identifier: Apache-2.0
import LegacyFormats
import ProfileModel

/// What a body holds, one profile: `a;b=5` per stack, sorted.
func stacks(
    _ body: [UInt8],
    _ format: LegacyFormat,
    app: String = "app",
    rate: Int64 = 0,
    limits: ProfileLimits = ProfileLimits()
) throws(LegacyFault) -> [String] {
    let upload = LegacyUpload(app: app, sampleRate: rate, limits: limits)
    return texts(try format.decode(body, upload))
}

/// The stacks of all profiles in text, sorted within each.
func texts(_ profiles: [LegacyProfile]) -> [String] {
    profiles.flatMap { profile in
        profile.stacks.map { "\($0.frames.joined(separator: ";"))=\($0.value)" }.sorted()
    }
}

/// A kind as profile types print it.
func text(_ kind: MeasuredKind) -> String { "\(kind.profileName):\(kind.sampleType):\(kind.sampleUnit)" }

extension String {
    var bytes: [UInt8] { Array(self.utf8) }
}
