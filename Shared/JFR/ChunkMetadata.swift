// SPDX-License-Identifier: Apache-2.0

/// A field of a class as the metadata describe it.
struct RecordingField {
    var name: String
    /// Id of its class; 0 when the metadata do not say.
    var classID: UInt64 = 0
    /// Whether the value is an id in the pool of its class.
    var isConstant = false
    var isArray = false
}

/// A class: of events, of constants, or a primitive.
struct RecordingClass {
    var id: UInt64
    var name: String
    var fields: [RecordingField] = []
}

/// What the metadata event of a chunk says about the layout of everything else (spec/ingest 3.3).
struct ChunkMetadata {
    static let textCountMax = 1 << 18
    static let classCountMax = 1 << 14
    static let fieldCountMax = 1 << 18

    private(set) var classes: [RecordingClass] = []
    /// Places in `classes`; the last class of an id or a name counts.
    private var placeOfID: [UInt64: Int] = [:]
    private var placeOfName: [String: Int] = [:]

    private var texts: [String] = []
    private var fieldCount = 0

    /// What an element of the tree stands for.
    private enum Role { case document, root, metadata, type, field, other }

    /// Reads the metadata event at `offset` of the chunk `bytes`.
    init(_ bytes: Span<UInt8>, at offset: Int) throws(JFRError) {
        var at = offset
        // Size, type, start time, duration, id.
        try JFRCoding.skipLongs(bytes, &at, count: 5)
        let count = try JFRCoding.count(bytes, &at)
        guard count <= Self.textCountMax else { throw JFRError(.tooMany(limit: Self.textCountMax), at: at) }
        self.texts.reserveCapacity(count)
        for _ in 0..<count {
            let start = at
            guard case .inline(let text) = try JFRCoding.text(bytes, &at) else {
                throw JFRError(.unknownText(2), at: start)
            }
            self.texts.append(text)
        }
        try self.readElement(bytes, &at, parent: .document, depth: 0)
        for required in RequiredClass.allCases where self.placeOfName[required.rawValue] == nil {
            throw JFRError(.missingClass(required), at: offset)
        }
        self.texts = []
    }

    /// The place of a class in `classes`.
    func place(ofID id: UInt64) -> Int? { self.placeOfID[id] }

    /// The place of a class in `classes`.
    func place(named name: String) -> Int? { self.placeOfName[name] }

    /// The id of a class that every chunk has.
    func id(of required: RequiredClass) -> UInt64? {
        self.placeOfName[required.rawValue].map { self.classes[$0].id }
    }

    private func text(_ bytes: Span<UInt8>, _ at: inout Int) throws(JFRError) -> String {
        let start = at
        let index = try JFRCoding.long(bytes, &at)
        guard index < UInt64(self.texts.count) else { throw JFRError(.malformed, at: start) }
        return self.texts[Int(index)]
    }

    private mutating func readElement(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        parent: Role,
        depth: Int
    ) throws(JFRError) {
        guard depth <= JFRCoding.depthMax else { throw JFRError(.nestedTooDeep, at: at) }
        let role = Self.role(of: try self.text(bytes, &at), in: parent)
        let attributeCount = try JFRCoding.count(bytes, &at)
        switch role {
        case .type: try self.readClass(bytes, &at, attributeCount)
        case .field: try self.readField(bytes, &at, attributeCount)
        case .document, .root, .metadata, .other:
            try JFRCoding.skipLongs(bytes, &at, count: 2 * attributeCount)
        }
        let childCount = try JFRCoding.count(bytes, &at)
        for _ in 0..<childCount { try self.readElement(bytes, &at, parent: role, depth: depth + 1) }
    }

    private static func role(of name: String, in parent: Role) -> Role {
        switch (parent, name) {
        case (.document, "root"): .root
        case (.root, "metadata"): .metadata
        case (.metadata, "class"): .type
        case (.type, "field"): .field
        default: .other
        }
    }

    private mutating func readClass(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        _ attributeCount: Int
    ) throws(JFRError) {
        let start = at
        var described = RecordingClass(id: 0, name: "")
        for _ in 0..<attributeCount {
            let name = try self.text(bytes, &at)
            let value = try self.text(bytes, &at)
            switch name {
            case "id": described.id = try Self.id(value, at: start)
            case "name": described.name = value
            default: break
            }
        }
        guard self.classes.count < Self.classCountMax else {
            throw JFRError(.tooMany(limit: Self.classCountMax), at: start)
        }
        self.placeOfID[described.id] = self.classes.count
        self.placeOfName[described.name] = self.classes.count
        self.classes.append(described)
    }

    private mutating func readField(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        _ attributeCount: Int
    ) throws(JFRError) {
        let start = at
        var field = RecordingField(name: "")
        for _ in 0..<attributeCount {
            let name = try self.text(bytes, &at)
            let value = try self.text(bytes, &at)
            switch name {
            case "name": field.name = value
            case "class": field.classID = try Self.id(value, at: start)
            case "constantPool": field.isConstant = value == "true"
            case "dimension": field.isArray = value == "1"
            default: break
            }
        }
        self.fieldCount += 1
        guard self.fieldCount <= Self.fieldCountMax else {
            throw JFRError(.tooMany(limit: Self.fieldCountMax), at: start)
        }
        self.classes[self.classes.count - 1].fields.append(field)
    }

    private static func id(_ text: String, at offset: Int) throws(JFRError) -> UInt64 {
        if let id = UInt64(text) { return id }
        guard let id = Int64(text) else { throw JFRError(.malformed, at: offset) }
        return UInt64(bitPattern: id)
    }
}
