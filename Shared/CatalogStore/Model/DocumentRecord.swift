// SPDX-License-Identifier: Apache-2.0

/// What a tenant's document is for; the raw value is stored.
package enum DocumentKind: Int64, Hashable, Sendable, CaseIterable {
    /// One setting of a user interface.
    case setting = 1
    /// A profile that somebody uploaded to look at.
    case adHocProfile = 2
}

/// A small piece of a tenant's data that is read whole, by name.
package struct DocumentRecord: Hashable, Sendable {
    /// The key within tenant and kind.
    package var name: String
    /// Milliseconds since 1970.
    package var modifiedAt: Int64
    package var body: [UInt8]

    package init(name: String, modifiedAt: Int64, body: [UInt8]) {
        self.name = name
        self.modifiedAt = modifiedAt
        self.body = body
    }
}

/// A document without its body.
package struct DocumentEntry: Hashable, Sendable {
    package var name: String
    /// Milliseconds since 1970.
    package var modifiedAt: Int64
    package var byteCount: Int64

    package init(name: String, modifiedAt: Int64, byteCount: Int64) {
        self.name = name
        self.modifiedAt = modifiedAt
        self.byteCount = byteCount
    }
}

/// How much the documents of one kind may take within a tenant.
package struct DocumentRoom: Hashable, Sendable {
    package var countMax: Int
    package var byteCountMax: Int64
    /// Whether the oldest give way to a new one; otherwise a new one is refused.
    package var makesRoom: Bool

    package init(countMax: Int, byteCountMax: Int64, makesRoom: Bool) {
        self.countMax = countMax
        self.byteCountMax = byteCountMax
        self.makesRoom = makesRoom
    }
}

/// What became of a document that was put.
package enum DocumentOutcome: Hashable, Sendable {
    case stored
    /// A document of that name with a later time is there and stays.
    case newerExists
    case noRoom
}

/// What has to happen so that a document can be stored; both databases do the same.
enum DocumentPlan: Equatable {
    case refuse(DocumentOutcome)
    /// Store, once these are gone.
    case store(removing: [String])

    /// Decides about `document` where `entries` are all there are of its kind.
    init(_ document: DocumentRecord, among entries: [DocumentEntry], _ room: DocumentRoom) {
        if let old = entries.first(where: { $0.name == document.name }),
            old.modifiedAt > document.modifiedAt
        {
            self = .refuse(.newerExists)
            return
        }
        var others = entries.filter { $0.name != document.name }
            .sorted { ($0.modifiedAt, $0.name) > ($1.modifiedAt, $1.name) }
        var byteCount = others.reduce(Int64(document.body.count)) { $0 &+ $1.byteCount }
        var removed: [String] = []
        while others.count >= room.countMax || byteCount > room.byteCountMax {
            guard room.makesRoom, let oldest = others.popLast() else {
                self = .refuse(.noRoom)
                return
            }
            removed.append(oldest.name)
            byteCount -= oldest.byteCount
        }
        self = .store(removing: removed)
    }
}
