// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Distinct strings as one arena; id 0 is the empty string.
package struct StringTable: Sendable {
    /// All strings, one after the other (UTF-8).
    package var bytes: [UInt8] = []
    /// Where string `i` ends in `bytes`; it starts where string `i − 1` ends.
    package var ends: [UInt32] = [0]

    package init() {}

    package var count: Int { self.ends.count }

    /// The bytes of string `id`, as a range of `bytes`.
    package func range(_ id: UInt32) -> Range<Int> {
        let index = Int(id)
        return (index == 0 ? 0 : Int(self.ends[index - 1]))..<Int(self.ends[index])
    }

    /// String `id`; invalid UTF-8 is repaired.
    package subscript(_ id: UInt32) -> String { String(decoding: self.bytes[self.range(id)], as: UTF8.self) }

    /// Appends without looking for an equal string; returns the new id.
    package mutating func append(contentsOf text: some Collection<UInt8>) -> UInt32 {
        self.bytes.append(contentsOf: text)
        self.ends.append(UInt32(self.bytes.count))
        return UInt32(self.ends.count - 1)
    }
}

/// A function; the strings are ids of the dataset's `StringTable`.
package struct FunctionRow: Hashable, Sendable {
    package var name: UInt32
    package var systemName: UInt32
    package var file: UInt32
    package var startLine: Int32

    package init(name: UInt32, systemName: UInt32, file: UInt32, startLine: Int32) {
        self.name = name
        self.systemName = systemName
        self.file = file
        self.startLine = startLine
    }
}

/// A mapped binary or library.
package struct MappingRow: Hashable, Sendable {
    package var memoryStart: UInt64
    package var memoryLimit: UInt64
    package var fileOffset: UInt64
    package var file: UInt32
    package var buildID: UInt32
    /// pprof's has_functions (1), has_filenames (2), has_line_numbers (4), has_inline_frames (8).
    package var flags: UInt8

    package init(
        memoryStart: UInt64,
        memoryLimit: UInt64,
        fileOffset: UInt64,
        file: UInt32,
        buildID: UInt32,
        flags: UInt8
    ) {
        self.memoryStart = memoryStart
        self.memoryLimit = memoryLimit
        self.fileOffset = fileOffset
        self.file = file
        self.buildID = buildID
        self.flags = flags
    }
}

/// One frame's place in code: `lineCount` lines from `firstLine` on, innermost (inlined) first, as in pprof.
package struct LocationRow: Hashable, Sendable {
    /// Index of the mapping, `LocationRow.noMapping` for none.
    package var mapping: UInt32
    package var firstLine: UInt32
    package var lineCount: UInt32
    /// 1 when pprof's `is_folded` is set.
    package var flags: UInt8
    /// 0 where the location has lines: the address of a symbolised frame is dropped.
    package var address: UInt64

    package static let noMapping = UInt32.max

    package init(mapping: UInt32, firstLine: UInt32, lineCount: UInt32, flags: UInt8, address: UInt64) {
        self.mapping = mapping
        self.firstLine = firstLine
        self.lineCount = lineCount
        self.flags = flags
        self.address = address
    }
}

/// A function and a line number within it.
package struct LineRow: Hashable, Sendable {
    package var function: UInt32
    package var line: Int32

    package init(function: UInt32, line: Int32) {
        self.function = function
        self.line = line
    }
}

/// Symbols and stack tree of one dataset (tenant and service), as append-only columns.
///
/// A stacktrace is the id of a node; its frames are the locations from the node up to the root. Node 0 is the
/// root
/// (parent 0, location `noLocation`), and a node's parent always has a smaller id.
package struct DatasetDictionary: Sendable {
    package var strings = StringTable()
    package var functions: [FunctionRow] = []
    package var mappings: [MappingRow] = []
    package var lines: [LineRow] = []
    package var locations: [LocationRow] = []
    package var nodeParents: [UInt32] = [0]
    package var nodeLocations: [UInt32] = [DatasetDictionary.noLocation]
    /// Tells dictionaries apart within this process: copies share it, a new dictionary has a new one.
    package let identity: UInt64

    /// The location of the root node.
    package static let noLocation = UInt32.max

    /// An empty dictionary with a new identity.
    package init() { self.identity = Self.identities.add(1, ordering: .relaxed).newValue }

    private static let identities = Atomic<UInt64>(0)

    package var nodeCount: Int { self.nodeParents.count }
}
