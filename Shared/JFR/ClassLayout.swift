// SPDX-License-Identifier: Apache-2.0

/// A value that is kept while an event or a constant is read; all others are stepped over.
enum Slot: Int {
    case stackTrace, state, contextID, spanID, spanName, traceHigh, traceLow
    /// What the event measures: bytes, ticks, samples.
    case amount
    /// Positions of texts.
    case name, value
    /// Position of an array.
    case frames
    case method, line, type

    static let count = 14
}

/// The kept values of one event or constant; 0 for those that its class does not have.
struct SlotValues {
    private var values = InlineArray<14, UInt64>(repeating: 0)

    subscript(slot: Slot) -> UInt64 {
        get { self.values[slot.rawValue] }
        set { self.values[slot.rawValue] = newValue }
    }

    fileprivate subscript(index: Int) -> UInt64 {
        get { self.values[index] }
        set { self.values[index] = newValue }
    }
}

/// One step of reading a class's fields.
struct LayoutStep: Equatable {
    enum Action: UInt8 {
        /// Steps over `count` integers or bytes.
        case longs, bytes
        case text
        /// A value of the class at place `count`.
        case nested
        /// An array of integers, of values of `count` bytes, of texts, of the class at place `count`.
        case longArray, byteArray, textArray, nestedArray
        /// Keeps an integer, or the position of a text or an array, in slot `count`.
        case keepLong, keepPosition
    }

    var action: Action
    var count: Int
}

/// Which field of a class goes where: bound by name, class, and whether it is a constant or an array.
struct FieldBinding {
    var name: String
    var classes: [RequiredClass]
    var isConstant = false
    var isArray = false
    var slot: Slot
}

/// How to step through values of all classes of a chunk; made on demand.
struct ClassLayouts {
    let metadata: ChunkMetadata
    /// The steps of all prepared classes, one class after the other, and where each has its own.
    private var flat: [LayoutStep] = []
    private var ranges: [Range<Int>]
    private var states: [State]
    /// How many classes are being prepared, each inside of the one before.
    private var openCount = 0

    private enum State: UInt8 { case unknown, open, done, widthless }

    init(_ metadata: ChunkMetadata) {
        self.metadata = metadata
        self.ranges = Array(repeating: 0..<0, count: metadata.classes.count)
        self.states = Array(repeating: .unknown, count: metadata.classes.count)
    }

    /// The steps of the class at `place`, with the values of `bindings` kept.
    mutating func steps(
        _ place: Int,
        keeping bindings: [FieldBinding] = []
    ) throws(JFRError) -> [LayoutStep] {
        var made: [LayoutStep] = []
        for field in self.metadata.classes[place].fields {
            if let bound = bindings.first(where: { self.matches($0, field) }) {
                made.append(self.keeping(bound))
                if bound.isArray { try self.append(field, to: &made) }
                if !bound.isConstant, bound.classes == [.string] {
                    made.append(.init(action: .text, count: 0))
                }
            } else {
                try self.append(field, to: &made)
            }
        }
        return made
    }

    private func matches(_ binding: FieldBinding, _ field: RecordingField) -> Bool {
        binding.name == field.name && binding.isConstant == field.isConstant
            && binding.isArray == field.isArray
            && binding.classes.contains { self.metadata.id(of: $0) == field.classID }
    }

    private func keeping(_ binding: FieldBinding) -> LayoutStep {
        let keepsPosition = binding.isArray || (!binding.isConstant && binding.classes == [.string])
        return LayoutStep(action: keepsPosition ? .keepPosition : .keepLong, count: binding.slot.rawValue)
    }

    /// What one value of a class takes when it is not a constant.
    private enum Width {
        case long
        case bytes(Int)
        case text
        case nested(Int)
        case nothing
    }

    private mutating func append(_ field: RecordingField, to steps: inout [LayoutStep]) throws(JFRError) {
        let width = field.isConstant ? .long : try self.width(of: field.classID)
        switch (width, field.isArray) {
        case (.long, false): Self.merge(.longs, 1, &steps)
        case (.bytes(let count), false): Self.merge(.bytes, count, &steps)
        case (.text, false): steps.append(LayoutStep(action: .text, count: 0))
        case (.nested(let place), false): steps.append(LayoutStep(action: .nested, count: place))
        case (.nothing, false): break
        case (.long, true): steps.append(LayoutStep(action: .longArray, count: 1))
        case (.bytes(let count), true): steps.append(LayoutStep(action: .byteArray, count: count))
        case (.text, true): steps.append(LayoutStep(action: .textArray, count: 0))
        case (.nested(let place), true): steps.append(LayoutStep(action: .nestedArray, count: place))
        case (.nothing, true): Self.merge(.longs, 1, &steps)
        }
    }

