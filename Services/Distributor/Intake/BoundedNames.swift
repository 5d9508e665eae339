// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Names from clients that may become label values of metrics: the first few, all others are `other`.
final class BoundedNames: Sendable {
    private let known = Mutex<Set<String>>([])

    private let countMax: Int
    private static let byteCountMax = 128
    private static let other = "other"

    init(countMax: Int = 64) { self.countMax = countMax }

    /// `name`, or `other` when it is too long, cannot be printed, or comes too late.
    func bounded(_ name: String) -> String {
        guard name.utf8.count <= Self.byteCountMax else { return Self.other }
        return self.known.withLock { known in
            guard !known.contains(name) else { return name }
            guard known.count < self.countMax, name.unicodeScalars.allSatisfy(Self.isPrintable) else {
                return Self.other
            }
            known.insert(name)
            return name
        }
    }

    /// Neither a control character nor one that changes how others are shown.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
