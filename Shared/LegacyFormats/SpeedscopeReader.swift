// SPDX-License-Identifier: Apache-2.0

/// Puts the samples or events of speedscope profiles into a tree.
struct SpeedscopeReader {
    private let file: SpeedscopeFile
    /// What a weight of 1 is worth.
    private let factor: Double
    private(set) var tree: CallTree

    init(_ file: SpeedscopeFile, tree: CallTree, factor: Double) {
        self.file = file
        self.tree = tree
        self.factor = factor
    }

    /// Adds one entry of the file.
    mutating func take(_ entry: SpeedscopeFile.Entry) throws(LegacyFault) {
        switch entry.shape {
        case "sampled": try self.takeSamples(entry)
        case "evented": try self.takeEvents(entry)
        default: throw .unknownShape(LegacyFault.shown(Array(entry.shape.utf8)))
        }
    }

    private mutating func add(_ weight: Double, to node: UInt32) {
        guard node != CallTree.root else { return }
        let value = (weight * self.factor).rounded()
        self.tree.add(value < 0x1p63 ? Int64(value) : .max, to: node)
    }

    private func cursor(_ place: Int) -> JSONCursor { JSONCursor(self.file.bytes, at: place) }

    /// The id of the name of the frame that comes next.
    private func frame(_ json: inout JSONCursor) throws(LegacyFault) -> Int {
        let number = try json.number()
        guard let index = Int(exactly: number.rounded(.towardZero)), self.file.frames.indices.contains(index)
        else { throw .invalidFrame(Int(exactly: number.rounded(.towardZero)) ?? -1) }
        return index
    }

    // MARK: - Samples

    /// Walks through samples and weights side by side.
    private mutating func takeSamples(_ entry: SpeedscopeFile.Entry) throws(LegacyFault) {
        let (samples, weights) = (try self.count(entry.samples), try self.count(entry.weights))
        guard samples == weights else { throw .unequalLengths(samples: samples, weights: weights) }
        guard let samplesPlace = entry.samples, let weightsPlace = entry.weights else { return }
        var stacks = self.cursor(samplesPlace)
        var values = self.cursor(weightsPlace)
        var (isFirstStack, isFirstValue) = (true, true)
        try stacks.expect(UInt8(ascii: "["))
        try values.expect(UInt8(ascii: "["))
        while try stacks.nextElement(&isFirstStack), try values.nextElement(&isFirstValue) {
            let weight = try values.number()
            guard weight >= 0 else { throw .negativeWeight }
            var node = CallTree.root
            var isFirstFrame = true
            if try stacks.takeNull() { continue }
            try stacks.expect(UInt8(ascii: "["))
            while try stacks.nextElement(&isFirstFrame) {
                let frame = try self.frame(&stacks)
                node = try self.tree.child(of: node, named: self.file.frames[frame])
            }
            self.add(weight, to: node)
        }
    }

    /// How many elements the array at `place` has.
    private func count(_ place: Int?) throws(LegacyFault) -> Int {
        guard let place else { return 0 }
        var json = self.cursor(place)
        var count = 0
        var isFirst = true
        try json.expect(UInt8(ascii: "["))
        while try json.nextElement(&isFirst) {
            try json.skipValue(depth: 4)
            count += 1
        }
        return count
    }

    // MARK: - Events

    private struct Event {
        var kind = ""
        var frame: Int?
        var at = 0.0
    }

    /// Opens and closes frames; the time between two events belongs to the stack that is open then.
    private mutating func takeEvents(_ entry: SpeedscopeFile.Entry) throws(LegacyFault) {
        guard let place = entry.events else { return }
        var json = self.cursor(place)
        var open: [(frame: Int, node: UInt32)] = []
        var last = entry.startValue
        var isFirst = true
        try json.expect(UInt8(ascii: "["))
        while try json.nextElement(&isFirst) {
            let event = try self.event(&json)
            guard event.at >= last else { throw .eventsOutOfOrder }
            guard let frame = event.frame else { throw .invalidFrame(0) }
            let node = open.last?.node ?? CallTree.root
            switch event.kind {
            case "C":
                guard let top = open.last else { throw .nothingToClose }
                guard top.frame == frame else { throw .closesOtherFrame(frame) }
                self.add(event.at - last, to: node)
                open.removeLast()
            case "O":
                self.add(event.at - last, to: node)
                open.append((frame, try self.tree.child(of: node, named: self.file.frames[frame])))
            default: throw .unknownEvent(LegacyFault.shown(Array(event.kind.utf8)))
            }
            last = event.at
        }
    }

    private func event(_ json: inout JSONCursor) throws(LegacyFault) -> Event {
        var event = Event()
        var isFirst = true
        try json.expect(UInt8(ascii: "{"))
        while let key = try json.nextKey(&isFirst) {
            switch key {
            case "type": event.kind = try json.takeNull() ? "" : json.text()
            case "frame": event.frame = try json.takeNull() ? nil : self.frame(&json)
            case "at": event.at = try json.takeNull() ? 0 : json.number()
            default: try json.skipValue(depth: 5)
            }
        }
        // A frame that is not given is the first one, as Go reads it.
        if event.frame == nil, !self.file.frames.isEmpty { event.frame = 0 }
        return event
    }
}
