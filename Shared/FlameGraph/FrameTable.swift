// SPDX-License-Identifier: Apache-2.0

/// The function names of each location, outermost first; inlining gives a location several.
package struct FrameTable: Sendable {
    package private(set) var names: [FrameName]
    /// Where the frames of location `i` begin in `frames`; one more entry than locations.
    package private(set) var starts: [UInt32] = [0]
    /// Indices into `names`.
    package private(set) var frames: [UInt32] = []

    /// A table without locations over `names`, which should be distinct.
    package init(names: [FrameName] = [], locationCapacity: Int = 0) {
        self.names = names
        self.starts.reserveCapacity(locationCapacity + 1)
        self.frames.reserveCapacity(locationCapacity)
    }

    /// Adds a name without looking for an equal one; returns its index.
    package mutating func appendName(_ name: FrameName) -> UInt32 {
        self.names.append(name)
        return UInt32(self.names.count - 1)
    }

    /// Adds a frame to the location under construction; inner frames follow outer ones.
    package mutating func appendFrame(name: UInt32) { self.frames.append(name) }

    /// Ends the location under construction, the next in order.
    package mutating func endLocation() { self.starts.append(UInt32(self.frames.count)) }

    /// The indices in `frames` of a location; empty for one that is not in the table, as the root's.
    @inline(__always)
    func range(of location: UInt32) -> Range<Int> {
        let index = Int(location)
        guard index < self.starts.count - 1 else { return 0..<0 }
        return Int(self.starts[index])..<Int(self.starts[index + 1])
    }
}
