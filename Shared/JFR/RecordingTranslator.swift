// SPDX-License-Identifier: Apache-2.0

/// What an upload says about its recording.
package struct RecordingParameters: Sendable {
    /// `from` and `until`, nanoseconds since 1970.
    package var fromNanoseconds: Int64
    package var untilNanoseconds: Int64
    /// Samples per second of CPU and wall profiles; 0 makes all their values 0.
    package var sampleRate: Int64
    /// Samples that one profile may have.
    package var sampleCountMax = 64_000
    /// Bytes that one profile may take.
    package var profileByteCountMax = 16 << 20

    /// The times of an upload and its sample rate.
    package init(fromNanoseconds: Int64, untilNanoseconds: Int64, sampleRate: Int64) {
        self.fromNanoseconds = fromNanoseconds
        self.untilNanoseconds = untilNanoseconds
        self.sampleRate = sampleRate
    }
}

/// The profiles of one recording.
package struct TranslatedRecording: Sendable {
    /// One profile as pprof.
    package struct Profile: Sendable {
        package var kind: RecordingProfileKind
        package var payload: [UInt8]
    }

    /// The setting `event`, such as `itimer`; empty when the recording does not say.
    package var event = ""
    package var profiles: [Profile] = []
}

/// Turns a JDK Flight Recorder file into pprof, one profile per kind of event that counts (spec/ingest 3).
///
/// Reads each byte a bounded number of times; what it allocates is limited by the size of the recording and
/// by fixed bounds, never by a number that the recording states.
package struct RecordingTranslator {
    /// The largest recording, bytes (design D11).
    package static let byteCountMax = 64 << 20
    /// Chunks of one upload: agents send one or two, a dump of an hour some dozens.
    package static let chunkCountMax = 1_024

    private let parameters: RecordingParameters
    private let period: Int64
    private let labels: LabelSnapshot
    private var stacks = StackTable()
    private var tables = [SampleTable](repeating: SampleTable(), count: RecordingProfileKind.allCases.count)
    private var event = ""

    private init(_ labels: LabelSnapshot, _ parameters: RecordingParameters) {
        self.labels = labels
        self.parameters = parameters
        self.period = parameters.sampleRate > 0 ? 1_000_000_000 / parameters.sampleRate : 0
    }

    /// Translates a recording; `labels` is the snapshot that came with it, empty for none.
    package static func translate(
        _ recording: Span<UInt8>,
        labels: Span<UInt8>,
        _ parameters: RecordingParameters
    ) throws(JFRError) -> TranslatedRecording {
        guard recording.count <= Self.byteCountMax else {
            throw JFRError(.tooLarge(limit: Self.byteCountMax), at: 0)
        }
        var translator = Self(try LabelSnapshot(labels), parameters)
        var start = 0
        var chunkCount = 0
        while start < recording.count {
            chunkCount += 1
            guard chunkCount <= Self.chunkCountMax else {
                throw JFRError(.tooMany(limit: Self.chunkCountMax), at: start)
            }
            let header: ChunkHeader
            do throws(JFRError) {
                header = try ChunkHeader(recording, at: start)
            } catch {
                throw error.met(in: .chunkHeader)
            }
            // A chunk that was cut off says so where it ends, in its metadata or pools, or at its last event.
            let isWhole = header.size <= recording.count - start
            let end = isWhole ? start + header.size : recording.count
            try translator.read(recording.extracting(start..<end), header)
            guard isWhole else { throw JFRError(.truncated, at: end - start) }
            start = end
        }
        return try translator.finish()
    }

    private mutating func read(_ chunk: Span<UInt8>, _ header: ChunkHeader) throws(JFRError) {
        var reader = try ChunkReader(chunk, header)
        var at = ChunkHeader.byteCount
        var values = SlotValues()
        while at < chunk.count {
            let start = at
            guard let kind = try reader.nextEvent(chunk, &at, &values) else { continue }
            guard at > start else { throw JFRError(.badSize, at: start) }
            try self.take(kind, values, chunk, &reader)
        }
    }

    private mutating func take(
        _ kind: EventKind,
        _ values: SlotValues,
        _ chunk: Span<UInt8>,
        _ reader: inout ChunkReader
    ) throws(JFRError) {
        let amount = Int64(bitPattern: values[.amount])
        switch kind {
        case .activeSetting:
            if try reader.text(chunk, at: values[.name]) == "event" {
                self.event = try reader.text(chunk, at: values[.value])
            }
        case .executionSample:
            let state = try reader.threadState(chunk, values[.state])
            if let state, state != .sleeping { try self.add(.cpu, values, self.period, 0, chunk, &reader) }
            if self.event == "wall" { try self.add(.wall, values, self.period, 0, chunk, &reader) }
        case .wallClockSample:
            let time = amount &* self.period
            if self.event == "wall", try reader.threadState(chunk, values[.state]) == .runnable {
                try self.add(.cpu, values, time, 0, chunk, &reader)
            }
            try self.add(.wall, values, time, 0, chunk, &reader)
        case .allocationInTLAB: try self.add(.allocationInTLAB, values, 1, amount, chunk, &reader)
        case .allocationOutsideTLAB: try self.add(.allocationOutsideTLAB, values, 1, amount, chunk, &reader)
        case .allocationSample: try self.add(.allocationSample, values, 1, amount, chunk, &reader)
        case .monitorEnter:
            let time = Self.nanoseconds(values[.amount], reader.ticksPerSecond)
            try self.add(.monitor, values, 1, time, chunk, &reader)
        case .threadPark:
            let time = Self.nanoseconds(values[.amount], reader.ticksPerSecond)
            try self.add(.park, values, 1, time, chunk, &reader)
        case .liveObject: try self.add(.live, values, 1, 0, chunk, &reader)
        case .malloc: try self.add(.malloc, values, 1, amount, chunk, &reader)
        }
    }

    /// Ticks of the recording's clock as nanoseconds; both are the same for most recorders.
    private static func nanoseconds(_ ticks: UInt64, _ perSecond: UInt64) -> Int64 {
        guard perSecond != 0, perSecond != 1_000_000_000 else { return Int64(bitPattern: ticks) }
        let product = ticks.multipliedFullWidth(by: 1_000_000_000)
        guard product.high < perSecond else { return .max }
        return Int64(clamping: perSecond.dividingFullWidth(product).quotient)
    }

    private mutating func add(
        _ kind: RecordingProfileKind,
        _ values: SlotValues,
        _ first: Int64,
        _ second: Int64,
        _ chunk: Span<UInt8>,
        _ reader: inout ChunkReader
    ) throws(JFRError) {
        guard let stack = try reader.stack(chunk, values[.stackTrace], &self.stacks) else { return }
        var context = SampleContext.none
        context.contextID = Int64(bitPattern: values[.contextID])
        context.spanID = values[.spanID]
        context.spanName = Int64(bitPattern: values[.spanName])
        context.traceHigh = values[.traceHigh]
        context.traceLow = values[.traceLow]
        if context != .none {
            // What stands for nothing does not tell samples apart.
            if !self.labels.has(context: context.contextID) { context.contextID = 0 }
            if self.labels.string(context.spanName) == nil { context.spanName = 0 }
        }
        let countMax = self.parameters.sampleCountMax
        try self.tables[kind.rawValue].add(stack, context, first, second, countMax: countMax)
    }

    private func finish() throws(JFRError) -> TranslatedRecording {
        var translated = TranslatedRecording(event: self.event)
        for kind in RecordingProfileKind.allCases {
            let samples = self.tables[kind.rawValue].samples
            guard !samples.isEmpty else { continue }
            var writer = ProfileWriter(kind, self.stacks, self.labels, self.parameters)
            translated.profiles.append(.init(kind: kind, payload: try writer.write(samples)))
        }
        return translated
    }
}
