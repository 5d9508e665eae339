// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// Where the files of a block folder lie.
struct BlockPlaces: Sendable {
    let root: String

    static let fileSuffix = ".pblk"

    /// Blocks being written; emptied at start.
    var temporary: String { self.root + "/tmp" }
    /// Published blocks, by day and level.
    var blocks: String { self.root + "/blocks" }
    /// Blocks that still lack their symbol ids.
    var pending: String { self.root + "/pending" }
    /// Files that could not be read, kept for somebody to look at.
    var orphans: String { self.root + "/orphan" }

    func temporary(_ id: BlockID) -> String { "\(self.temporary)/\(id)\(Self.fileSuffix)" }
    func pending(_ id: BlockID) -> String { "\(self.pending)/\(id)\(Self.fileSuffix)" }
    func orphan(_ name: String) -> String { "\(self.orphans)/\(name)" }

    /// The folder of the day a block was made, and in it that of its level.
    func folders(of header: BlockHeader) -> (day: String, level: String) {
        let day = "\(self.blocks)/\(Self.day(header.createdNanoseconds))"
        return (day, "\(day)/\(header.level)")
    }

    /// Where a block lies, or is to lie.
    func path(of description: BlockDescription) -> String {
        guard description.hasSymbolIDs else { return self.pending(description.header.id) }
        return "\(self.folders(of: description.header).level)/\(description.header.id)\(Self.fileSuffix)"
    }

    /// The UTC day of an instant as `yyyy-mm-dd` (Gregorian calendar, years 0 to 9999).
    static func day(_ nanoseconds: Int64) -> String {
        let dayLength: Int64 = 86_400_000_000_000
        var days = nanoseconds / dayLength
        if nanoseconds % dayLength < 0 { days -= 1 }
        // Days since 0000-03-01, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        let parts = [
            (year, 4), (month < 10 ? month + 3 : month - 9, 2), (dayOfYear - (153 * month + 2) / 5 + 1, 2),
        ]
        return parts.map { number, width in
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }.joined(separator: "-")
    }
}
