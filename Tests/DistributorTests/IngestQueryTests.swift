// SPDX-License-Identifier: Apache-2.0
import Distributor
import ProfileModel
import Support
import Testing

@Suite struct IngestQueryTests {
    private static let now: Int64 = 1_795_521_600_000_000_000

    @Test(arguments: [
        ("shop", "shop", []),
        ("shop{pod=a,zone=b}", "shop", [Label("pod", "a"), Label("zone", "b")]),
        ("shop{pod=a,pod=b}", "shop", [Label("pod", "b")]),
        ("shop{pod=a", "shop", []),
        ("shop{__name__=other}", "other", []),
    ])
    func readsNames(text: String, app: String, labels: [Label]) throws {
        FuzzSeed.save(Array(text.utf8), for: "IngestQueryFuzz")
        let name = try AppName(parsing: text)
        #expect(name.app == app)
        #expect(name.labels == labels)
    }

    @Test(arguments: ["", "{a=b}", "shop{a b=c}", "shop{__name__=}"]) func refusesNames(text: String) {
        FuzzSeed.save(Array(text.utf8), for: "IngestQueryFuzz")
        #expect(throws: AppNameError.self) { try AppName(parsing: text) }
    }

    @Test(arguments: [
        ("1795521600", now), ("1795521600000", now), ("1795521600000000", now), ("1795521600000000000", now),
        ("20261124", 1_795_478_400_000_000_000), ("now-1h", now - 3_600_000_000_000), ("", now),
        ("now-3h30m", now - 10_800_000_000_000), ("rubbish", now), ("99999999999999999999", now),
    ])
    func readsTimes(text: String, nanoseconds: Int64) {
        FuzzSeed.save(Array(text.utf8), for: "IngestQueryFuzz")
        #expect(IngestTime.parse(text, now: Self.now) == nanoseconds)
    }

    /// No clock and no text make it trap.
    @Test(arguments: [Int64.min, 0, Int64.max]) func survivesEveryClock(now: Int64) {
        for text in [
            "now-9223372036854775807y", "now+9223372036854775807s", "-1M", "+1w", "00000000", "99991231",
        ] {
            _ = IngestTime.parse(text, now: now)
        }
    }
}
