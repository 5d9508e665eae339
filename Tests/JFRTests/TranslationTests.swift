// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import JFR
import Pprof
import ProfileModel
import Support
import Testing

@Suite struct TranslationTests {
    private static let far: UInt64 = 0xFFFF_FFFF_FFFF_FFF0
    private static let whole = "App.für:10;A$$Lambda_.go:20"

    /// `KIND VALUES LABELS STACK` of all samples, sorted; stacks leaf first.
    private func samples(_ bytes: [UInt8], labels: [UInt8] = [], rate: Int64 = 100) throws -> [String] {
        var parameters = Recordings.parameters
        parameters.sampleRate = rate
        var lines: [String] = []
        for profile in try Recordings.translate(bytes, labels: labels, parameters).profiles {
            let incoming = IncomingProfile(
                tenant: .anonymous,
                labels: LabelSet([Label("__name__", profile.kind.metricName), Label("service_name", "a")]),
                uid: ProfileUID(high: 0, low: 0),
                receivedNanoseconds: parameters.untilNanoseconds,
                origin: .push,
                limits: ProfileLimits(),
                payload: profile.payload
            )
            var decoder = PprofDecoder()
            var decoded = DecodedProfile()
            try decoder.decode(incoming, into: &decoded)
            #expect(decoded.timeNanoseconds == parameters.fromNanoseconds)
            #expect(decoded.durationNanoseconds == 10_000_000_000)
            for index in decoded.samples.indices {
                lines.append("\(profile.kind) \(Self.text(decoded, index))")
            }
        }
        return lines.sorted()
    }

    private static func text(_ profile: borrowing DecodedProfile, _ index: Int) -> String {
        let sample = profile.samples[index]
        let width = profile.sampleTypes.count
        let values = (0..<width).map { "\(profile.values[index * width + $0])" }.joined(separator: "/")
        let set = profile.labelSets[Int(sample.labelSet)]
        let labels = (set.firstPair..<set.firstPair + set.pairCount).map { place in
            let pair = profile.pairs[Int(place)]
            return "\(profile.string(pair.name))=\(profile.string(pair.value))"
        }
        let frames = sample.frameRange.map { place in
            let line = profile.lines[Int(profile.locations[Int(profile.frames[place])].firstLine)]
            return "\(profile.string(profile.functions[Int(line.function)].name)):\(line.line)"
        }
        return ([values] + labels + [frames.joined(separator: ";")]).joined(separator: " ")
    }

