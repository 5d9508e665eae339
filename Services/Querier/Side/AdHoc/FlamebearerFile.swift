// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import FoundationEssentials

/// A flame graph as viewers export it (spec/query 6.3).
struct FlamebearerFile {
    private struct Document: Decodable {
        var version: Int?
        var flamebearer: Graph?
        var metadata: Metadata?
    }

    private struct Graph: Decodable {
        var names: [String]?
        var levels: [[Int64]]?
    }

    private struct Metadata: Decodable {
        var format: String?
        var spyName: String?
        var sampleRate: Int64?
        var units: String?
        var name: String?
    }

    private let document: Document

    /// Numbers of JSON take many times their size while they are read.
    static let byteCountMax = 4 << 20

    private static let nodeWidth = 4

    /// Reads the JSON.
    init(_ bytes: [UInt8]) throws(AdHocFault) {
        guard bytes.count <= Self.byteCountMax else {
            throw AdHocFault("\(bytes.count) bytes of JSON exceed the limit of \(Self.byteCountMax)")
        }
        do {
            self.document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch { throw AdHocFault("invalid JSON, or no flame graph in it") }
    }

    /// Its one flame graph, laid out anew later.
    func view(fileName: String) throws(AdHocFault) -> AdHocView {
        guard self.document.version ?? 0 <= 1 else {
            throw AdHocFault("invalid profile: unsupported version")
        }
        let metadata = self.document.metadata
        let format = metadata?.format ?? ""
        guard format != "double" else {
            throw AdHocFault("could not convert flameabearer to tree: unsupported flamebearer format double")
        }
        guard format == "single" else {
            throw AdHocFault("invalid profile: unsupported format \(String(format.prefix(32)))")
        }
        let name = metadata?.name ?? ""
        var view = AdHocView(
            types: [name.isEmpty ? fileName : name],
            type: name.isEmpty ? fileName : name,
            unit: metadata?.units ?? "",
            tree: try self.tree()
        )
        view.spyName = metadata?.spyName ?? ""
        view.sampleRate = metadata?.sampleRate ?? 0
        view.isPlainStacks = true
        return view
    }

    /// A node whose children are looked for on the next level.
    private struct Span {
        var range: Range<Int64>
        var node: UInt32
    }

    private func tree() throws(AdHocFault) -> FunctionTree {
        guard let names = self.document.flamebearer?.names, !names.isEmpty,
            let levels = self.document.flamebearer?.levels, !levels.isEmpty
        else { throw AdHocFault("invalid profile: no names or levels") }
        var built = NameTree()
        for name in names { _ = built.addName(name) }
        var above: [Span] = []
        for (depth, level) in levels.enumerated() {
            guard level.count % Self.nodeWidth == 0 else {
                throw AdHocFault("invalid profile: a level has \(level.count) numbers")
            }
            above = try Self.take(level, isRoot: depth == 0, above, nameCount: names.count, &built)
        }
        return built.tree
    }

    /// Adds the nodes of a level to the tree; the result are the places of their children.
    private static func take(
        _ level: [Int64],
        isRoot: Bool,
        _ above: [Span],
        nameCount: Int,
        _ built: inout NameTree
    ) throws(AdHocFault) -> [Span] {
        var spans: [Span] = []
        var offset: Int64 = 0
        var parent = 0
        for index in stride(from: 0, to: level.count, by: Self.nodeWidth) {
            let (skip, total, own) = (level[index], level[index + 1], level[index + 2])
            guard let name = UInt32(exactly: level[index + 3]), name < nameCount else {
                throw AdHocFault("invalid profile: a name does not exist")
            }
            guard skip >= 0, total >= own, own >= 0 else { throw AdHocFault("invalid profile: bad numbers") }
            let (start, overflow) = offset.addingReportingOverflow(skip)
            let (end, overflow2) = start.addingReportingOverflow(total)
            guard !overflow, !overflow2 else { throw AdHocFault("invalid profile: numbers too large") }
            offset = end
            guard total > 0 else { continue }
            var node: UInt32 = 0
            if !isRoot {
                while parent < above.count, above[parent].range.upperBound <= start { parent += 1 }
                guard parent < above.count, above[parent].range.lowerBound <= start else {
                    throw AdHocFault("invalid profile: a node without a parent")
                }
                node = try built.child(of: above[parent].node, name: name)
            }
            built.add(own, at: node)
            if total > own { spans.append(Span(range: start + own..<end, node: node)) }
        }
        return spans
    }
}
