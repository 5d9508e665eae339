// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import JFR
import Support
import Testing

@Suite struct HostileRecordingTests {
    static func sample() -> ChunkBuilder {
        var chunk = ChunkBuilder.sample()
        chunk.event("jdk.ActiveSetting", [0], ChunkBuilder.text("event") + ChunkBuilder.text("wall"))
        for state: UInt64 in 1...3 {
            chunk.event("jdk.ExecutionSample", [0, 0, 1, state, 1, 2, 3, 4, 5])
            chunk.event("profiler.WallClockSample", [0, 0, 0xFFFF_FFFF_FFFF_FFF0, state, 3])
        }
        chunk.event("jdk.JavaMonitorEnter", [10, 0, 0, 1])
        return chunk
    }

    /// The reason for which a recording is refused; nil when it is not.
    private func refusal(_ bytes: [UInt8]) -> JFRError.Reason? {
        do throws(JFRError) {
            _ = try Recordings.translate(bytes)
            return nil
        } catch {
            #expect(!error.description.isEmpty)
            return error.reason
        }
    }

    @Test func whatIsCutOffAnywhereIsRefused() {
        let whole = Self.sample().bytes()
        #expect(self.refusal(whole) == nil)
        FuzzSeed.save([0] + whole, for: "JFRFuzz")
        for count in 1..<whole.count {
            #expect(self.refusal(Array(whole[..<count])) != nil, "cut at \(count)")
        }
        // Behind a whole chunk as well.
        for count in [1, 67, 68, 69, 200, whole.count - 1] {
            #expect(self.refusal(whole + whole[..<count]) != nil, "cut at \(count)")
        }
    }

    @Test func recordingsOfTooManyChunksAreRefused() {
        let chunk = Self.sample().bytes()
        let limit = RecordingTranslator.chunkCountMax
        let most = [[UInt8]](repeating: chunk, count: limit).flatMap(\.self)
        #expect(self.refusal(most) == nil)
        #expect(self.refusal(most + chunk) == .tooMany(limit: limit))
    }

