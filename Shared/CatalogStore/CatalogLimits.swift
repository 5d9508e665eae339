// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// What the catalogue takes in one call.
package enum CatalogLimits {
    /// The most functions that one search answers with.
    package static let foundFunctionCountMax = 10_000
    /// The longest name or address of an instance, in bytes.
    package static let instanceByteCountMax = 1_024

    /// The longest name or id of an uploaded file, in bytes.
    package static let debugFileTextByteCountMax = 1_024
    /// How long an upload that was not finished is remembered beyond its time.
    static let unfinishedDebugFileAge: Int64 = 86_400_000_000_000

    static func check(_ file: DebugFileRecord) throws(CatalogError) {
        let texts = [file.buildID, file.goBuildID, file.otelFileID, file.name]
        guard !file.buildID.isEmpty,
            texts.allSatisfy({ $0.utf8.count <= Self.debugFileTextByteCountMax })
        else { throw .invalid(.size) }
    }

    /// The longest name of a document, in bytes.
    package static let documentNameByteCountMax = 1_024

    static func check(_ document: DocumentRecord) throws(CatalogError) {
        guard document.name.utf8.count <= Self.documentNameByteCountMax else { throw .invalid(.size) }
    }

    static func check(limit: Int) throws(CatalogError) {
        guard 1...Self.foundFunctionCountMax ~= limit else { throw .invalid(.limit) }
    }

    static func check(_ registration: InstanceRegistration) throws(CatalogError) {
        let texts = [registration.instance, registration.address, registration.zone] + registration.roles
        guard !registration.instance.isEmpty, texts.allSatisfy({ $0.utf8.count <= Self.instanceByteCountMax })
        else { throw .invalid(.instance) }
    }

    static func check(_ block: BlockRecord) throws(CatalogError) {
        guard block.timeRange.first <= block.timeRange.last, block.lsnLow <= block.lsnHigh,
            block.byteCount >= 0, 0...255 ~= block.level, !block.datasets.isEmpty,
            block.datasets.allSatisfy({ $0.profileCount >= 0 && $0.sampleCount >= 0 })
        else { throw .invalid(.block) }
    }
}

/// Days since 1970 in UTC: what daily counts are kept by.
enum CatalogDay {
    private static let nanoseconds: Int64 = 86_400_000_000_000

    /// The day of an instant, also before 1970.
    static func of(_ time: Int64) -> Int64 {
        time >= 0 ? time / Self.nanoseconds : (time + 1) / Self.nanoseconds - 1
    }
}
