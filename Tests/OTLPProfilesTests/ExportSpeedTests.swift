// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Foundation
import Glibc
import OTLPProfiles
import Testing

/// Runs where `HEARTH_BENCH` is set, in a release build: `swift test -c release --filter SpeedTests`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HEARTH_BENCH"] != nil))
struct ExportSpeedTests {
    private static let sampleCount = 8_000
    private static let locationCount = 3_000
    private static let depth = 30

    /// A host's export: stacks of their own with 30 frames, a thread and a time per sample.
    private static func export() -> [UInt8] {
        var out = ByteWriter(SmallExport().bytes)
        SmallExport.message(2, &out) { dictionary in
            for index in 0..<UInt64(Self.locationCount) {
                SmallExport.message(2, &dictionary) { location in
                    SmallExport.number(1, &location, 1)
                    SmallExport.number(2, &location, 0x400000 + index)
                    SmallExport.message(3, &location) { SmallExport.number(1, &$0, 4 + index) }
                }
                SmallExport.message(3, &dictionary) { SmallExport.number(1, &$0, 15 + index) }
                SmallExport.text(5, &dictionary, "function number \(index) of a program")
            }
            for stack in 0..<UInt64(Self.sampleCount) {
                let frames = (0..<UInt64(Self.depth)).map {
                    4 + (stack &* 7_919 &+ $0 &* 104_729) % UInt64(Self.locationCount)
                }
                SmallExport.message(7, &dictionary) { SmallExport.packed(1, &$0, frames) }
            }
        }
        SmallExport.message(1, &out) { resource in
            SmallExport.message(2, &resource) { scope in
                SmallExport.message(2, &scope) { Self.write(profile: &$0) }
            }
        }
        return out.bytes
    }

    private static func write(profile: inout ByteWriter) {
        for (field, names) in [(1, [1, 2]), (5, [3, 4])] as [(UInt32, [UInt64])] {
            SmallExport.message(field, &profile) {
                SmallExport.number(1, &$0, names[0])
                SmallExport.number(2, &$0, names[1])
            }
        }
        SmallExport.number(6, &profile, 50_000_000)
        for sample in 0..<UInt64(Self.sampleCount) {
            SmallExport.message(2, &profile) { out in
                SmallExport.number(1, &out, 3 + sample)
                SmallExport.packed(2, &out, [1])
                SmallExport.message(5, &out) { $0.fixed64(1_795_521_615_000_000_000 + sample) }
            }
        }
    }

    @Test func translatesAtLeast150ExportsPerCPUSecond() throws {
        let bytes = Self.export()
        var payloadByteCount = 0
        let rounds = 40
        let start = clock()
        for _ in 0..<rounds {
            let export = try ExportTranslator.translate(binary: bytes, ExportTranslatorTests.parameters)
            #expect(export.profiles.count == 2)
            payloadByteCount = export.profiles[1].payload.count
        }
        let rate = Double(rounds) / (Double(clock() - start) / Double(CLOCKS_PER_SEC))
        print("\(bytes.count) bytes to \(payloadByteCount): \(Int(rate)) exports per CPU-second")
        // A third of the time of an export, so that the ingester's part fits in 20 ms with it.
        #expect(rate >= 150)
    }
}
