// SPDX-License-Identifier: Apache-2.0

/// One chunk: its layouts and pools, and what was resolved of them so far.
struct ChunkReader {
    private let layouts: ClassLayouts
    private let pools: ConstantPools
    private let events: EventLayouts
    private let poolSteps: [Range<Int>]
    private let frameSteps: Range<Int>
    /// For frames that hold nothing but integers.
    private let frameShape: FrameShape?
    let ticksPerSecond: UInt64
    /// Locations of the stack being read.
    private var scratch: [UInt32] = []

    /// Answers by number in the pool; 0 is not asked yet.
    private var stacks: [UInt32]
    private var functions: [UInt32]
    private var symbols: [String?]
    private var states: [ThreadState?]

    /// Answers that are no number plus two.
    private static let unknown: UInt32 = 0
    private static let unresolvable: UInt32 = 1

    /// Which of a frame's integers is what.
    private struct FrameShape {
        var fieldCount = 0
        var method = -1
        var line = -1

        /// Nil when a frame holds more than integers.
        init?(_ steps: ArraySlice<LayoutStep>) {
            for step in steps {
                switch step.action {
                case .longs: self.fieldCount += step.count
                case .keepLong:
                    if step.count == Slot.method.rawValue { self.method = self.fieldCount }
                    if step.count == Slot.line.rawValue { self.line = self.fieldCount }
                    self.fieldCount += 1
                default: return nil
                }
            }
        }
    }

    /// What a thread does, as far as it matters.
    enum ThreadState { case runnable, sleeping, other }

    /// Reads the header's chunk `bytes`: metadata and places of constants.
    init(_ bytes: Span<UInt8>, _ header: ChunkHeader) throws(JFRError) {
        var layouts: ClassLayouts
        do throws(JFRError) {
            layouts = ClassLayouts(try ChunkMetadata(bytes, at: header.metadataOffset))
        } catch {
            throw error.met(in: .metadata)
        }
        do throws(JFRError) {
            self.pools = try ConstantPools(bytes, from: header.poolOffset, &layouts)
            var steps: [Range<Int>] = []
            for kind in PoolKind.allCases {
                let place = layouts.metadata.place(named: kind.className.rawValue) ?? 0
                steps.append(try layouts.prepared(place, keeping: kind.bindings))
            }
            self.poolSteps = steps
            let frame = layouts.metadata.place(named: RequiredClass.stackFrame.rawValue) ?? 0
            self.frameSteps = try layouts.prepared(frame, keeping: PoolKind.frameBindings)
            self.frameShape = FrameShape(layouts.steps(at: self.frameSteps))
        } catch {
            throw error.met(in: .constantPool)
        }
        self.events = try EventLayouts(&layouts)
        self.layouts = layouts
        self.ticksPerSecond = header.ticksPerSecond
        self.stacks = Array(repeating: Self.unknown, count: self.pools.count(.stackTrace))
        self.functions = Array(repeating: Self.unknown, count: self.pools.count(.method))
        self.symbols = Array(repeating: nil, count: self.pools.count(.symbol))
        self.states = Array(repeating: nil, count: self.pools.count(.threadState))
    }

    /// Reads the event at `at` and moves behind it; nil when it does not count.
    @inline(__always)
    func nextEvent(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        _ values: inout SlotValues
    ) throws(JFRError) -> EventKind? {
        let start = at
        guard let size = Int(exactly: try JFRCoding.long(bytes, &at)), size > 0,
            size <= bytes.count - start
        else { throw JFRError(.badSize, at: start) }
        let id = try JFRCoding.long(bytes, &at)
        guard at <= start + size else { throw JFRError(.badSize, at: start) }
        defer { at = start + size }
        guard let place = self.events.place(id) else { return nil }
        values = SlotValues()
        try self.layouts.read(bytes, &at, self.events.steps(at: place), into: &values)
        guard at <= start + size else { throw JFRError(.badSize, at: start) }
        return self.events.kind(at: place)
    }

    /// A text whose position was kept; an unknown constant is empty.
    func text(_ bytes: Span<UInt8>, at position: UInt64) throws(JFRError) -> String {
        guard position > 0 else { return "" }
        var at = Int(position)
        for _ in 0..<JFRCoding.depthMax {
            switch try JFRCoding.text(bytes, &at) {
            case .inline(let text): return text
            case .constant(let id):
                guard let number = self.pools.number(.string, id) else { return "" }
                at = self.pools.position(.string, number)
            }
        }
        throw JFRError(.nestedTooDeep, at: at)
    }
}

