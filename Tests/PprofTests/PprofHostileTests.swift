// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Compression
import Foundation
import Pprof
import ProfileModel
import Support
import Testing

/// A tiny pprof, field by field.
struct PprofText {
    var writer = ByteWriter()

    /// Two sample types, one mapping, two functions and locations, one sample with a text and a number label.
    init(values: [Int64] = [1, 10]) {
        for (type, unit) in [(1, 2), (3, 4)] as [(UInt64, UInt64)] {
            self.message(1) {
                $0.field(1, type)
                $0.field(2, unit)
            }
        }
        self.message(2) { sample in
            sample.packed(1, [1, 2])
            sample.packed(2, values.map { UInt64(bitPattern: $0) })
            sample.message(3) {
                $0.field(1, 7)
                $0.field(2, 8)
            }
            sample.message(3) {
                $0.field(1, 7)
                $0.field(3, 99)
            }
        }
        self.message(3) {
            $0.field(1, 1)
            $0.field(5, 6)
            $0.field(7, 1)
        }
        for id in [1, 2] as [UInt64] {
            self.message(4) { location in
                location.field(1, id)
                location.field(2, 1)
                location.field(3, 0x1000 + id)
                location.message(4) {
                    $0.field(1, id)
                    $0.field(2, id * 10)
                }
            }
            self.message(5) {
                $0.field(1, id)
                $0.field(2, 4 + id)
                $0.field(4, 6)
            }
        }
        for text in ["", "samples", "count", "cpu", "nanoseconds", "main", "work", "thread", "worker"] {
            self.text(6, text)
        }
        self.field(9, 1_795_521_600_000_000_000)
        self.message(11) {
            $0.field(1, 3)
            $0.field(2, 4)
        }
        self.field(12, 10_000_000)
    }

    private init(empty: Void) {}

    var bytes: [UInt8] { self.writer.bytes }

    mutating func field(_ number: UInt32, _ value: UInt64) {
        self.writer.tag(number, .varint)
        self.writer.varint(value)
    }

    mutating func text(_ number: UInt32, _ text: String) {
        self.writer.tag(number, .lengthDelimited)
        self.writer.text(text)
    }

    mutating func packed(_ number: UInt32, _ values: [UInt64]) {
        var inner = ByteWriter()
        for value in values { inner.varint(value) }
        self.writer.tag(number, .lengthDelimited)
        self.writer.lengthDelimited(inner.bytes)
    }

    mutating func message(_ number: UInt32, _ body: (inout PprofText) -> Void) {
        var inner = PprofText(empty: ())
        body(&inner)
        self.writer.tag(number, .lengthDelimited)
        self.writer.lengthDelimited(inner.bytes)
    }
}

@Suite struct PprofHostileTests {
    /// The reason and text of the refusal; nil when the profile was taken.
    private func refusal(_ bytes: [UInt8], limits: ProfileLimits? = nil) -> ProfileRejection? {
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        var incoming = IncomingProfile.test(bytes)
        if let limits { incoming.limits = limits }
        do throws(ProfileRejection) {
            try decoder.decode(incoming, into: &profile)
            return nil
        } catch {
            return error
        }
    }

    @Test func readsTheTinyProfile() throws {
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(.test(PprofText().bytes), into: &profile)
        let lines = profile.oracleLines()
        #expect(lines == ["1 10\tthread=worker\twork||0(main||work|0|10);work||0(work||work|0|20)"])
        #expect(profile.timeNanoseconds == 1_795_521_600_000_000_000)
        let hasOwnTime = profile.hasOwnTime
        #expect(hasOwnTime)
        #expect(profile.period == 10_000_000)
        let period = profile.string(profile.periodType.type)
        #expect(period == "cpu")
    }

    @Test func unpackedNumbersAndUnknownFieldsMeanTheSame() throws {
        var other = PprofText()
        other.message(2) { sample in
            sample.field(1, 1)
            sample.field(1, 2)
            sample.field(2, 1)
            sample.field(2, 10)
            sample.message(3) {
                $0.field(1, 7)
                $0.field(2, 8)
            }
            sample.text(9, "unknown")
        }
        other.writer.raw([0x7B, 0x08, 0x01, 0x7C])
        other.text(15, "unknown")
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(.test(other.bytes), into: &profile)
        let lines = profile.oracleLines()
        #expect(lines == ["2 20\tthread=worker\twork||0(main||work|0|10);work||0(work||work|0|20)"])
        #expect(profile.samples.count == 1)
    }

    @Test func everyTruncationIsRefusedOrDecodesLess() {
        let whole = PprofText().bytes
        for count in whole.indices {
            let answer = self.refusal(Array(whole[..<count]))
            // Cut between two fields the rest may be whole; the string table or types are missing then.
            if count < 150 { #expect(answer != nil, "cut at \(count)") }
        }
        var deflater = GzipDeflater()
        let packed = deflater.deflate(whole.span)
        // The fuzzer takes the origin from the parity of the size, which a text of one byte more changes.
        let longer = whole + [0x32, 1, 0x61]
        #expect(self.refusal(whole) == nil && self.refusal(longer) == nil && self.refusal(packed) == nil)
        for seed in [whole, longer, packed] { FuzzSeed.save(seed, for: "PprofFuzz") }
        for count in 3..<packed.count {
            #expect(
                self.refusal(Array(packed[..<count]))?.reason == .malformedProfile,
                "gzip cut at \(count)"
            )
        }
    }

