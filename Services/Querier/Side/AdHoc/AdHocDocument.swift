// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph

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
        let document = FlamebearerDocument(
            graph: self.graph,
            metadata: self.metadata,
            timeline: nil,
            groups: self.isPlainStacks ? [:] : nil
        )
        return String(decoding: document.json(), as: UTF8.self)
    }

    private var metadata: FlamebearerDocument.Metadata {
        var metadata = FlamebearerDocument.Metadata(sampleType: self.view.type, unit: self.view.unit)
        let isSingle = self.graph.ticks == nil
        if isSingle {
            metadata.spyName = self.view.spyName
            if self.view.type != "cpu" { metadata.sampleRate = self.view.sampleRate }
        }
        if self.isPlainStacks {
            metadata.units = self.view.unit
            metadata.sampleRate = self.view.sampleRate
        }
        return metadata
    }
}
