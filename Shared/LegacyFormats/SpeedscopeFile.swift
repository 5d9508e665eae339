// SPDX-License-Identifier: Apache-2.0

/// A speedscope file: where its parts lie, and what its profiles are called.
///
/// Read in two passes, since frames may come after the profiles that use them; samples and events are never
/// kept.
struct SpeedscopeFile {
    /// One entry of `profiles`.
    struct Entry {
        var shape = ""
        var name = ""
        var unit = ""
        var startValue = 0.0
        /// Where the arrays begin.
        var samples: Int?
        var weights: Int?
        var events: Int?
    }

    /// Profiles that differ in name, shape, unit or start.
    static let profileCountMax = 1_024
    /// Entries of `profiles`.
    static let entryCountMax = 65_536
    static let schema = "https://www.speedscope.app/file-format-schema.json"

    let bytes: [UInt8]
    private(set) var entries: [Entry] = []
    /// Ids of the frames' names.
    private(set) var frames: [UInt32] = []
    private(set) var names: NameTable

    init(_ bytes: [UInt8], nameByteCountMax: Int) throws(LegacyFault) {
        self.bytes = bytes
        self.names = NameTable(byteCountMax: nameByteCountMax)
        var schema = ""
        var profiles: Int?
        var shared: Int?
        var json = JSONCursor(bytes)
        var isFirst = true
        try json.expect(UInt8(ascii: "{"))
        while let key = try json.nextKey(&isFirst) {
            switch key {
            case "$schema": schema = try json.takeNull() ? "" : json.text()
            case "profiles": profiles = try Self.place(&json)
            case "shared": shared = try Self.place(&json)
            default: try json.skipValue(depth: 1)
            }
        }
        guard json.isAtEnd() else { throw json.malformed }
        guard schema == Self.schema else { throw .unknownSchema(LegacyFault.shown(Array(schema.utf8))) }
        if let shared { try self.readShared(at: shared) }
        if let profiles { try self.readEntries(at: profiles) }
    }

    /// Skips a value and says where it was; nil for null.
    private static func place(_ json: inout JSONCursor) throws(LegacyFault) -> Int? {
        if try json.takeNull() { return nil }
        let place = json.position
        try json.skipValue(depth: 1)
        return place
    }

    private mutating func readShared(at place: Int) throws(LegacyFault) {
        var json = JSONCursor(self.bytes, at: place)
        var isFirst = true
        try json.expect(UInt8(ascii: "{"))
        while let key = try json.nextKey(&isFirst) {
            if key != "frames" {
                try json.skipValue(depth: 2)
            } else if try !json.takeNull() {
                try self.readFrames(&json)
            }
        }
    }

    private mutating func readFrames(_ json: inout JSONCursor) throws(LegacyFault) {
        self.frames.removeAll()
        var isFirst = true
        try json.expect(UInt8(ascii: "["))
        while try json.nextElement(&isFirst) {
            var name = ""
            var isFirstKey = true
            try json.expect(UInt8(ascii: "{"))
            while let key = try json.nextKey(&isFirstKey) {
                if key == "name" {
                    name = try json.takeNull() ? "" : json.text()
                } else {
                    try json.skipValue(depth: 4)
                }
            }
            let bytes = Array(name.utf8)
            self.frames.append(try self.names.id(of: 0..<bytes.count, in: bytes))
        }
    }

    private mutating func readEntries(at place: Int) throws(LegacyFault) {
        var json = JSONCursor(self.bytes, at: place)
        var isFirst = true
        try json.expect(UInt8(ascii: "["))
        while try json.nextElement(&isFirst) {
            guard self.entries.count < Self.entryCountMax else {
                throw .tooManyProfiles(limit: Self.entryCountMax)
            }
            self.entries.append(try Self.entry(&json))
        }
    }

    private static func entry(_ json: inout JSONCursor) throws(LegacyFault) -> Entry {
        var entry = Entry()
        var isFirst = true
        try json.expect(UInt8(ascii: "{"))
        while let key = try json.nextKey(&isFirst) {
            switch key {
            case "type": entry.shape = try json.takeNull() ? "" : json.text()
            case "name": entry.name = try json.takeNull() ? "" : json.text()
            case "unit": entry.unit = try json.takeNull() ? "" : json.text()
            case "startValue": entry.startValue = try json.takeNull() ? 0 : json.number()
            case "samples": entry.samples = try Self.place(&json)
            case "weights": entry.weights = try Self.place(&json)
            case "events": entry.events = try Self.place(&json)
            default: try json.skipValue(depth: 3)
            }
        }
        return entry
    }
}
