// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Where the parts of a request lie, and what they say about its layout.
///
/// The dictionary usually comes last, but profiles make no sense without it.
struct ExportOutline {
    struct Scope {
        var attributes: [Range<Int>] = []
        var profiles: [Range<Int>] = []
    }

    struct Resource {
        var attributes: [Range<Int>] = []
        var scopes: [Scope] = []
    }

    private(set) var dictionaries: [Range<Int>] = []
    private(set) var resources: [Resource] = []
    private(set) var evidence = LayoutEvidence()
    /// Resources, scopes, profiles and parts of them together.
    private var partCount = 0

    private static let partCountMax = 16_384

    init(_ bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .lengthDelimited):
                try self.count(at: cursor.offset)
                self.resources.append(try self.resource(bytes, try cursor.nested()))
            case (2, .lengthDelimited):
                try self.count(at: cursor.offset)
                self.dictionaries.append(try cursor.range())
            default: try cursor.skip(tag)
            }
        }
    }

    private mutating func count(at offset: Int) throws(WireError) {
        guard self.partCount < Self.partCountMax else { throw .tooMany(at: offset, limit: Self.partCountMax) }
        self.partCount += 1
    }

    private mutating func resource(
        _ bytes: Span<UInt8>,
        _ cursor: consuming WireCursor
    ) throws(WireError) -> Resource {
        var resource = Resource()
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .lengthDelimited):
                try self.count(at: cursor.offset)
                resource.attributes.append(try cursor.range())
            case (2, .lengthDelimited):
                try self.count(at: cursor.offset)
                resource.scopes.append(try self.scope(bytes, try cursor.nested()))
            default: try cursor.skip(tag)
            }
        }
        return resource
    }

    private mutating func scope(
        _ bytes: Span<UInt8>,
        _ cursor: consuming WireCursor
    ) throws(WireError) -> Scope {
        var scope = Scope()
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .lengthDelimited):
                try self.count(at: cursor.offset)
                scope.attributes.append(try cursor.range())
            case (2, .lengthDelimited):
                try self.count(at: cursor.offset)
                let range = try cursor.range()
                try self.evidence.see(bytes, profile: range)
                scope.profiles.append(range)
            default: try cursor.skip(tag)
            }
        }
        return scope
    }
}
