// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProfileModel
internal import ProtobufWire

/// The JSON of `/pyroscope/render` (spec/query 6.3): plain numbers, nulls written out, keys in this order.
struct FlamebearerDocument {
    /// What is drawn, of one query or of two.
    struct Graph {
        var names: [String]
        var levels: [[Int64]]
        var total: Int64
        var maxSelf: Int64
        /// The totals of both sides of a comparison; nil for a single graph.
        var ticks: (left: Int64, right: Int64)?

        init(_ graph: RenderedFlameGraph) {
            (self.names, self.levels) = (graph.names, graph.levels)
            (self.total, self.maxSelf) = (graph.total, graph.maxSelf)
        }

        init(_ diff: RenderedFlameDiff) {
            (self.names, self.levels) = (diff.names, diff.levels)
            (self.total, self.maxSelf) = (diff.total, diff.maxSelf)
            self.ticks = (diff.leftTicks, diff.rightTicks)
        }
    }

    /// What viewers are told about the values.
    struct Metadata {
        var spyName = ""
        var sampleRate: Int64 = 100
        var units: String
        var name: String

        /// Of a profile type.
        init(_ type: ProfileType) { self.init(sampleType: type.sampleType, unit: type.sampleUnit) }

        /// A rate of 10⁹ makes old viewers show nanoseconds as seconds.
        init(sampleType: String, unit: String) {
            self.name = sampleType
            switch sampleType {
            case "inuse_objects", "alloc_objects", "goroutine", "samples": self.units = "objects"
            case "cpu":
                self.units = "samples"
                self.sampleRate = 1_000_000_000
            default: self.units = unit
            }
        }
    }

    var graph: Graph
    var metadata: Metadata
    /// Nil for a comparison.
    var timeline: RenderedTimeline?
    /// By value of the first label that was grouped by; nil without grouping.
    var groups: [String: RenderedTimeline]?
    /// What the answer lacks; written only when there is something.
    var warnings: [String] = []

    /// The document.
    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"version\":1,\"flamebearer\":{\"names\":")
        Self.list(self.graph.names, &writer) { name, writer in Self.text(name, &writer) }
        writer.raw(",\"levels\":")
        Self.list(self.graph.levels, &writer) { level, writer in
            Self.list(level, &writer) { value, writer in writer.digits(value) }
        }
        writer.raw(",\"numTicks\":")
        writer.digits(self.graph.total)
        writer.raw(",\"maxSelf\":")
        writer.digits(self.graph.maxSelf)
        let format = self.graph.ticks == nil ? "single" : "double"
        writer.raw("},\"metadata\":{\"format\":\"\(format)\",\"spyName\":")
        Self.text(self.metadata.spyName, &writer)
        writer.raw(",\"sampleRate\":")
        writer.digits(self.metadata.sampleRate)
        writer.raw(",\"units\":")
        Self.text(self.metadata.units, &writer)
        writer.raw(",\"name\":")
        Self.text(self.metadata.name, &writer)
        writer.raw("},\"timeline\":")
        if let timeline { Self.write(timeline, &writer) } else { writer.raw("null") }
        writer.raw(",\"groups\":")
        self.writeGroups(&writer)
        writer.raw(",\"heatmap\":null")
        self.writeTicks(&writer)
        if !self.warnings.isEmpty {
            writer.raw(",\"partial\":true,\"warnings\":")
            Self.list(self.warnings, &writer) { warning, writer in Self.text(warning, &writer) }
        }
        writer.raw("}")
        return writer.bytes
    }

    /// As in the Go server, zeros are left out.
    private func writeTicks(_ writer: inout JSONWriter) {
        guard let ticks = self.graph.ticks else { return }
        for (name, value) in [("leftTicks", ticks.left), ("rightTicks", ticks.right)] where value != 0 {
            writer.raw(",\"\(name)\":")
            writer.digits(value)
        }
    }

    private func writeGroups(_ writer: inout JSONWriter) {
        guard let groups = self.groups else {
            writer.raw("null")
            return
        }
        writer.byte(UInt8(ascii: "{"))
        var isFirst = true
        for (key, timeline) in groups.sorted(by: { LabelSet.precedes($0.key, $1.key) }) {
            if !isFirst { writer.byte(UInt8(ascii: ",")) }
            isFirst = false
            Self.text(key, &writer)
            writer.byte(UInt8(ascii: ":"))
            Self.write(timeline, &writer)
        }
        writer.byte(UInt8(ascii: "}"))
    }

    private static func write(_ timeline: RenderedTimeline, _ writer: inout JSONWriter) {
        writer.raw("{\"startTime\":")
        writer.digits(timeline.startSeconds)
        writer.raw(",\"samples\":")
        Self.list(timeline.samples, &writer) { value, writer in writer.digits(value) }
        writer.raw(",\"durationDelta\":")
        writer.digits(timeline.stepSeconds)
        writer.raw(",\"watermarks\":null}")
    }

    private static func list<Element>(
        _ elements: [Element],
        _ writer: inout JSONWriter,
        _ write: (Element, inout JSONWriter) -> Void
    ) {
        writer.byte(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { writer.byte(UInt8(ascii: ",")) }
            write(element, &writer)
        }
        writer.byte(UInt8(ascii: "]"))
    }

    /// A string that is safe within HTML as well, as Go writes it.
    private static func text(_ text: String, _ writer: inout JSONWriter) {
        var plain = JSONWriter()
        plain.text(text)
        for byte in plain.bytes {
            switch byte {
            case UInt8(ascii: "<"): writer.raw("\\u003c")
            case UInt8(ascii: ">"): writer.raw("\\u003e")
            case UInt8(ascii: "&"): writer.raw("\\u0026")
            default: writer.byte(byte)
            }
        }
    }
}