    @Test func readsEveryKindOfTextAndId() throws {
        var chunk = ChunkBuilder.sample()
        chunk.event("jdk.ExecutionSample", [0, 0, 1, 3])
        // One frame has a method whose class is unknown: it is left out.
        chunk.event("jdk.ExecutionSample", [0, 0, Self.far, 1])
        chunk.event("jdk.ExecutionSample", [0, 0, 99, 1])
        #expect(
            try self.samples(chunk.bytes()) == ["cpu 10000000 App.für:10", "cpu 10000000 \(Self.whole)"]
        )
    }

    @Test func stateAndSettingDecideBetweenCPUAndWall() throws {
        var chunk = ChunkBuilder.sample()
        func add(_ states: [UInt64], _ wall: [UInt64]) {
            for state in states { chunk.event("jdk.ExecutionSample", [0, 0, 1, state]) }
            for state in wall { chunk.event("profiler.WallClockSample", [0, 0, 1, state, 3]) }
        }
        // Before the setting: a runnable and a sleeping thread, one whose state is unknown.
        add([1, 2, 9], [1])
        #expect(
            try self.samples(chunk.bytes()) == ["cpu 10000000 \(Self.whole)", "wall 30000000 \(Self.whole)"]
        )
        chunk.event("jdk.ActiveSetting", [0], ChunkBuilder.text("other") + ChunkBuilder.text("x"))
        chunk.event("jdk.ActiveSetting", [0], ChunkBuilder.text("event") + ChunkBuilder.text("wall"))
        add([1, 2, 3], [1, 2])
        #expect(
            try self.samples(chunk.bytes()) == ["cpu 60000000 \(Self.whole)", "wall 120000000 \(Self.whole)"]
        )
        #expect(try Recordings.translate(chunk.bytes()).event == "wall")
        let slow = try self.samples(chunk.bytes(), rate: 3)
        #expect(slow == ["cpu 1999999998 \(Self.whole)", "wall 3999999996 \(Self.whole)"])
    }

    @Test func waitsAreScaledFromTicksToNanoseconds() throws {
        var chunk = ChunkBuilder.sample()
        chunk.ticksPerSecond = 250_000_000
        chunk.event("jdk.JavaMonitorEnter", [10, 0, 0, 1, 0, 0, 0, 0, 0])
        chunk.event("jdk.ThreadPark", [11, 0, 0, 1])
        chunk.event("jdk.ThreadPark", [1, 0, 0, 1])
        #expect(try self.samples(chunk.bytes()) == ["monitor 1/40 \(Self.whole)", "park 2/48 \(Self.whole)"])
        chunk.ticksPerSecond = 0
        #expect(try self.samples(chunk.bytes()) == ["monitor 1/10 \(Self.whole)", "park 2/12 \(Self.whole)"])
    }

    @Test func otherEventsHaveProfilesOfTheirOwn() throws {
        var chunk = ChunkBuilder.sample()
        // The value of a batch of samples must not leak into what follows.
        chunk.event("profiler.WallClockSample", [0, 0, 1, 1, 7])
        chunk.event("profiler.LiveObject", [0, 0, 1])
        chunk.event("profiler.Malloc", [0, 0, 1, 1 << 40])
        chunk.event("test.Odd", [1, 2, 3])
        chunk.raw([4] + ChunkBuilder.long(999) + [0])
        #expect(
            try self.samples(chunk.bytes()) == [
                "live 1 \(Self.whole)", "malloc 1/1099511627776 \(Self.whole)", "wall 70000000 \(Self.whole)",
            ]
        )
    }

    @Test func trailingFieldsOfNewerEventsAreSteppedOver() throws {
        var chunk = ChunkBuilder.sample()
        chunk.event("profiler.LiveObject", [0, 0, 1], [1, 2, 3, 0xFF, 0xFF])
        #expect(try self.samples(chunk.bytes()) == ["live 1 \(Self.whole)"])
    }

    @Test func fieldsOfOtherClassesAreNotBound() throws {
        var chunk = ChunkBuilder.sample()
        let place = try #require(chunk.classes.firstIndex { $0.name == "profiler.Malloc" })
        chunk.classes[place].fields[3] = ("size", "double", "")
        chunk.event("profiler.Malloc", [0, 0, 1], Array(repeating: 0xFF, count: 8))
        #expect(try self.samples(chunk.bytes()) == ["malloc 1/0 \(Self.whole)"])
    }

    /// What an id means ends with its chunk.
    @Test func chunksHavePoolsOfTheirOwn() throws {
        var first = ChunkBuilder.sample()
        first.event("profiler.LiveObject", [0, 0, 1])
        var second = ChunkBuilder()
        second.pool("jdk.types.Symbol", [(1, ChunkBuilder.text("Other")), (2, ChunkBuilder.text("main"))])
        second.pool("java.lang.Class", [(1, [0, 1])])
        second.pool("jdk.types.Method", [(6, [1, 2, 1])])
        second.pool("jdk.types.StackTrace", [(1, [0, 1, 6, 5, 0, 0])])
        second.event("profiler.LiveObject", [0, 0, 1])
        let bytes = first.bytes() + second.bytes() + first.bytes()
        #expect(try self.samples(bytes) == ["live 1 Other.main:5", "live 2 \(Self.whole)"])
    }

    private static func snapshot() -> [UInt8] {
        var writer = ByteWriter()
        for (id, pair) in [(UInt64(1), (1, 2)), (2, (3, 9))] as [(UInt64, (Int, Int))] {
            writer.tag(1, .lengthDelimited)
            writer.nested { entry in
                entry.tag(1, .varint)
                entry.varint(id)
                entry.tag(2, .lengthDelimited)
                entry.nested { context in
                    context.tag(1, .lengthDelimited)
                    context.nested { map in
                        map.tag(1, .varint)
                        map.varint(pair.0)
                        map.tag(2, .varint)
                        map.varint(pair.1)
                    }
                }
            }
        }
        for (id, text) in [(1, "pool"), (2, "blue"), (4, "GET /")] {
            writer.tag(2, .lengthDelimited)
            writer.nested { entry in
                entry.tag(1, .varint)
                entry.varint(id)
                entry.tag(2, .lengthDelimited)
                entry.text(text)
            }
        }
        return writer.bytes
    }

    @Test func contextsAndSpansBecomeLabels() throws {
        var chunk = ChunkBuilder.sample()
        for context: [UInt64] in [[1, 0, 0, 0, 0], [2, 0, 0, 0, 0], [5, 0, 7, 0, 0], [1, 0, 0, 0, 0]] {
            chunk.event("jdk.ExecutionSample", [0, 0, 1, 1] + context)
        }
        chunk.event("jdk.ExecutionSample", [0, 0, 1, 1, 0, 0xAB, 4, 0, 0])
        chunk.event("jdk.ExecutionSample", [0, 0, 1, 1, 0, 0, 0, Self.far, 1])
        // Before the snapshot the fuzzer has its length.
        let snapshot = Self.snapshot()
        FuzzSeed.save([UInt8(snapshot.count)] + snapshot + chunk.bytes(), for: "JFRFuzz")
        // A context without known texts, and one that nobody described, count as none.
        #expect(
            try self.samples(chunk.bytes(), labels: Self.snapshot()) == [
                "cpu 10000000 span_id=00000000000000ab span_name=GET / \(Self.whole)",
                "cpu 10000000 trace_id=fffffffffffffff00000000000000001 \(Self.whole)",
                "cpu 20000000 \(Self.whole)", "cpu 20000000 pool=blue \(Self.whole)",
            ]
        )
        // Without a snapshot contexts mean nothing; spans do.
        #expect(try self.samples(chunk.bytes()).count == 3)
    }
}