    private static func merge(_ action: LayoutStep.Action, _ count: Int, _ steps: inout [LayoutStep]) {
        if let last = steps.last, last.action == action {
            steps[steps.count - 1].count += count
        } else {
            steps.append(LayoutStep(action: action, count: count))
        }
    }

    private mutating func width(of id: UInt64) throws(JFRError) -> Width {
        guard let place = self.metadata.place(ofID: id) else { throw JFRError(.unknownClass(id), at: 0) }
        switch self.metadata.classes[place].name {
        case "int", "long", "short", "char": return .long
        case "byte", "boolean": return .bytes(1)
        case "float": return .bytes(4)
        case "double": return .bytes(8)
        case "java.lang.String": return .text
        default:
            try self.prepare(place)
            return self.states[place] == .widthless ? .nothing : .nested(place)
        }
    }

    /// Makes the steps of the class at `place` and keeps them: where they are is what `read` wants to know.
    mutating func prepared(_ place: Int, keeping bindings: [FieldBinding]) throws(JFRError) -> Range<Int> {
        let made = try self.steps(place, keeping: bindings)
        self.flat += made
        return self.flat.count - made.count..<self.flat.count
    }

    /// The steps that `prepared` kept.
    func steps(at range: Range<Int>) -> ArraySlice<LayoutStep> { self.flat[range] }

    /// Makes the steps by which values of the class at `place` are skipped.
    ///
    /// A class inside of itself keeps its mark; skipping it ends at the greatest depth.
    mutating func prepare(_ place: Int) throws(JFRError) {
        guard self.states[place] == .unknown else { return }
        guard self.openCount <= JFRCoding.depthMax else { throw JFRError(.nestedTooDeep, at: 0) }
        self.openCount += 1
        defer { self.openCount -= 1 }
        self.states[place] = .open
        let made = try self.steps(place)
        self.ranges[place] = self.flat.count..<self.flat.count + made.count
        self.flat += made
        self.states[place] = made.isEmpty ? .widthless : .done
    }
}

// MARK: - Walking

extension ClassLayouts {
    /// Steps over one value of the class at `place`, which was prepared.
    ///
    /// Takes time in proportion to the bytes: classes without any are known.
    func skip(_ bytes: Span<UInt8>, _ at: inout Int, place: Int, depth: Int = 0) throws(JFRError) {
        guard depth <= JFRCoding.depthMax else { throw JFRError(.nestedTooDeep, at: at) }
        let range = self.ranges[place]
        var index = range.lowerBound
        while index < range.upperBound {
            try self.skip(bytes, &at, self.flat[index], depth)
            index &+= 1
        }
    }

    private func skip(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        _ step: LayoutStep,
        _ depth: Int
    ) throws(JFRError) {
        switch step.action {
        case .longs: try JFRCoding.skipLongs(bytes, &at, count: step.count)
        case .bytes: try JFRCoding.skipBytes(bytes, &at, count: step.count)
        case .text: try JFRCoding.skipText(bytes, &at)
        case .nested: try self.skip(bytes, &at, place: step.count, depth: depth + 1)
        case .longArray:
            let count = try JFRCoding.count(bytes, &at)
            try JFRCoding.skipLongs(bytes, &at, count: count)
        case .byteArray:
            let count = try JFRCoding.count(bytes, &at)
            try JFRCoding.skipBytes(bytes, &at, count: count * step.count)
        case .textArray:
            let count = try JFRCoding.count(bytes, &at)
            for _ in 0..<count { try JFRCoding.skipText(bytes, &at) }
        case .nestedArray: try self.skipArray(bytes, &at, place: step.count, depth)
        case .keepLong, .keepPosition: break
        }
    }

    private func skipArray(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        place: Int,
        _ depth: Int
    ) throws(JFRError) {
        let count = try JFRCoding.count(bytes, &at)
        let range = self.ranges[place]
        if range.count == 1, self.flat[range.lowerBound].action == .longs {
            try JFRCoding.skipLongs(bytes, &at, count: count * self.flat[range.lowerBound].count)
        } else {
            for _ in 0..<count { try self.skip(bytes, &at, place: place, depth: depth + 1) }
        }
    }

    /// Reads a value by the steps at `range`, made by `prepared(_:keeping:)`.
    func read(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        _ range: Range<Int>,
        into values: inout SlotValues
    ) throws(JFRError) {
        var index = range.lowerBound
        while index < range.upperBound {
            let step = self.flat[index]
            index &+= 1
            switch step.action {
            case .keepLong: values[step.count] = try JFRCoding.long(bytes, &at)
            case .keepPosition: values[step.count] = UInt64(at)
            case .longs: try JFRCoding.skipLongs(bytes, &at, count: step.count)
            default: try self.skip(bytes, &at, step, 0)
            }
        }
    }
}
