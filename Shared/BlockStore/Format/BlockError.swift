// SPDX-License-Identifier: Apache-2.0

/// A part of a block file with a checksum of its own.
package enum BlockPart: Hashable, Sendable {
    case header
    case footer
    case directory
    case meta
    case section(SectionKind)
}

/// What a section of a dataset holds; the numbers are in files, they never change their meaning.
package enum SectionKind: UInt16, Hashable, Sendable, CaseIterable {
    /// Labels, types and counts of the series.
    case series = 1
    // 2 is kept for postings: which series carry a label.
    /// Label sets of samples.
    case labelSets = 3
    /// Stack tree.
    case tree = 4
    case locations = 5
    /// Ids of functions and mappings in the tenant's symbol store; absent while a block is pending.
    case symbolIDs = 6
    /// Times, durations, periods and totals of profiles.
    case profiles = 7
    /// 128 bits per profile.
    case uids = 8
    /// Where tiles lie and what they cover.
    case tileIndex = 9
    /// Tiles: the samples.
    case samples = 10
    /// Recovery: strings of functions and mappings.
    case strings = 11
    /// Recovery: functions.
    case functions = 12
    /// Recovery: mappings.
    case mappings = 13
}

/// Why a block could not be read or written.
package enum BlockError: Error, Hashable, Sendable {
    /// Bytes on disk are not what a writer wrote.
    case corrupt(BlockPart)
    /// Written by a newer Hearth: the oldest reader that may open it.
    case unsupported(minReader: UInt16)
    /// The profiles' totals are not the sums of their samples: nothing was written.
    case inconsistentTotals(series: Int)
    /// Two datasets of one block have the same tenant and service.
    case repeatedDataset
    /// A dataset, section or block exceeds what the format can express.
    case tooLarge
    /// Symbol ids do not cover the dictionary they belong to.
    case incompleteSymbolIDs
    /// A system call failed.
    case system(FileCall, errno: Int32)
}

/// The system calls that publishing and opening blocks make.
package enum FileCall: Hashable, Sendable, CaseIterable {
    case open
    case write
    case sync
    case close
    case rename
    case makeFolder
    case remove
    case list
    case map
}
