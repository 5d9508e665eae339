// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import ProfileModel
package import RPC
internal import ServiceKit
internal import WireAPI

/// `adhocprofiles.v1.AdHocProfileService`: files that somebody uploads to look at (spec/query 7.1).
extension SideEndpoints {
    /// No RPC deletes a file, so the oldest give way.
    private static let adHocRoom = DocumentRoom(countMax: 200, byteCountMax: 256 << 20, makesRoom: true)

    /// Bytes of a body with a file in it: base64 takes a third more than the file.
    package static let uploadByteCountMax = 48 << 20

    private static let idMark = "-"
    /// Letters and digits of the part of an id that tells when it was made.
    private static let ulidCount = 26
    private static let nameByteCountMax = 255

    /// The rows whose requests may be as large as a file.
    package var adHocMethods: [RPCMethod] {
        let service = AdHocProfilesV1.service
        return [
            self.method(service + "/Upload") {
                (request: AdHocProfilesV1.UploadRequest, tenant) throws(ServiceError) in
                try await self.upload(request, tenant)
            },
            self.method(service + "/Get") {
                (request: AdHocProfilesV1.GetRequest, tenant) throws(ServiceError) in
                try await self.get(request, tenant)
            },
            self.method(service + "/Diff") {
                (request: AdHocProfilesV1.DiffRequest, tenant) throws(ServiceError) in
                try await self.diff(request, tenant)
            },
            self.method(service + "/List") { (_: AdHocProfilesV1.ListRequest, tenant) throws(ServiceError) in
                try await self.list(tenant)
            },
        ]
    }

    private func upload(
        _ request: AdHocProfilesV1.UploadRequest,
        _ tenant: TenantID
    ) async throws(ServiceError) -> AdHocProfilesV1.GetResponse {
        let nodeCountMax = try self.nodeCount(request.maxNodes, tenant)
        let limits = self.profileLimits(tenant)
        let name = Self.sanitized(request.name)
        let bytes: [UInt8]
        do throws(AdHocFault) {
            bytes = try Base64Text.decoded(request.profile)
        } catch { throw Self.unparsable(error) }
        guard bytes.count <= limits.profileByteCountMax else {
            let text = "profile payload size exceeds limit of \(limits.profileByteCountMax) bytes"
            throw ServiceError(.invalidArgument, text)
        }
        let now = self.now()
        let document = DocumentRecord(name: Self.id(now, name), modifiedAt: now, body: bytes)
        // What cannot be shown is not kept.
        let answer = try await self.answer(document, limits, nil, nodeCountMax)
        let outcome = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.putDocument(
                tenant: tenant,
                kind: .adHocProfile,
                document,
                room: Self.adHocRoom
            )
        }
        guard outcome == .stored else {
            throw ServiceError(.resourceExhausted, "there is no room for \(bytes.count) bytes more")
        }
        return answer
    }

    private func get(
        _ request: AdHocProfilesV1.GetRequest,
        _ tenant: TenantID
    ) async throws(ServiceError) -> AdHocProfilesV1.GetResponse {
        let nodeCountMax = try self.nodeCount(request.maxNodes, tenant)
        guard let document = try await self.file(request.id, tenant) else {
            throw ServiceError(.notFound, "profile \(request.id) not found")
        }
        return try await self.answer(document, self.profileLimits(tenant), request.profileType, nodeCountMax)
    }

    private func list(_ tenant: TenantID) async throws(ServiceError) -> AdHocProfilesV1.ListResponse {
        let entries = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.documentEntries(tenant: tenant, kind: .adHocProfile)
        }
        var answer = AdHocProfilesV1.ListResponse()
        answer.profiles = entries.sorted { ($0.modifiedAt, $0.name) > ($1.modifiedAt, $1.name) }.map {
            AdHocProfilesV1.ProfileEntry(
                id: $0.name,
                name: Self.fileName(ofID: $0.name),
                uploadedAt: $0.modifiedAt
            )
        }
        return answer
    }

    /// The file of an id; nil for none.
    func file(_ id: String, _ tenant: TenantID) async throws(ServiceError) -> DocumentRecord? {
        guard !id.isEmpty, id.utf8.allSatisfy(Self.isPlain) else {
            let shown = LabelValidation.clipped(id)
            throw ServiceError(.invalidArgument, "id '\(shown)' is invalid: can only contain [a-zA-Z0-9_-.]")
        }
        guard id.utf8.count <= CatalogLimits.documentNameByteCountMax else { return nil }
        return try await self.asking { () async throws(CatalogError) in
            try await self.catalog.document(tenant: tenant, kind: .adHocProfile, name: id)
        }
    }

    /// Takes up to some hundred milliseconds for the largest files.
    @concurrent
    private func answer(
        _ document: DocumentRecord,
        _ limits: ProfileLimits,
        _ type: String?,
        _ nodeCountMax: Int
    ) async throws(ServiceError) -> AdHocProfilesV1.GetResponse {
        var answer = AdHocProfilesV1.GetResponse()
        answer.id = document.name
        answer.name = Self.fileName(ofID: document.name)
        answer.uploadedAt = document.modifiedAt
        do throws(AdHocFault) {
            let file = AdHocFile(name: answer.name, bytes: document.body, limits: limits)
            let view = try file.view(type)
            answer.profileType = view.type
            answer.profileTypes = view.types
            answer.flamebearerProfile = try AdHocDocument(view, nodeCountMax: nodeCountMax).json
        } catch { throw Self.unparsable(error) }
        return answer
    }

    static func unparsable(_ fault: AdHocFault) -> ServiceError {
        ServiceError(.invalidArgument, "failed to parse profile: \(fault.text)")
    }

    func nodeCount(_ asked: Int64?, _ tenant: TenantID) throws(ServiceError) -> Int {
        do throws(QueryError) {
            return Int(clamping: try QueryLimits(self.limits.limits(of: tenant)).nodeCount(asked: asked))
        } catch { throw ServiceError(error) }
    }

    func profileLimits(_ tenant: TenantID) -> ProfileLimits {
        var limits = ProfileLimits(self.limits.limits(of: tenant))
        limits.profileByteCountMax = min(limits.profileByteCountMax, Self.uploadByteCountMax)
        limits.sampleCountMax = min(limits.sampleCountMax, 1 << 20)
        return limits
    }

    // MARK: Names

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Each character that no id may have as an underscore; of a long name the end, where its kind stands.
    private static func sanitized(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar in
            scalar.isASCII && Self.isPlain(UInt8(truncatingIfNeeded: scalar.value)) ? Character(scalar) : "_"
        }
        return String(plain.suffix(Self.nameByteCountMax))
    }

    static func fileName(ofID id: String) -> String {
        String(id.dropFirst(Self.ulidCount + Self.idMark.count))
    }

    /// A ULID (48 bits of time, 80 random ones, five a letter) and the file's name.
    private static func id(_ milliseconds: Int64, _ name: String) -> String {
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        var ulid = ""
        for index in 0..<10 { ulid.append(letters[Int(milliseconds >> Int64(45 - 5 * index)) & 31]) }
        for _ in 0..<16 { ulid.append(letters[Int.random(in: 0..<32)]) }
        return ulid + Self.idMark + name
    }
}
