// SPDX-License-Identifier: Apache-2.0

extension DatasetDictionary {
    /// What a location without lines is called in answers: `binary!0x4f2a`, after the file of its mapping;
    /// only the address where that is unknown.
    ///
    /// Heads and blocks both name frames by it, so that they merge.
    package func unsymbolizedName(of location: LocationRow) -> String {
        let address = "0x" + String(location.address, radix: 16)
        guard location.mapping != LocationRow.noMapping else { return address }
        let path = self.strings[self.mappings[Int(location.mapping)].file]
        let file = path.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? "" } ?? ""
        return file.isEmpty ? address : "\(file)!\(address)"
    }
}
