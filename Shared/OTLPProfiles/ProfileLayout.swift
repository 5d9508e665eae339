// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The generations of the protocol whose profiles refer to tables of the request (spec/ingest 5).
///
/// They share package, path and most field numbers, so the layout shows only in how the fields are encoded
/// (docs/adr/0015).
enum ProfileLayout {
    /// Since release 1.10 of the protocol: attributes, link, values.
    case current
    /// Releases 1.8 and 1.9: values, attributes, link.
    case valuesFirst
    /// Release 1.7: stacks are slices of the profile's own list of locations.
    case slices
    /// What JSON of all releases is written as, since there the names tell: the current numbers, and numbers
    /// of their own for the fields of release 1.7 (`ExportShape`).
    case named
}

/// What the fields of a request's profiles and samples say about its layout.
struct LayoutEvidence {
    private var slices = false
    private var shared = false
    private var valuesFirst = false
    private var attributesFirst = false
    /// The largest number in the samples' field 2, which holds attributes or values.
    private var largest: UInt64 = 0

    /// Looks at a profile; `range` is the request's.
    mutating func see(_ bytes: Span<UInt8>, profile range: Range<Int>) throws(WireError) {
        var cursor = WireCursor(bytes, in: range)
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (2, .lengthDelimited): try self.see(sample: try cursor.nested())
            case (3, .lengthDelimited), (5, .varint), (6, .lengthDelimited), (7, .varint):
                self.slices = true
                try cursor.skip(tag)
            case (3, .fixed64), (5, .lengthDelimited), (6, .varint):
                self.shared = true
                try cursor.skip(tag)
            default: try cursor.skip(tag)
            }
        }
    }

    /// A single number in field 4 is a link, if other fields hold a list or times; else it is a value of a
    /// sender that packs no lists.
    private mutating func see(sample cursor: consuming WireCursor) throws(WireError) {
        var (singles, hasCompany) = (0, false)
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (2, .lengthDelimited):
                hasCompany = true
                var packed = try cursor.nested()
                while !packed.isAtEnd { self.largest = max(self.largest, try packed.varint()) }
            case (3, .lengthDelimited):
                self.valuesFirst = true
                try cursor.skip(tag)
            case (4, .varint):
                singles += 1
                try cursor.skip(tag)
            case (5, _):
                hasCompany = true
                try cursor.skip(tag)
            case (3, .varint), (4, .lengthDelimited):
                self.attributesFirst = true
                try cursor.skip(tag)
            default: try cursor.skip(tag)
            }
        }
        guard singles > 0 else { return }
        if hasCompany, singles == 1 { self.valuesFirst = true } else { self.attributesFirst = true }
    }

    /// The layout of all profiles; nil when they contradict one another.
    ///
    /// Samples with nothing but field 2 are of either order: numbers that no attribute has are values.
    func layout(attributeCount: Int) -> ProfileLayout? {
        if self.slices { return self.shared ? nil : .slices }
        switch (self.valuesFirst, self.attributesFirst) {
        case (true, true): return nil
        case (true, false): return .valuesFirst
        case (false, true): return .current
        case (false, false): return self.largest < max(attributeCount, 1) ? .current : .valuesFirst
        }
    }
}
