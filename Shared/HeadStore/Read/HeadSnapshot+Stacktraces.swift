// SPDX-License-Identifier: Apache-2.0
package import FlameGraph
package import LabelSelector
package import ProfileColumns
internal import ProfileModel

extension HeadSnapshot {
    /// The exact function tree of all samples `query` admits; nil when there is none.
    package func stacktraces(_ query: ProfileQuery, above covered: UInt64) -> FunctionTree? {
        guard let sums = self.sums(query, above: covered) else { return nil }
        let dictionary = self.dataset.dictionary
        return FunctionTree.fold(
            parents: dictionary.nodeParents,
            locations: dictionary.nodeLocations,
            frames: dictionary.frameTable(selfValues: sums),
            selfValues: sums
        )
    }

    /// The exact tree of locations of all samples `query` admits; nil when there is none.
    package func locations(_ query: ProfileQuery, above covered: UInt64) -> LocationTree? {
        guard let sums = self.sums(query, above: covered) else { return nil }
        return LocationTree(of: self.dataset.dictionary, selfValues: sums)
    }

    /// What the samples `query` admits add up to, node by node.
    private func sums(_ query: ProfileQuery, above covered: UInt64) -> [Int64]? {
        var sums = [Int64](repeating: 0, count: self.dataset.dictionary.nodeCount)
        var isEmpty = true
        let labelSets = self.dataset.visible
        self.forEachMatch(query, above: covered, labelSets) { series, type, match, profiles in
            series.samples.accumulate(
                profiles: profiles,
                type: type,
                labelSetMask: match.mask,
                into: &sums
            )
            isEmpty = false
        }
        return isEmpty ? nil : sums
    }
}

extension DatasetDictionary {
    /// The function names of the locations that lie on a path to a node with a value; no frames for the
    /// others.
    fileprivate func frameTable(selfValues: [Int64]) -> FrameTable {
        let used = self.usedLocations(selfValues: selfValues)
        var table = FrameTable(locationCapacity: self.locations.count)
        var names: [UInt32: UInt32] = [:]
        for (index, location) in self.locations.enumerated() {
            defer { table.endLocation() }
            guard used[index] else { continue }
            if location.lineCount == 0 {
                table.appendFrame(name: table.appendName(.text(self.unsymbolizedName(of: location))))
                continue
            }
            let first = Int(location.firstLine)
            for line in (first..<first + Int(location.lineCount)).reversed() {
                let text = self.functions[Int(self.lines[line].function)].name
                var name = names[text]
                if name == nil {
                    name = table.appendName(.text(self.strings[text]))
                    names[text] = name
                }
                if let name { table.appendFrame(name: name) }
            }
        }
        return table
    }

    private func usedLocations(selfValues: [Int64]) -> [Bool] {
        var isNodeUsed = selfValues.map { $0 != 0 }
        var isUsed = [Bool](repeating: false, count: self.locations.count)
        for node in stride(from: isNodeUsed.count - 1, to: 0, by: -1) where isNodeUsed[node] {
            isNodeUsed[Int(self.nodeParents[node])] = true
            isUsed[Int(self.nodeLocations[node])] = true
        }
        return isUsed
    }
}
