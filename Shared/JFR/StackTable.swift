// SPDX-License-Identifier: Apache-2.0

/// Names, locations and stacks of a whole recording, each once, whatever chunk they come from.
struct StackTable {
    /// All names together, bytes: many methods may share one long symbol.
    static let nameByteCountMax = 32 << 20
    /// Frames of all stacks together.
    static let frameCountMax = 8 << 20

    /// `class.method` per function.
    private(set) var functions: [String] = []
    private var functionOfName: [String: UInt32] = [:]
    private var nameByteCount = 0
    /// Function in the upper, line in the lower half.
    private var locations = IDTable()
    /// Locations, leaf first, of all stacks one after the other.
    private var frames: [UInt32] = []
    private var ends: [Int] = []
    private var hashes = IDTable()
    /// The last stack of each hash.
    private var stackOfHash: [UInt32] = []

    var locationCount: Int { self.locations.count }

    /// The locations of a stack, leaf first.
    func frames(of stack: UInt32) -> ArraySlice<UInt32> {
        let index = Int(stack)
        return self.frames[(index == 0 ? 0 : self.ends[index - 1])..<self.ends[index]]
    }

    /// The function and line of a location.
    func location(_ number: UInt32) -> (function: UInt32, line: UInt32) {
        let key = self.locations.keys[Int(number)]
        return (UInt32(truncatingIfNeeded: key >> 32), UInt32(truncatingIfNeeded: key))
    }

    /// The number of a function.
    mutating func function(_ name: String) throws(JFRError) -> UInt32 {
        if let known = self.functionOfName[name] { return known }
        self.nameByteCount += name.utf8.count
        guard self.nameByteCount <= Self.nameByteCountMax else {
            throw JFRError(.tooLarge(limit: Self.nameByteCountMax), at: 0).met(in: .profile)
        }
        let number = UInt32(self.functions.count)
        self.functions.append(name)
        self.functionOfName[name] = number
        return number
    }

    /// The number of a location.
    @inline(__always)
    mutating func location(function: UInt32, line: UInt32) -> UInt32 {
        UInt32(self.locations.insert(UInt64(function) << 32 | UInt64(line)))
    }

    /// The number of a stack given by its locations, leaf first.
    mutating func stack(_ locations: [UInt32]) throws(JFRError) -> UInt32 {
        var hash: UInt64 = UInt64(locations.count)
        for location in locations {
            let (high, low) = (hash ^ UInt64(location)).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = high ^ low &+ 0xD1B5_4A32_D192_ED03
        }
        let number = self.hashes.insert(hash)
        if number < self.stackOfHash.count {
            let known = self.stackOfHash[number]
            if self.frames(of: known).elementsEqual(locations) { return known }
        }
        guard self.frames.count + locations.count <= Self.frameCountMax else {
            throw JFRError(.tooMany(limit: Self.frameCountMax), at: 0).met(in: .profile)
        }
        self.frames += locations
        self.ends.append(self.frames.count)
        // Of two stacks with one hash only the later is found again: the other is written twice, no more.
        let stack = UInt32(self.ends.count - 1)
        if number < self.stackOfHash.count {
            self.stackOfHash[number] = stack
        } else {
            self.stackOfHash.append(stack)
        }
        return stack
    }
}
