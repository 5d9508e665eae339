// SPDX-License-Identifier: Apache-2.0
import ProfileColumns
import Testing

@Suite struct DatasetDictionaryTests {
    @Test func namesUnresolvedFramesByBinaryAndAddress() {
        var dictionary = DatasetDictionary()
        let file = dictionary.strings.append(contentsOf: Array("/usr/bin/shop".utf8))
        for file in [file, 0] {
            dictionary.mappings.append(
                MappingRow(memoryStart: 0, memoryLimit: 0, fileOffset: 0, file: file, buildID: 0, flags: 0)
            )
        }
        var location = LocationRow(mapping: 0, firstLine: 0, lineCount: 0, flags: 0, address: 0xBEEF)
        #expect(dictionary.unsymbolizedName(of: location) == "shop!0xbeef")
        location.mapping = 1
        #expect(dictionary.unsymbolizedName(of: location) == "beef")
        location.mapping = LocationRow.noMapping
        #expect(dictionary.unsymbolizedName(of: location) == "beef")
    }
}
