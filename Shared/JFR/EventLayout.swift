// SPDX-License-Identifier: Apache-2.0

/// An event that counts, and the fields that are read of it (spec/ingest 3.5).
enum EventKind: Int, CaseIterable {
    case executionSample, wallClockSample, allocationInTLAB, allocationOutsideTLAB, allocationSample
    case monitorEnter, threadPark, liveObject, malloc, activeSetting

    var className: String {
        switch self {
        case .executionSample: "jdk.ExecutionSample"
        case .wallClockSample: "profiler.WallClockSample"
        case .allocationInTLAB: "jdk.ObjectAllocationInNewTLAB"
        case .allocationOutsideTLAB: "jdk.ObjectAllocationOutsideTLAB"
        case .allocationSample: "jdk.ObjectAllocationSample"
        case .monitorEnter: "jdk.JavaMonitorEnter"
        case .threadPark: "jdk.ThreadPark"
        case .liveObject: "profiler.LiveObject"
        case .malloc: "profiler.Malloc"
        case .activeSetting: "jdk.ActiveSetting"
        }
    }

    private var amountField: String? {
        switch self {
        case .wallClockSample: "samples"
        case .allocationInTLAB: "tlabSize"
        case .allocationOutsideTLAB: "allocationSize"
        case .allocationSample: "weight"
        case .monitorEnter, .threadPark: "duration"
        case .malloc: "size"
        case .executionSample, .liveObject, .activeSetting: nil
        }
    }

    private static let integers: [RequiredClass] = [.long, .int, .short]

    private static let contextBindings = [
        FieldBinding(name: "contextId", classes: integers, slot: .contextID),
        FieldBinding(name: "spanId", classes: integers, slot: .spanID),
        FieldBinding(name: "spanName", classes: integers, slot: .spanName),
        FieldBinding(name: "traceIdHi", classes: integers, slot: .traceHigh),
        FieldBinding(name: "traceIdLo", classes: integers, slot: .traceLow),
    ]

    /// Which fields are kept.
    var bindings: [FieldBinding] {
        guard self != .activeSetting else {
            return [
                FieldBinding(name: "name", classes: [.string], slot: .name),
                FieldBinding(name: "value", classes: [.string], slot: .value),
            ]
        }
        var bindings = [
            FieldBinding(name: "stackTrace", classes: [.stackTrace], isConstant: true, slot: .stackTrace)
        ]
        if let name = self.amountField {
            bindings.append(FieldBinding(name: name, classes: Self.integers, slot: .amount))
        }
        switch self {
        case .executionSample, .wallClockSample:
            bindings.append(
                FieldBinding(name: "state", classes: [.threadState], isConstant: true, slot: .state)
            )
            bindings += Self.contextBindings
        case .allocationInTLAB, .allocationOutsideTLAB, .monitorEnter: bindings += Self.contextBindings
        case .allocationSample, .threadPark, .liveObject, .malloc, .activeSetting: break
        }
        return bindings
    }
}

/// How to read the events of a chunk that count.
struct EventLayouts {
    /// By the ids of their classes.
    private var ids = IDTable()
    private var kinds: [EventKind] = []
    private var steps: [Range<Int>] = []

    init(_ layouts: inout ClassLayouts) throws(JFRError) {
        for kind in EventKind.allCases {
            guard let place = layouts.metadata.place(named: kind.className) else { continue }
            let steps = try layouts.prepared(place, keeping: kind.bindings)
            guard self.ids.insert(layouts.metadata.classes[place].id) == self.kinds.count else { continue }
            self.kinds.append(kind)
            self.steps.append(steps)
        }
    }

    /// The place of the layout of a class's events; nil when they do not count.
    @inline(__always)
    func place(_ id: UInt64) -> Int? { self.ids.number(of: id) }

    func kind(at place: Int) -> EventKind { self.kinds[place] }

    func steps(at place: Int) -> Range<Int> { self.steps[place] }
}
