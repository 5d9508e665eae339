// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Pprof
import ProfileModel
import Testing

/// Location ids of every length, in every form a client may send them.
@Suite struct FrameReadingTests {
    /// A profile of `locationCount` locations with addresses 1, 2, 3, … and one value of 1 per sample.
    private static func profile(locationCount: UInt64, samples: [(inout ByteWriter) -> Void]) -> [UInt8] {
        var writer = ByteWriter()
        writer.message(1) {
            $0.number(1, 1)
            $0.number(2, 2)
        }
        for sample in samples {
            writer.message(2) {
                sample(&$0)
                $0.number(2, 1)
            }
        }
        writer.message(3) {
            $0.number(1, 1)
        }
        for id in 1...locationCount {
            writer.message(4) {
                $0.number(1, id)
                $0.number(2, 1)
                $0.number(3, id)
            }
        }
        for text in ["", "samples", "count"] { writer.message(6) { $0.raw(text.utf8) } }
        return writer.bytes
    }

    private static func packed(_ ids: [UInt64], byteCount: Int = 0) -> (inout ByteWriter) -> Void {
        { writer in
            writer.message(1) { field in
                for id in ids { field.padded(id, byteCount: byteCount) }
            }
        }
    }

    private static func single(_ ids: [UInt64]) -> (inout ByteWriter) -> Void {
        { writer in for id in ids { writer.number(1, id) } }
    }

    /// Addresses of the frames of each sample, and its value.
    private func stacks(_ bytes: [UInt8], depthMax: Int = 100_000) throws -> [([UInt64], Int64)] {
        var incoming = IncomingProfile.test(bytes)
        incoming.limits.depthMax = depthMax
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        try decoder.decode(incoming, into: &profile)
        return profile.samples.indices.map { index in
            let frames = profile.samples[index].frameRange.map { profile.frames[$0] }
            return (frames.map { profile.locations[Int($0)].address }, profile.values[index])
        }
    }

    private static let ids: [UInt64] = [1, 127, 128, 129, 16_383, 16_384, 20_000, 2, 300, 19_999, 5]

    @Test func everyFormOfAStackIsTheSameStack() throws {
        let bytes = Self.profile(
            locationCount: 20_000,
            samples: [
                Self.packed(Self.ids), Self.single(Self.ids), Self.packed(Self.ids, byteCount: 5),
                Self.packed(Self.ids, byteCount: 10),
                { writer in
                    Self.packed(Array(Self.ids.prefix(4)))(&writer)
                    Self.single(Array(Self.ids.dropFirst(4)))(&writer)
                },
            ]
        )
        let stacks = try self.stacks(bytes)
        #expect(stacks.count == 1)
        #expect(stacks.first?.0 == Self.ids)
        #expect(stacks.first?.1 == 5)
    }

    @Test(arguments: 1...11) func depthLimitCutsBehindAWholeId(depthMax: Int) throws {
        let bytes = Self.profile(locationCount: 20_000, samples: [Self.packed(Self.ids)])
        let stacks = try self.stacks(bytes, depthMax: depthMax)
        #expect(stacks.first?.0 == Array(Self.ids.prefix(depthMax)))
    }

    @Test func stacksLongerThanThePeriodOfTheirHashAddUp() throws {
        let long = (0..<3_000).map { UInt64($0 % 200 + 1) }
        var swapped = long
        swapped.swapAt(10, 10 + 1_024)
        let bytes = Self.profile(
            locationCount: 200,
            samples: [Self.packed(long), Self.packed(swapped), Self.single(long), Self.packed(swapped)]
        )
        let stacks = try self.stacks(bytes)
        #expect(stacks.map(\.1) == [2, 2])
        let areWhole = stacks.map(\.0) == [long, swapped]
        #expect(areWhole)
    }

    @Test(arguments: [0, 201, 16_384, 1 << 21, 1 << 32 + 1, 1 << 63] as [UInt64])
    func idOfNoLocationDropsItsSampleOnly(id: UInt64) throws {
        let bytes = Self.profile(locationCount: 200, samples: [Self.packed([1, id, 2]), Self.packed([3])])
        let stacks = try self.stacks(bytes)
        #expect(stacks.map(\.0) == [[3]])
    }

    @Test func idCutOffByTheEndOfItsFieldIsRefused() throws {
        let bytes = Self.profile(
            locationCount: 200,
            samples: [{ writer in writer.message(1) { $0.raw([1, 0x81]) } }]
        )
        #expect(throws: ProfileRejection.self) { try self.stacks(bytes) }
    }
}

extension ByteWriter {
    fileprivate mutating func number(_ field: UInt32, _ value: UInt64) {
        self.tag(field, .varint)
        self.varint(value)
    }

    /// A varint of at least `byteCount` bytes.
    fileprivate mutating func padded(_ value: UInt64, byteCount: Int) {
        var writer = ByteWriter()
        writer.varint(value)
        var bytes = writer.bytes
        while bytes.count < byteCount {
            bytes[bytes.count - 1] |= 0x80
            bytes.append(0)
        }
        self.raw(bytes)
    }

    fileprivate mutating func message(_ field: UInt32, _ body: (inout ByteWriter) -> Void) {
        var inner = ByteWriter()
        body(&inner)
        self.tag(field, .lengthDelimited)
        self.varint(UInt64(inner.bytes.count))
        self.raw(inner.bytes)
    }
}
