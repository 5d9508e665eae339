// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The stack tree in preorder as two columns.
///
/// For every node but the root: how many levels to climb from the node before it to its parent, and its
/// location: as it is for a first child, less one and its elder sibling's location otherwise.
enum TreeSection {
    static func encode(
        parents: [UInt32],
        locations: [UInt32],
        locationCount: Int,
        to writer: inout ByteWriter
    ) {
        var climbs = ByteWriter()
        var steps = ByteWriter()
        // Nodes from the root to the node before, and the location of each one's youngest child so far.
        var path: [UInt32] = [0]
        var youngest: [UInt32?] = [nil]
        for node in 1..<max(parents.count, 1) {
            var climb = 0
            while path[path.count - 1 - climb] != parents[node] { climb += 1 }
            path.removeLast(climb)
            youngest.removeLast(climb)
            climbs.varint(climb)
            let elder = youngest[youngest.count - 1].map { $0 + 1 } ?? 0
            steps.varint(UInt64(locations[node] - elder))
            youngest[youngest.count - 1] = locations[node]
            path.append(UInt32(node))
            youngest.append(nil)
        }
        writer.varint(parents.count - 1)
        writer.varint(locationCount)
        writer.lengthDelimited(climbs.bytes)
        writer.lengthDelimited(steps.bytes)
    }

    /// A decoded tree: every parent comes before its children.
    struct Decoded: Sendable {
        var parents: [UInt32] = [0]
        var locations: [UInt32] = [.max]
        var locationCount = 0
    }

    static func decode(_ section: WireCursor) throws(WireError) -> Decoded {
        var cursor = section
        let count = try cursor.count(limit: Int(UInt32.max) - 2, bytesEach: 2)
        var decoded = Decoded()
        decoded.locationCount = try cursor.varint(below: Int(UInt32.max))
        var climbs = try cursor.nested()
        var steps = try cursor.nested()
        decoded.parents.reserveCapacity(count + 1)
        decoded.locations.reserveCapacity(count + 1)
        var path: [UInt32] = [0]
        // One more than the location of the youngest child; 0 before there is one.
        var next: [Int] = [0]
        for node in 1..<count + 1 {
            let climb = try climbs.varint(below: path.count)
            path.removeLast(climb)
            next.removeLast(climb)
            let location = next[next.count - 1] + (try steps.varint(below: decoded.locationCount))
            guard location < decoded.locationCount else { throw .outOfRange(at: steps.offset) }
            decoded.parents.append(path[path.count - 1])
            decoded.locations.append(UInt32(location))
            next[next.count - 1] = location + 1
            path.append(UInt32(node))
            next.append(0)
        }
        guard climbs.isAtEnd, steps.isAtEnd else { throw .outOfRange(at: cursor.offset) }
        return decoded
    }
}
