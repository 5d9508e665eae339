// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import JFR
import Testing

/// Runs where `HEARTH_BENCH` is set, in a release build: `swift test -c release --filter SpeedTests`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HEARTH_BENCH"] != nil))
struct TranslationSpeedTests {
    @Test func translatesAtLeast150MegabytesPerCPUSecond() throws {
        var byteCount = 0
        var elapsed = 0.0
        for name in Recordings.names(".jfr.gz") {
            let bytes = try Recordings.bytes(Recordings.corpus.appending(path: name))
            let rounds = max(1, 20_000_000 / bytes.count)
            let start = clock()
            for _ in 0..<rounds { _ = try Recordings.translate(bytes) }
            let time = Double(clock() - start) / Double(CLOCKS_PER_SEC)
            byteCount += rounds * bytes.count
            elapsed += time
            print("\(name): \(Int(Double(rounds * bytes.count) / time / 1e6)) MB/s")
        }
        guard byteCount > 0 else {
            print("skipped: \(Recordings.corpus.path) is missing")
            return
        }
        #expect(Double(byteCount) / elapsed >= 150e6)
    }
}
