// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pprof
import ProfileModel
import Testing

/// `HEARTH_BENCH=1 HEARTH_MODULES=Pprof swift test -c release --filter DecodingSpeed` prints megabytes of
/// inflated pprof per CPU second, warm, best of 100 rounds; `HEARTH_BENCH=heap_` asks for one kind.
///
/// Steadier when the test bundle is run by itself than under `swift test`, whose build runs on beside it.
/// “unrepaired” is a heap profile that says it is not Go's, so that no cut stacks are looked for in it.
@Suite struct DecodingSpeed {
    private static let wish = ProcessInfo.processInfo.environment["HEARTH_BENCH"]
    private static let isWanted = wish != nil
    private static let kinds = ["cpu_", "heap_", "heap_ unrepaired"].filter { (kind: String) -> Bool in
        wish == "1" || wish == kind
    }

    @Test(.enabled(if: isWanted), arguments: kinds) func ofRealProfiles(kind: String) throws {
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        let prefix = kind.prefix { $0 != " " }
        var labels = [Label("__name__", "process_cpu"), Label("service_name", "shop")]
        if prefix != kind { labels.insert(Label("pyroscope_spy", "rbspy"), at: 1) }
        let profiles = try Corpus.files("go-server").filter { $0.lastPathComponent.hasPrefix(prefix) }.map {
            IncomingProfile(
                tenant: .anonymous,
                labels: LabelSet(labels),
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
        for _ in 0..<100 {
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
