// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import LegacyFormats
import Pprof
import ProfileModel
import Testing

@Suite struct PprofWritingTests {
    /// What the ingester's parser reads from what was written.
    private func read(_ payload: [UInt8], _ limits: ProfileLimits) throws -> [String] {
        let incoming = IncomingProfile(
            tenant: .anonymous,
            labels: LabelSet([Label("__name__", "process_cpu"), Label("service_name", "app")]),
            uid: ProfileUID(high: 0, low: 0),
            receivedNanoseconds: 1_000,
            origin: .push,
            limits: limits,
            payload: payload
        )
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(incoming, into: &profile)
        let names = profile.locations.indices.map { index in
            let line = profile.lines[Int(profile.locations[index].firstLine)]
            return profile.string(profile.functions[Int(line.function)].name)
        }
        var lines = profile.samples.indices.map { index in
            let sample = profile.samples[index]
            let stack = (Int(sample.firstFrame)..<Int(sample.firstFrame) + Int(sample.frameCount))
                .map { names[Int(profile.frames[$0])] }
            return "\(stack.joined(separator: ";"))=\(profile.values[index])"
        }.sorted()
        lines.append("time \(profile.timeNanoseconds) period \(profile.period)")
        lines.append("cut \(profile.damage.truncatedStacks)")
        return lines
    }

    private static var limits: ProfileLimits {
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        return limits
    }

    private func write(
        _ text: String,
        limits: ProfileLimits = Self.limits,
        byteCountMax: Int = 1 << 20
    ) throws -> [UInt8] {
        let upload = LegacyUpload(app: "app", sampleRate: 100, limits: limits)
        let profile = try #require(try LegacyFormat.groups.decode(text.bytes, upload).first)
        return try profile.pprof(timeNanoseconds: 77, limits: limits, byteCountMax: byteCountMax)
    }

    @Test func theParserReadsWhatWasWritten() throws {
        let payload = try self.write("main;été;leaf 5\nmain 2\nmain;main 1\n;x 4\n")
        let expected = [
            "leaf;été;main=50000000", "main;main=10000000", "main=20000000", "x;=40000000",
            "time 77 period 10000000", "cut 0",
        ]
        #expect(try self.read(payload, Self.limits) == expected)
    }

    @Test func stacksThatAreTooDeepAreCutAndCounted() throws {
        var limits = Self.limits
        limits.depthMax = 3
        let payload = try self.write("a;b;c;d;e 1\nx;c;d;e 1\nb;c 1\n", limits: limits)
        let expected = ["c;b=10000000", "e;d;c=20000000", "time 77 period 10000000", "cut 2"]
        #expect(try self.read(payload, limits) == expected)
    }

    @Test func nothingIsWrittenBeyondTheLimit() throws {
        let text = (0..<2_000).map { "main;f\($0) 1\n" }.joined()
        let size = try self.write(text).count
        #expect(throws: Never.self) { try self.write(text, byteCountMax: size) }
        for limit in [0, 10, 1_000, size / 2, size - 1] {
            #expect(throws: LegacyFault.tooLarge(limit: limit)) { try self.write(text, byteCountMax: limit) }
        }
    }

    @Test func tooManyStacksAreRefusedBeforeAnythingIsWritten() throws {
        var limits = Self.limits
        limits.sampleCountMax = 4
        let text = (0..<5).map { "main;f\($0) 1\n" }.joined()
        #expect(throws: LegacyFault.tooManySamples(5, limit: 4)) {
            try self.write(text, limits: limits, byteCountMax: 0)
        }
        limits.sampleCountMax = 5
        #expect(throws: Never.self) { try self.write(text, limits: limits) }
    }

    @Test func textsThatAreNotUTF8AreRefusedWhenWritten() throws {
        let upload = LegacyUpload(app: "app", sampleRate: 100, limits: Self.limits)
        let body = "a;".bytes + [0xFF, 0xFE] + " 5\n".bytes
        let profile = try #require(try LegacyFormat.groups.decode(body, upload).first)
        #expect(throws: LegacyFault.invalidUTF8) {
            try profile.pprof(timeNanoseconds: 0, limits: Self.limits, byteCountMax: 1 << 20)
        }
    }

    @Test func namesHaveABudget() {
        var limits = Self.limits
        limits.profileByteCountMax = 1_000
        let upload = LegacyUpload(app: "app", sampleRate: 100, limits: limits)
        let long = String(repeating: "x", count: 600)
        #expect(throws: LegacyFault.tooLarge(limit: 1_000)) {
            try LegacyFormat.groups.decode("\(long)a 1\n\(long)b 1\n".bytes, upload)
        }
        let same = String(repeating: "\(long) 1\n", count: 20)
        #expect(throws: LegacyFault.tooLarge(limit: 1_000)) {
            try LegacyFormat.groups.decode(same.bytes, upload)
        }
    }
}
