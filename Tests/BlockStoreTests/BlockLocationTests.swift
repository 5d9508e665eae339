// SPDX-License-Identifier: Apache-2.0
import BlockStore
import LabelSelector
import ProfileColumns
import ProfileModel
import Testing

@Suite struct BlockLocationTests {
    @Test(arguments: UInt64(1)...6)
    func locationsLieOnThePathsOfTheModel(seed: UInt64) throws {
        let model = DatasetModel(seed: seed)
        let block = try WrittenBlock([model], seed: seed).open()
        for type in DatasetModel.types {
            for text in BlockQueryTests.selectors {
                let selector = try LabelSelector(parsing: text)
                let query = ProfileQuery(selector: selector, type: type, range: .all)
                let trees = try block.locations(tenant: .anonymous, query: query)
                #expect(trees.count <= 1)
                #expect((trees.first?.paths() ?? [:]) == model.stacktraces(query), "\(query)")
            }
        }
    }

    @Test func holdsNothingThatNoPathNeeds() throws {
        var dictionary = DatasetDictionary()
        for name in ["used", "unused"] {
            let text = dictionary.strings.append(contentsOf: name.utf8)
            let id = UInt32(dictionary.functions.count)
            dictionary.functions.append(FunctionRow(name: text, systemName: 0, file: 0, startLine: 3))
            dictionary.lines.append(LineRow(function: id, line: 4))
            dictionary.locations.append(
                LocationRow(mapping: .max, firstLine: id, lineCount: 1, flags: 0, address: 0)
            )
            dictionary.nodeParents.append(0)
            dictionary.nodeLocations.append(id)
        }
        let tree = LocationTree(of: dictionary, selfValues: [0, 5])
        #expect(tree.paths() == [["used"]: 5])
        #expect(tree.dictionary.strings.count == 2)
        #expect(tree.dictionary.locations.count == 1)
        #expect(tree.dictionary.lines == [LineRow(function: 0, line: 4)])
    }
}

extension LocationTree {
    /// Self values by path, root first.
    fileprivate func paths() -> [[String]: Int64] {
        var paths: [[String]] = [[]]
        var sums: [[String]: Int64] = [:]
        for node in 0..<self.dictionary.nodeCount {
            if node > 0 {
                var path = paths[Int(self.dictionary.nodeParents[node])]
                let location = self.dictionary.locations[Int(self.dictionary.nodeLocations[node])]
                let first = Int(location.firstLine)
                for line in self.dictionary.lines[first..<first + Int(location.lineCount)].reversed() {
                    path.append(self.dictionary.strings[self.dictionary.functions[Int(line.function)].name])
                }
                if location.lineCount == 0 { path.append(self.dictionary.unsymbolizedName(of: location)) }
                paths.append(path)
            }
            if self.selfValues[node] != 0 { sums[paths[node], default: 0] += self.selfValues[node] }
        }
        return sums
    }
}