    @Test func zstdIsReadAsGzipIs() throws {
        let whole = PprofText().bytes
        var encoder = ZstdEncoder()
        let packed = encoder.encode(whole.span)
        #expect(self.refusal(whole) == nil)
        #expect(self.refusal(packed) == nil)
        FuzzSeed.save(packed, for: "PprofFuzz")
        for count in 4..<packed.count {
            #expect(
                self.refusal(Array(packed[..<count]))?.reason == .malformedProfile,
                "zstd cut at \(count)"
            )
        }
        let bomb = encoder.encode([UInt8](repeating: 0, count: 32 << 20).span)
        #expect(self.refusal(bomb)?.reason == .profileSizeLimit)
    }

    @Test func noMutationTraps() throws {
        var random = SplitMix(seed: 7)
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        var inflater = GzipInflater()
        var seeds = [PprofText().bytes]
        for file in Corpus.files("pprof")
        where try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0 < 3_000 {
            let bytes = [UInt8](try Data(contentsOf: file))
            seeds.append(
                GzipInflater.isGzip(bytes.span) ? try inflater.inflate(bytes.span, limit: 1 << 20) : bytes
            )
        }
        var accepted = 0
        for round in 0..<4_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.insert(0xFF, at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + 3))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            do throws(ProfileRejection) {
                try decoder.decode(.test(bytes), into: &profile)
                accepted += 1
                // All indices lead somewhere.
                _ = profile.sums()
            } catch {
                #expect(!error.message.isEmpty && error.message.utf8.count < 1_024)
            }
        }
        #expect(accepted > 100)
    }

    @Test(arguments: [
        UInt64(9), 10, 1 << 31, 1 << 32, UInt64(Int64.max), 1 << 63, .max,
    ])
    func indicesBeyondTheStringTableAreRefused(index: UInt64) {
        var function = PprofText()
        function.message(5) {
            $0.field(1, 9)
            $0.field(2, index)
        }
        #expect(self.refusal(function.bytes)?.message == "function name string index out of range")
        var system = PprofText()
        system.message(5) {
            $0.field(1, 9)
            $0.field(3, index)
        }
        #expect(self.refusal(system.bytes)?.message == "function system name index string out of range")
        var mapping = PprofText()
        mapping.message(3) {
            $0.field(1, 9)
            $0.field(5, index)
        }
        #expect(self.refusal(mapping.bytes)?.message == "mapping file name string index out of range")
        var type = PprofText()
        type.message(1) { $0.field(1, index) }
        #expect(self.refusal(type.bytes)?.message == "sample type type string index out of range")
        for field in [1, 2] as [UInt32] {
            var label = PprofText()
            label.message(2) { sample in
                sample.packed(2, [1, 1])
                sample.message(3) {
                    $0.field(1, 1)
                    $0.field(2, 1)
                    $0.field(field, index)
                }
            }
            #expect(self.refusal(label.bytes)?.message == "sample label string index out of range")
        }
        // Clients get away with these.
        var unit = PprofText()
        unit.message(11) {
            $0.field(1, index)
            $0.field(2, index)
        }
        #expect(self.refusal(unit.bytes) == nil)
    }

    @Test(arguments: [0, 3, 1 << 32, 1 << 63, UInt64.max] as [UInt64])
    func samplesThatPointNowhereAreDroppedWhole(id: UInt64) throws {
        var text = PprofText()
        text.message(2) {
            $0.packed(1, [1, id])
            $0.packed(2, [5, 5])
        }
        text.message(4) { location in
            location.field(1, 4)
            location.field(2, id == 0 ? 77 : id)
            location.field(3, 1)
        }
        text.message(2) {
            $0.packed(1, [4])
            $0.packed(2, [5, 5])
        }
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(.test(text.bytes), into: &profile)
        #expect(profile.samples.count == 1)
        #expect(profile.damage.danglingSamples == 2)
    }

    @Test func ruleTextsAreThoseClientsKnow() {
        var zero = PprofText()
        zero.message(4) { $0.field(3, 1) }
        #expect(self.refusal(zero.bytes)?.message == "location id is 0")
        zero = PprofText()
        zero.message(5) { $0.field(2, 1) }
        #expect(self.refusal(zero.bytes)?.message == "function id is 0")
        #expect(self.refusal(PprofText(values: [1]).bytes)?.message == "sample value length mismatch")
        #expect(self.refusal(PprofText(values: [1, 2, 3]).bytes)?.message == "sample value length mismatch")
        #expect(self.refusal([])?.message == "empty profile")
        var dash = PprofText()
        dash.text(6, "a-b")
        dash.message(1) { $0.field(1, 9) }
        #expect(self.refusal(dash.bytes)?.message == "sample type contains -")
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.sampleCountMax = 0
        #expect(
            self.refusal(PprofText().bytes, limits: limits)?.message
                == "the profile with labels '{__name__=\"test\", service_name=\"test\"}' exceeds the samples "
                + "count limit (max_profile_stacktrace_samples, actual: 1, limit: 0)"
        )
        limits = ProfileLimits()
        limits.profileByteCountMax = 10
        #expect(self.refusal(PprofText().bytes, limits: limits)?.reason == .profileSizeLimit)
        limits = ProfileLimits()
        limits.rejectNewerThanNanoseconds = 1_000_000
        limits.rejectOlderThanNanoseconds = 1_000_000
        #expect(self.refusal(PprofText().bytes, limits: limits)?.reason == .notInIngestionWindow)
    }

    /// Two bytes per record, a million records: refused at the limit, before room is made.
    @Test(arguments: [2, 3, 4, 5, 6] as [UInt8])
    func recordFloodsStopAtTheLimit(field: UInt8) {
        var flood: [UInt8] = []
        for _ in 0..<1 << 20 { flood += [field << 3 | 2, 0] }
        let answer = self.refusal(flood)
        #expect(answer?.reason == (field == 2 ? .samplesLimit : .malformedProfile))
        #expect(field == 2 || answer?.message.hasPrefix("profile has more than") == true)
    }
}
