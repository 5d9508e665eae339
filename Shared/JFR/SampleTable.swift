// SPDX-License-Identifier: Apache-2.0

/// What tells samples of one stack apart; all 0 in most recordings.
struct SampleContext: Hashable {
    var contextID: Int64 = 0
    var spanID: UInt64 = 0
    var spanName: Int64 = 0
    var traceHigh: UInt64 = 0
    var traceLow: UInt64 = 0

    static let none = SampleContext()
}

/// The profiles that a recording may hold, each with its own sample types (spec/ingest 3.5).
package enum RecordingProfileKind: Int, CaseIterable, Sendable {
    case cpu, wall, allocationInTLAB, allocationOutsideTLAB, allocationSample, monitor, park, live, malloc

    /// The label `__name__`.
    package var metricName: String {
        switch self {
        case .cpu: "process_cpu"
        case .wall: "wall"
        case .allocationInTLAB, .allocationOutsideTLAB, .allocationSample, .live, .malloc: "memory"
        case .monitor: "mutex"
        case .park: "block"
        }
    }

    /// Name and unit of each value.
    var sampleTypes: [(name: String, unit: String)] {
        switch self {
        case .cpu: [("cpu", "nanoseconds")]
        case .wall: [("wall", "nanoseconds")]
        case .allocationInTLAB:
            [("alloc_in_new_tlab_objects", "count"), ("alloc_in_new_tlab_bytes", "bytes")]
        case .allocationOutsideTLAB:
            [("alloc_outside_tlab_objects", "count"), ("alloc_outside_tlab_bytes", "bytes")]
        case .allocationSample: [("alloc_sample_objects", "count"), ("alloc_sample_bytes", "bytes")]
        case .monitor, .park: [("contentions", "count"), ("delay", "nanoseconds")]
        case .live: [("live", "count")]
        case .malloc: [("malloc_objects", "count"), ("malloc_bytes", "bytes")]
        }
    }

    /// Name and unit of the period; nil for none.
    var periodType: (name: String, unit: String)? {
        switch self {
        case .cpu: ("cpu", "nanoseconds")
        case .wall: ("wall", "nanoseconds")
        case .allocationInTLAB, .allocationOutsideTLAB, .allocationSample: ("space", "bytes")
        case .monitor: ("mutex", "count")
        case .park: ("block", "count")
        case .live: ("objects", "count")
        case .malloc: nil
        }
    }
}

/// The sums of one profile by stack and context.
struct SampleTable {
    struct Sample {
        var stack: UInt32
        var context: SampleContext
        var first: Int64
        var second: Int64
    }

    private struct Key: Hashable {
        var stack: UInt32
        var context: SampleContext
    }

    private(set) var samples: [Sample] = []
    /// Number of the sample without context plus one, by stack.
    private var plain: [UInt32] = []
    private var others: [Key: Int] = [:]

    /// Adds to a sample's values; at most `countMax` samples.
    @inline(__always)
    mutating func add(
        _ stack: UInt32,
        _ context: SampleContext,
        _ first: Int64,
        _ second: Int64,
        countMax: Int
    ) throws(JFRError) {
        if context == .none {
            let index = Int(stack)
            if index >= self.plain.count {
                let room = max(index + 1, self.plain.count * 2)
                self.plain += repeatElement(0, count: room - self.plain.count)
            }
            if self.plain[index] != 0 { return self.sum(Int(self.plain[index]) - 1, first, second) }
            self.plain[index] = UInt32(self.samples.count + 1)
        } else {
            let key = Key(stack: stack, context: context)
            if let known = self.others[key] { return self.sum(known, first, second) }
            self.others[key] = self.samples.count
        }
        guard self.samples.count < countMax else {
            throw JFRError(.tooMany(limit: countMax), at: 0).met(in: .profile)
        }
        self.samples.append(Sample(stack: stack, context: context, first: first, second: second))
    }

    private mutating func sum(_ index: Int, _ first: Int64, _ second: Int64) {
        self.samples[index].first &+= first
        self.samples[index].second &+= second
    }
}