// MARK: - Constants

extension ChunkReader {
    private func values(
        _ bytes: Span<UInt8>,
        _ kind: PoolKind,
        _ number: Int
    ) throws(JFRError) -> SlotValues {
        var at = self.pools.position(kind, number)
        var values = SlotValues()
        try self.layouts.read(bytes, &at, self.poolSteps[kind.rawValue], into: &values)
        return values
    }

    /// The state that an id stands for; nil when it cannot be resolved.
    mutating func threadState(_ bytes: Span<UInt8>, _ id: UInt64) throws(JFRError) -> ThreadState? {
        guard let number = self.pools.number(.threadState, id) else { return nil }
        if let known = self.states[number] { return known }
        let name = try self.text(bytes, at: try self.values(bytes, .threadState, number)[.value])
        let state: ThreadState =
            switch name {
            case "STATE_RUNNABLE": .runnable
            case "STATE_SLEEPING": .sleeping
            default: .other
            }
        self.states[number] = state
        return state
    }

    /// The stack that an id stands for; nil when it cannot be resolved.
    mutating func stack(
        _ bytes: Span<UInt8>,
        _ id: UInt64,
        _ table: inout StackTable
    ) throws(JFRError) -> UInt32? {
        guard let number = self.pools.number(.stackTrace, id) else { return nil }
        let known = self.stacks[number]
        if known != Self.unknown { return known - 2 }
        var at = Int(try self.values(bytes, .stackTrace, number)[.frames])
        self.scratch.removeAll(keepingCapacity: true)
        if at > 0 {
            let count = try JFRCoding.count(bytes, &at)
            // A copy of its own, so that no references are counted per frame.
            let methods = self.pools.index(.method)
            for _ in 0..<count {
                let frame = try self.frame(bytes, &at)
                guard let method = methods.ids.number(of: frame.method) else { continue }
                let known = self.functions[method]
                let function =
                    known > Self.unresolvable ? known - 2 : try self.function(bytes, method, &table)
                guard let function else { continue }
                self.scratch.append(table.location(function: function, line: frame.line))
            }
        }
        let stack = try table.stack(self.scratch)
        self.stacks[number] = stack + 2
        return stack
    }

    /// Reads a frame: the id of its method and its line.
    @inline(__always)
    private func frame(
        _ bytes: Span<UInt8>,
        _ at: inout Int
    ) throws(JFRError) -> (method: UInt64, line: UInt32) {
        guard let shape = self.frameShape else {
            var values = SlotValues()
            try self.layouts.read(bytes, &at, self.frameSteps, into: &values)
            return (values[.method], UInt32(truncatingIfNeeded: values[.line]))
        }
        var (method, line): (UInt64, UInt64) = (0, 0)
        for field in 0..<shape.fieldCount {
            let value = try JFRCoding.long(bytes, &at)
            if field == shape.method { method = value }
            if field == shape.line { line = value }
        }
        return (method, UInt32(truncatingIfNeeded: line))
    }

    /// The function of a method by its number; nil when its class cannot be resolved.
    private mutating func function(
        _ bytes: Span<UInt8>,
        _ number: Int,
        _ table: inout StackTable
    ) throws(JFRError) -> UInt32? {
        guard self.functions[number] == Self.unknown else { return nil }
        let method = try self.values(bytes, .method, number)
        guard let type = self.pools.number(.type, method[.type]) else {
            self.functions[number] = Self.unresolvable
            return nil
        }
        let owner = try self.symbol(bytes, try self.values(bytes, .type, type)[.name])
        let name = try self.symbol(bytes, method[.name])
        guard owner.utf8.count + name.utf8.count <= StackTable.nameByteCountMax else {
            throw JFRError(.tooLarge(limit: StackTable.nameByteCountMax), at: 0).met(in: .profile)
        }
        let function = try table.function("\(owner).\(name)")
        self.functions[number] = function + 2
        return function
    }

    private mutating func symbol(_ bytes: Span<UInt8>, _ id: UInt64) throws(JFRError) -> String {
        guard let number = self.pools.number(.symbol, id) else { return "" }
        if let known = self.symbols[number] { return known }
        let text = try self.text(bytes, at: try self.values(bytes, .symbol, number)[.value])
        let clean = SymbolCleaning.clean(text)
        self.symbols[number] = clean
        return clean
    }
}
