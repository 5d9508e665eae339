// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The generations of the protocol (spec/ingest 5).
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
    /// Before release 1.7: as `slices`, and each profile has tables of its own.
    case ownTables
    /// What JSON of all releases is written as, since there the names tell: the current numbers, and numbers
    /// of their own for the fields of older releases (`ExportShape`).
    case named
}

/// What the fields of a request's profiles and samples say about its layout.
struct LayoutEvidence {
    /// A list in field 3 or 4 of samples: attributes of the older order, values of the current one.
    private struct Lists {
        var third = false
        var fourth = false
    }

    /// Profiles' fields of strings and locations, where tables of their own have them.
    private var ownStrings = false
    private var ownLocations = false
    private var slices = false
    private var shared = false
    private var lists = Lists()
    /// The largest numbers in fields 2, 3 and 4 of samples.
    private var largest: (second: UInt64, third: UInt64, fourth: UInt64) = (0, 0, 0)
    /// Whether field 3 holds single numbers, and whether field 2 does: senders that pack no lists exist.
    private var singles = (second: false, third: false)
    /// Whether a single number in field 4 stands beside a list or times, as a link does.
    private var fourthHasCompany = false

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
            case (10, .lengthDelimited), (25, .lengthDelimited):
                self.ownStrings = true
                try cursor.skip(tag)
            case (4, .lengthDelimited), (22, .lengthDelimited):
                self.ownLocations = true
                try cursor.skip(tag)
            default: try cursor.skip(tag)
            }
        }
    }

    /// Whether profiles have tables of their own; asked where the request has none.
    var hasOwnTables: Bool { self.ownStrings && self.ownLocations }

    private mutating func see(sample cursor: consuming WireCursor) throws(WireError) {
        var (thirdCount, fourthCount, hasCompany) = (0, 0, false)
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (2, .lengthDelimited):
                hasCompany = true
                var packed = try cursor.nested()
                while !packed.isAtEnd { self.largest.second = max(self.largest.second, try packed.varint()) }
            case (2, .varint):
                self.singles.second = true
                self.largest.second = max(self.largest.second, try cursor.varint())
            case (3, .varint):
                thirdCount += 1
                self.largest.third = max(self.largest.third, try cursor.varint())
            case (4, .varint):
                fourthCount += 1
                self.largest.fourth = max(self.largest.fourth, try cursor.varint())
            default:
                hasCompany = hasCompany || tag.field == 5
                if tag == WireTag(field: 3, kind: .lengthDelimited) { self.lists.third = true }
                if tag == WireTag(field: 4, kind: .lengthDelimited) { self.lists.fourth = true }
                try cursor.skip(tag)
            }
        }
        // There is one link at most: several numbers are a list.
        if thirdCount > 1 { self.lists.third = true }
        if fourthCount > 1 { self.lists.fourth = true }
        if thirdCount > 0 { self.singles.third = true }
        if fourthCount > 0, hasCompany { self.fourthHasCompany = true }
    }

    /// The layout of all profiles; nil when they contradict one another.
    func layout(attributeCount: Int, linkCount: Int) -> ProfileLayout? {
        if self.slices { return self.shared ? nil : .slices }
        switch (self.lists.third, self.lists.fourth) {
        case (true, true): return nil
        case (true, false): return .valuesFirst
        case (false, true): return .current
        case (false, false): break
        }
        if self.singles.third, !self.singles.second { return .current }
        // Nothing but numbers of either order: they must lead somewhere.
        let (attributes, links) = (UInt64(max(attributeCount, 1)), UInt64(max(linkCount, 1)))
        let fitsCurrent = self.largest.second < attributes && self.largest.third < links
        let fitsOlder = self.largest.third < attributes && self.largest.fourth < links
        if fitsCurrent != fitsOlder { return fitsCurrent ? .current : .valuesFirst }
        return self.fourthHasCompany ? .valuesFirst : .current
    }
}
