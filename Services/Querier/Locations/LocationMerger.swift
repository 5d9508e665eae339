// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
internal import ProfileColumns
internal import WireAPI

/// Adds up trees of locations, exactly, and makes samples of them.
struct LocationMerger {
    /// A stack, leaf first, and what it sums up to.
    struct Sample {
        var stack: [UInt32]
        var value: Int64
    }

    private(set) var columns = LocationColumns()
    private var parents: [UInt32] = [0]
    private var locations: [UInt32] = [DatasetDictionary.noLocation]
    private var selfValues: [Int64] = [0]
    /// Parent and location to node.
    private var children: [UInt64: UInt32] = [:]

    /// The most frames of all samples of an answer together.
    static let frameCountMax = 64 << 20

    /// Adds a tree whose indices all exist.
    mutating func add(_ tree: LocationTree) throws(QueryError) {
        let ids = self.columns.add(tree.dictionary)
        var moved = [UInt32](repeating: 0, count: tree.dictionary.nodeCount)
        for node in 1..<max(moved.count, 1) {
            let parent = moved[Int(tree.dictionary.nodeParents[node])]
            moved[node] = self.child(of: parent, ids[Int(tree.dictionary.nodeLocations[node])])
            self.selfValues[Int(moved[node])] &+= tree.selfValues[node]
            guard self.parents.count <= TreeMerger.nodeCountMax else {
                let limit = TreeMerger.nodeCountMax
                throw .invalid(
                    "the query has more than \(limit) distinct call paths; narrow selector or range"
                )
            }
        }
    }

    private mutating func child(of parent: UInt32, _ location: UInt32) -> UInt32 {
        let key = UInt64(parent) << 32 | UInt64(location)
        if let known = self.children[key] { return known }
        let node = UInt32(self.parents.count)
        self.children[key] = node
        self.parents.append(parent)
        self.locations.append(location)
        self.selfValues.append(0)
        return node
    }

    /// Forgets the values of stacks that do not begin, at the root, with the names of `path`.
    mutating func keep(under path: [String]) {
        guard !path.isEmpty else { return }
        let failed = Int.max
        // For every node how many names of the path its stack begins with.
        var matched = [Int](repeating: 0, count: self.parents.count)
        self.selfValues[0] = 0
        for node in 1..<max(self.parents.count, 1) {
            var count = matched[Int(self.parents[node])]
            let lines = self.columns.locations[Int(self.locations[node])].lines
            if lines.isEmpty, count < path.count { count = failed }
            for line in lines.reversed() {
                guard count < path.count else { break }
                let name = self.columns.strings[Int(self.columns.functions[Int(line.function)].name)]
                count = ExactText(name) == ExactText(path[count]) ? count + 1 : failed
            }
            matched[node] = count
            if count != path.count { self.selfValues[node] = 0 }
        }
    }

    /// Puts the nodes below the `maxNodes` largest totals together, each under its parent, as `other`
    /// (spec/query 4.3).
    mutating func cut(maxNodes: Int) {
        var totals = self.selfValues
        for node in stride(from: totals.count - 1, to: 0, by: -1) {
            totals[Int(self.parents[node])] &+= totals[node]
        }
        let threshold = NodeThreshold.minimum(of: totals[1...], maxNodes: maxNodes)
        guard threshold != .min else { return }
        let other = self.columns.other()
        var isKept = [Bool](repeating: false, count: totals.count)
        isKept[0] = true
        var dropped: [(parent: UInt32, value: Int64)] = []
        for node in 1..<totals.count {
            let parent = self.parents[node]
            let mayStay = totals[node] >= threshold || self.locations[node] == other
            isKept[node] = isKept[Int(parent)] && mayStay
            guard !isKept[node] else { continue }
            self.selfValues[node] = 0
            if isKept[Int(parent)] { dropped.append((parent, totals[node])) }
        }
        for (parent, value) in dropped where value != 0 {
            let node = self.child(of: parent, other)
            self.selfValues[Int(node)] &+= value
        }
    }

    /// All stacks with a value, cut as profile-guided optimisation wants them when `pgo` is given.
    mutating func samples(_ pgo: TypesV1.GoPGO?) throws(QueryError) -> [Sample] {
        var samples: [Sample] = []
        var known: [[UInt32]: Int] = [:]
        var frameCount = 0
        let keepCount = pgo.map { $0.keepLocations == 0 ? Int.max : Int($0.keepLocations) } ?? Int.max
        for node in 1..<max(self.parents.count, 1) where self.selfValues[node] != 0 {
            var stack: [UInt32] = []
            var above = node
            while above != 0, stack.count < keepCount {
                stack.append(self.locations[above])
                above = Int(self.parents[above])
            }
            frameCount += stack.count
            guard frameCount <= Self.frameCountMax else {
                throw .invalid("the profile has more than \(Self.frameCountMax) frames; give max_nodes")
            }
            guard let pgo else {
                samples.append(Sample(stack: stack, value: self.selfValues[node]))
                continue
            }
            if pgo.aggregateCallees { stack[0] = self.withoutLine(stack[0]) }
            if let index = known[stack] {
                samples[index].value &+= self.selfValues[node]
            } else {
                known[stack] = samples.count
                samples.append(Sample(stack: stack, value: self.selfValues[node]))
            }
        }
        return samples
    }

    /// The location without the line number of its innermost function.
    private mutating func withoutLine(_ location: UInt32) -> UInt32 {
        var row = self.columns.locations[Int(location)]
        guard !row.lines.isEmpty else { return location }
        row.lines[0].line = 0
        return self.columns.location(row)
    }
}