    @Test func mutationsNeverTrap() {
        let whole = Self.sample().bytes()
        var random = SplitMix(seed: 5)
        var taken = 0
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.insert(0xFF, at: at)
                default:
                    bytes.replaceSubrange(
                        at..<min(at + 9, bytes.count),
                        with: Array(repeating: 0xFF, count: 9)
                    )
                }
            }
            taken += self.refusal(bytes) == nil ? 1 : 0
        }
        // Both outcomes happen, or the mutations test nothing.
        #expect(taken > 100 && taken < 19_900)
    }

    @Test func headersThatLieAreRefused() {
        let chunk = Self.sample()
        let whole = chunk.bytes()
        for size: UInt64 in [0, 67, 1 << 31, .max >> 1, .max, UInt64(whole.count) + 1] {
            #expect(self.refusal(chunk.bytes(size: size)) != nil)
            #expect(self.refusal(whole + chunk.bytes(size: size)) != nil)
        }
        for place in [16, 24] {
            for value: UInt8 in [0, 0xFF] {
                var bytes = whole
                bytes.replaceSubrange(place..<place + 8, with: Array(repeating: value, count: 8))
                #expect(self.refusal(bytes) == .badOffset)
            }
        }
        var other = whole
        other[5] = 1
        #expect(self.refusal(other) == .unknownVersion(0x0001_0001))
        other[0] = 0
        #expect(self.refusal(other) == .notARecording)
    }

    @Test(arguments: [[0], [0x80, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1], Array(repeating: 0xFF, count: 9)])
    func eventsOfImpossibleSizeAreRefused(bytes: [UInt8]) {
        var chunk = ChunkBuilder.sample()
        chunk.raw(bytes)
        #expect(self.refusal(chunk.bytes()) == .badSize)
    }

    @Test func poolsThatComeBackToThemselvesEnd() {
        var chunk = ChunkBuilder()
        chunk.pool("jdk.types.Symbol", [(1, ChunkBuilder.text("a"))])
        chunk.pool("jdk.types.Symbol", [(2, ChunkBuilder.text("b"))])
        // The second pool leads to the first; where does that one lead?
        let size = chunk.bytes().count
        var reasons: [JFRError.Reason?] = []
        for delta in -Int64(size)...Int64(size) {
            reasons.append(self.refusal(chunk.bytes(poolDelta: { _ in delta })))
        }
        #expect(reasons.contains(.badOffset), "one of them leads back to the second")
        #expect(reasons[size] == nil)
        for delta in [Int64.max, Int64.min] { _ = self.refusal(chunk.bytes(poolDelta: { _ in delta })) }
    }

    @Test func countsAreCheckedBeforeAnythingIsAllocated() {
        for count in [1_000, 1 << 31, 1 << 40, Int.max] {
            for name in ["jdk.types.Symbol", "jdk.types.StackTrace", "java.lang.String", "test.Odd"] {
                var chunk = ChunkBuilder()
                chunk.pool(name, [], count: count)
                #expect(self.refusal(chunk.bytes()) == .truncated)
            }
            var chunk = ChunkBuilder()
            let huge = ChunkBuilder.long(UInt64(count))
            chunk.pool("jdk.types.StackTrace", [(1, [0] + huge)])
            #expect(self.refusal(chunk.bytes()) == .truncated)
            for kind: UInt8 in [3, 4, 5] {
                var chunk = ChunkBuilder()
                chunk.pool("jdk.types.Symbol", [(1, [kind] + huge)])
                #expect(self.refusal(chunk.bytes()) == .truncated)
            }
        }
    }

    @Test func classesInsideOfThemselvesAreRefused() {
        var chunk = ChunkBuilder.sample()
        chunk.classes.append(("test.Loop", [("a", "test.Loop", ""), ("b", "test.Loop", "")]))
        chunk.pool("test.Loop", [(1, [])])
        #expect(self.refusal(chunk.bytes()) == .nestedTooDeep)
        // A long chain of classes is deep as well; classes without bytes cost nothing, whatever their number.
        var chain = ChunkBuilder()
        var laughs = ChunkBuilder()
        for number in 0..<40 {
            chain.classes.append(
                ("test.C\(number)", [("next", number < 39 ? "test.C\(number + 1)" : "long", "")])
            )
            let next = number < 39 ? "test.C\(number + 1)" : "test.Empty"
            laughs.classes.append(("test.C\(number)", Array(repeating: ("next", next, ""), count: 8)))
        }
        chain.pool("test.C0", [(1, [1])])
        #expect(self.refusal(chain.bytes()) == .nestedTooDeep)
        laughs.classes.append(("test.Empty", []))
        laughs.pool("test.C30", [(1, [])])
        #expect(self.refusal(laughs.bytes()) == nil)
    }

    @Test func textsThatReferToThemselvesAreRefused() {
        var chunk = ChunkBuilder()
        chunk.pool("java.lang.String", [(1, [2, 2]), (2, [2, 1])])
        chunk.event("jdk.ActiveSetting", [0], [2, 1, 1])
        #expect(self.refusal(chunk.bytes()) == .nestedTooDeep)
    }

    @Test func aClassThatIsMissingIsNamed() {
        var chunk = ChunkBuilder()
        chunk.classes.removeAll { $0.name == "jdk.types.Package" }
        #expect(self.refusal(chunk.bytes()) == .missingClass(.package))
        var other = ChunkBuilder()
        other.pool("test.Nothing", [])
        #expect(self.refusal(other.bytes()) == .unknownClass(0))
    }

    /// CPU time grows with the number of pools, not with its square: four times the pools, less than ten
    /// times the time.
    @Test func poolsOfOneConstantEachAreNotCopiedAgainAndAgain() {
        func seconds(poolCount: UInt64) -> Double {
            var chunk = ChunkBuilder()
            for id in 0..<poolCount { chunk.pool("jdk.types.Symbol", [(id, [0])]) }
            let bytes = chunk.bytes()
            let start = clock()
            #expect(self.refusal(bytes) == nil)
            return Double(clock() - start) / Double(CLOCKS_PER_SEC)
        }
        #expect(seconds(poolCount: 400_000) < 10 * seconds(poolCount: 100_000))
    }

    @Test func oneLongSymbolInManyMethodsIsNotCopiedWithoutEnd() {
        var chunk = ChunkBuilder()
        let count: UInt64 = 900
        var symbols = [(UInt64(0), ChunkBuilder.text(String(repeating: "x", count: 60_000)))]
        var methods: [(UInt64, [UInt8])] = []
        var frames: [UInt8] = ChunkBuilder.long(count)
        for id in 1...count {
            symbols.append((id, ChunkBuilder.text("m\(id)")))
            methods.append((id, [1] + ChunkBuilder.long(id) + [0]))
            frames += ChunkBuilder.long(id) + [1, 0, 0]
        }
        chunk.pool("jdk.types.Symbol", symbols)
        chunk.pool("java.lang.Class", [(1, [0, 0])])
        chunk.pool("jdk.types.Method", methods)
        chunk.pool("jdk.types.StackTrace", [(1, [0] + frames)])
        chunk.event("profiler.LiveObject", [0, 0, 1])
        #expect(self.refusal(chunk.bytes()) == .tooLarge(limit: 32 << 20))
    }

    @Test func profilesHaveLimits() {
        var chunk = ChunkBuilder.sample()
        for span: UInt64 in 1...50 { chunk.event("jdk.ExecutionSample", [0, 0, 1, 1, 0, span]) }
        var parameters = Recordings.parameters
        parameters.sampleCountMax = 49
        #expect(throws: JFRError.self) { try Recordings.translate(chunk.bytes(), parameters) }
        parameters.sampleCountMax = 50
        #expect(throws: Never.self) { try Recordings.translate(chunk.bytes(), parameters) }
        parameters.profileByteCountMax = 1_000
        #expect(throws: JFRError.self) { try Recordings.translate(chunk.bytes(), parameters) }
    }

    /// The fuzzer starts from this recording, behind an empty label snapshot.
    @Test func theSeedOfTheFuzzerIsCurrent() throws {
        let file = Recordings.tests.appending(path: "Fixtures/Fuzz/JFRFuzz/sample.jfr")
        #expect(try Recordings.bytes(file) == [0] + Self.sample().bytes())
    }

    @Test func snapshotsThatLieAreRefused() {
        let bytes = Self.sample().bytes()
        for labels: [UInt8] in [[1], [10, 5], [10, 4, 8, 1, 18, 9], [18, 5, 8, 1, 18, 1, 0xFF]] {
            #expect(throws: JFRError.self) { try Recordings.translate(bytes, labels: labels) }
        }
        #expect(throws: Never.self) { try Recordings.translate(bytes, labels: [10, 0, 18, 0]) }
    }
}
