// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What one dataset of a block decodes to, part by part.
enum DatasetPart: UInt8, Hashable, Sendable {
    case index
    case frames
    case profiles
}

/// A decoded part with the memory it takes.
protocol CachedPart: Sendable {
    var byteCount: Int { get }
}

/// Decoded parts of blocks, the least recently used leave when the bytes run out.
///
/// Shared by all blocks and threads.
package final class BlockCache: Sendable {
    struct Key: Hashable {
        var block: UInt64
        var dataset: Int
        var part: DatasetPart
    }

    private let state: Mutex<State>

    /// A cache of at most `byteCountMax` bytes.
    package init(byteCountMax: Int) { self.state = Mutex(State(byteCountMax: byteCountMax)) }

    /// Bytes of all parts held at the moment.
    package var byteCount: Int { self.state.withLock { $0.byteCount } }

    /// A number that tells the caller's parts from those of other blocks.
    func register() -> UInt64 {
        self.state.withLock { state in
            state.lastBlock += 1
            return state.lastBlock
        }
    }

    /// The part under `key`, decoded by `make` when it is not there; two callers at once may both decode.
    func part<Part: CachedPart>(
        _ key: Key,
        make: () throws(BlockError) -> Part
    ) throws(BlockError) -> Part {
        if let held = self.state.withLock({ $0.use(key) }) as? Part { return held }
        let part = try make()
        self.state.withLock { $0.insert(part, for: key) }
        return part
    }

    /// Drops all parts of a block.
    func forget(_ block: UInt64) {
        self.state.withLock { $0.removeAll(of: block) }
    }
}

extension BlockCache {
    /// Parts in a list from the most to the least recently used.
    private struct State {
        struct Slot {
            var key: Key
            var part: any CachedPart
            var newer: Int?
            var older: Int?
        }

        let byteCountMax: Int
        var byteCount = 0
        var lastBlock: UInt64 = 0
        private var places: [Key: Int] = [:]
        private var slots: [Slot?] = []
        private var free: [Int] = []
        private var newest: Int?
        private var oldest: Int?

        init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

        mutating func use(_ key: Key) -> (any CachedPart)? {
            guard let place = self.places[key], let slot = self.slots[place] else { return nil }
            self.unlink(place)
            self.link(place)
            return slot.part
        }

        mutating func insert(_ part: any CachedPart, for key: Key) {
            if let place = self.places[key] { self.remove(place) }
            guard part.byteCount <= self.byteCountMax else { return }
            let slot = Slot(key: key, part: part)
            if let place = self.free.popLast() {
                self.slots[place] = slot
                self.places[key] = place
                self.link(place)
            } else {
                self.slots.append(slot)
                self.places[key] = self.slots.count - 1
                self.link(self.slots.count - 1)
            }
            self.byteCount += part.byteCount
            while self.byteCount > self.byteCountMax, let oldest = self.oldest { self.remove(oldest) }
        }

        mutating func removeAll(of block: UInt64) {
            for (key, place) in self.places where key.block == block { self.remove(place) }
        }

        private mutating func remove(_ place: Int) {
            self.unlink(place)
            guard let slot = self.slots[place] else { return }
            self.byteCount -= slot.part.byteCount
            self.places[slot.key] = nil
            self.slots[place] = nil
            self.free.append(place)
        }

        private mutating func link(_ place: Int) {
            self.slots[place]?.newer = nil
            self.slots[place]?.older = self.newest
            if let newest = self.newest { self.slots[newest]?.newer = place } else { self.oldest = place }
            self.newest = place
        }

        private mutating func unlink(_ place: Int) {
            let newer = self.slots[place]?.newer
            let older = self.slots[place]?.older
            if let newer { self.slots[newer]?.older = older } else { self.newest = older }
            if let older { self.slots[older]?.newer = newer } else { self.oldest = newer }
        }
    }
}
