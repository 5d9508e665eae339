// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pprof
import ProfileModel
import Testing

/// `HEARTH_BENCH=1 HEARTH_MODULES=Pprof swift test -c release --filter DecodingSpeed` prints megabytes of
/// inflated pprof per CPU second, warm, best of several rounds.
@Suite struct DecodingSpeed {
    private static let isWanted = ProcessInfo.processInfo.environment["HEARTH_BENCH"] != nil

    @Test(.enabled(if: isWanted), arguments: ["cpu_", "heap_"]) func ofRealProfiles(kind: String) throws {
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        let profiles = try Corpus.files("go-server").filter { $0.lastPathComponent.hasPrefix(kind) }.map {
            IncomingProfile(
                tenant: .anonymous,
                labels: LabelSet([Label("service_name", "shop"), Label("__name__", "process_cpu")]),
                uid: ProfileUID(high: 1, low: 1),
                receivedNanoseconds: 0,
                origin: .push,
                limits: limits,
                payload: [UInt8](try Data(contentsOf: $0))
            )
        }
        guard !profiles.isEmpty else { return print("skipped: \(Corpus.root.path) is missing") }
        var decoder = PprofDecoder()
        var decoded = DecodedProfile()
        var best = Double.infinity
        var byteCount = 0
        for _ in 0..<12 {
            byteCount = 0
            let start = clock()
            for profile in profiles {
                try decoder.decode(profile, into: &decoded)
                byteCount += decoded.inflatedByteCount
            }
            best = min(best, Double(clock() - start) / Double(CLOCKS_PER_SEC))
        }
        print("\(kind): \(Int(Double(byteCount) / 1e6 / best)) MB/s, \(profiles.count) profiles")
    }
}
