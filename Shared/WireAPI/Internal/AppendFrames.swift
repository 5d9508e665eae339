// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
internal import ProfileColumns
package import ProfileModel

/// The body of an append from a distributor to an ingester: for each profile a length, the CRC-32C of the
/// frame (four bytes each, little-endian), and the frame of `IncomingProfile`.
package enum AppendFrames {
    /// Where ingesters take appends.
    package static let path = "/internal/v1/append"
    /// The content type of these bodies.
    package static let contentType = "application/x-hearth-frames"
    /// The most profiles of one append.
    package static let profileCountMax = 65_536

    /// All `profiles` as one body.
    package static func encode(_ profiles: [IncomingProfile]) -> [UInt8] {
        var writer = ByteWriter(capacity: profiles.reduce(0) { $0 + $1.payload.count + 512 })
        for profile in profiles {
            let start = writer.bytes.count
            writer.fixed64(0)
            profile.encode(to: &writer)
            let frame = start + 8..<writer.bytes.count
            let checksum = CRC32C.checksum(writer.bytes.span.extracting(frame))
            let length = UInt32(clamping: frame.count)
            for index in 0..<4 {
                let shift = UInt32(8 * index)
                writer.bytes[start + index] = UInt8(truncatingIfNeeded: length >> shift)
                writer.bytes[start + 4 + index] = UInt8(truncatingIfNeeded: checksum >> shift)
            }
        }
        return writer.bytes
    }

    /// Reads a whole body; one damaged frame refuses all of it, since the sender tries again.
    package static func decode(_ bytes: Span<UInt8>) throws(WireError) -> [IncomingProfile] {
        var cursor = WireCursor(bytes)
        var profiles: [IncomingProfile] = []
        while !cursor.isAtEnd {
            let start = cursor.offset
            guard profiles.count < Self.profileCountMax else {
                throw .tooMany(at: start, limit: Self.profileCountMax)
            }
            let length = Int(try cursor.fixed32())
            let checksum = try cursor.fixed32()
            let frame = try cursor.take(length)
            guard CRC32C.checksum(frame) == checksum else { throw .outOfRange(at: start) }
            profiles.append(try IncomingProfile(decoding: frame))
        }
        return profiles
    }
}
