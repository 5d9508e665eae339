// SPDX-License-Identifier: Apache-2.0

/// Why a file is no ELF file that can be used.
package enum ELFFault: Error, Hashable, Sendable {
    /// It does not begin as one.
    case notELF
    /// Class, byte order, version or type is none that executables and libraries have.
    case unsupported
    /// The end is missing: a header lies behind it.
    case truncated
    /// A section lies behind the end of the file.
    case sectionOutside(index: Int)
    /// There is no table of sections.
    case noSections
    /// More sections than a program has.
    case tooManySections(limit: Int)
    /// A header contradicts itself.
    case malformed
    /// The file could not be read.
    case unreadable

    /// For whoever sent the file.
    package var text: String {
        switch self {
        case .notELF: "the file is not an ELF file"
        case .unsupported: "the ELF file is of a class, byte order, version or type that is not taken"
        case .truncated: "the ELF file is cut off"
        case .sectionOutside(let index): "section \(index) of the ELF file lies outside of it"
        case .noSections: "the ELF file has no sections"
        case .tooManySections(let limit): "the ELF file has more than \(limit) sections"
        case .malformed: "the headers of the ELF file contradict each other"
        case .unreadable: "the ELF file could not be read"
        }
    }
}
