// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProtobufWire

/// The JSON text in answers about uploaded files (spec/query 6.3): no timeline, and plain numbers.
struct AdHocDocument {
    private let graph: FlamebearerDocument.Graph
    private let view: AdHocView
    /// Plain stacks keep their own units, but not where two files are compared.
    private var isPlainStacks: Bool { self.view.isPlainStacks && self.graph.ticks == nil }

    /// One file, cut to `nodeCountMax` nodes.
    init(_ view: AdHocView, nodeCountMax: Int) throws(AdHocFault) {
        self.view = view
        let graph = RenderedFlameGraph(try Self.merged(view), maxNodes: nodeCountMax)
        self.graph = FlamebearerDocument.Graph(graph)
    }

    /// Two files, one over the other.
    init(left: AdHocView, right: AdHocView, nodeCountMax: Int) throws(AdHocFault) {
        self.view = left
        let diff = FlameDiff(left: try Self.merged(left), right: try Self.merged(right))
        self.graph = FlamebearerDocument.Graph(RenderedFlameDiff(diff, maxNodes: nodeCountMax))
    }

    private static func merged(_ view: AdHocView) throws(AdHocFault) -> FlameTree {
        var merger = TreeMerger()
        do throws(TreeMergeError) {
            try merger.add(view.tree) { _ in "" }
        } catch { throw AdHocFault("the profile has too many distinct call paths") }
        return merger.finish()
    }

    /// The document.
    var json: String {
        var writer = JSONWriter()
        writer.raw("{\"version\":1,\"flamebearer\":{\"names\":")
        Self.list(self.graph.names, &writer) { name, writer in writer.text(name) }
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
        writer.text(self.graph.ticks == nil ? self.view.spyName : "")
        writer.raw(",\"sampleRate\":")
        writer.digits(self.rate)
        writer.raw(",\"units\":")
        writer.text(self.units)
        writer.raw(",\"name\":")
        writer.text(self.view.type)
        writer.raw("},\"timeline\":null,\"groups\":")
        writer.raw(self.isPlainStacks ? "{}" : "null")
        writer.raw(",\"heatmap\":null")
        if let ticks = self.graph.ticks {
            // As in the Go server, zeros are left out.
            for (name, value) in [("leftTicks", ticks.left), ("rightTicks", ticks.right)] where value != 0 {
                writer.raw(",\"\(name)\":")
                writer.digits(value)
            }
        }
        writer.byte(UInt8(ascii: "}"))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// What viewers label values with, as in `/pyroscope/render`.
    private var units: String {
        guard !self.isPlainStacks else { return self.view.unit }
        return switch self.view.type {
        case "inuse_objects", "alloc_objects", "goroutine", "samples": "objects"
        case "cpu": "samples"
        default: self.view.unit
        }
    }

    private var rate: Int64 {
        !self.isPlainStacks && self.view.type == "cpu"
            ? 1_000_000_000 : self.graph.ticks == nil ? self.view.sampleRate : 100
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
}
