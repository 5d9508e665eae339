// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import ProfileModel
internal import RPC
internal import WireAPI

/// `settings.v1.SettingsService`: named texts that user interfaces keep, the latest of each wins.
extension SideEndpoints {
    static let settingNameByteCountMax = CatalogLimits.documentNameByteCountMax
    static let settingByteCountMax = 64 << 10
    private static let room = DocumentRoom(countMax: 1_000, byteCountMax: 4 << 20, makesRoom: false)

    var settingMethods: [RPCMethod] {
        [
            self.method(SettingsV1.service + "/Get") {
                (_: SettingsV1.GetRequest, tenant) throws(ServiceError) in
                try await self.settings(of: tenant)
            },
            self.method(SettingsV1.service + "/Set") {
                (request: SettingsV1.SetRequest, tenant) throws(ServiceError) in
                try await self.set(request, tenant)
            },
            self.method(SettingsV1.service + "/Delete") {
                (request: SettingsV1.DeleteRequest, tenant) throws(ServiceError) in
                try await self.delete(request, tenant)
            },
        ]
    }

    private func settings(of tenant: TenantID) async throws(ServiceError) -> SettingsV1.GetResponse {
        let documents = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.documents(tenant: tenant, kind: .setting)
        }
        var answer = SettingsV1.GetResponse()
        answer.settings = documents.map {
            SettingsV1.Setting(
                name: $0.name,
                value: String(decoding: $0.body, as: UTF8.self),
                modifiedAt: $0.modifiedAt
            )
        }
        return answer
    }

    private func set(
        _ request: SettingsV1.SetRequest,
        _ tenant: TenantID
    ) async throws(ServiceError) -> SettingsV1.SetRequest {
        guard var setting = request.setting else {
            throw ServiceError(.invalidArgument, "no setting values provided")
        }
        for (what, count, limit) in [
            ("name", setting.name.utf8.count, Self.settingNameByteCountMax),
            ("value", setting.value.utf8.count, Self.settingByteCountMax),
        ] where count > limit {
            throw ServiceError(.invalidArgument, "the setting's \(what) has \(count) bytes, limit \(limit)")
        }
        if setting.modifiedAt <= 0 { setting.modifiedAt = self.now() }
        let document = DocumentRecord(
            name: setting.name,
            modifiedAt: setting.modifiedAt,
            body: Array(setting.value.utf8)
        )
        let outcome = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.putDocument(tenant: tenant, kind: .setting, document, room: Self.room)
        }
        switch outcome {
        case .stored: break
        case .newerExists:
            let shown = LabelValidation.clipped(setting.name)
            throw ServiceError(.alreadyExists, "failed to update \(shown): newer update already written")
        case .noRoom:
            let limit = "\(Self.room.countMax) settings or \(Self.room.byteCountMax) bytes of them"
            throw ServiceError(.resourceExhausted, "the tenant has \(limit), the limit")
        }
        var answer = SettingsV1.SetRequest()
        answer.setting = setting
        return answer
    }

    private func delete(
        _ request: SettingsV1.DeleteRequest,
        _ tenant: TenantID
    ) async throws(ServiceError) -> SettingsV1.GetRequest {
        guard !request.name.isEmpty else {
            throw ServiceError(.invalidArgument, "no setting name provided")
        }
        try await self.asking { () async throws(CatalogError) in
            try await self.catalog.removeDocument(tenant: tenant, kind: .setting, name: request.name)
        }
        return SettingsV1.GetRequest()
    }
}
