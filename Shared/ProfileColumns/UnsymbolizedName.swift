// SPDX-License-Identifier: Apache-2.0

extension DatasetDictionary {
    /// What a location without lines is called in answers: `binary!0x4f2a`, after the file of its mapping;
    /// the bare address in hexadecimal where that is unknown.
    ///
    /// Heads and blocks both name frames by it, so that they merge.
    package func unsymbolizedName(of location: LocationRow) -> String {
        let address = String(location.address, radix: 16)
        guard location.mapping != LocationRow.noMapping else { return address }
        let file = self.strings[self.mappings[Int(location.mapping)].file]
        guard let binary = file.split(separator: "/").last else { return address }
        return "\(binary)!0x\(address)"
    }
}
